import type { Database } from '@gravity/shared/database/open-database'
import { demoPeople } from '@gravity/shared/demo/demo-people'
import type { UsersReads, UsersStore } from '../store.ts'
import type { ProfileService } from './profile.service.ts'

/** Gives the demo people their profiles; those that exist stay as they are. */
export async function seedDemoProfiles(
  database: Database<UsersStore, UsersReads>,
  profiles: ProfileService,
): Promise<void> {
  await database.transaction(async (store) => {
    for (const person of demoPeople) {
      await profiles.create(store, { ...person, userId: person.id })
    }
  })
}
