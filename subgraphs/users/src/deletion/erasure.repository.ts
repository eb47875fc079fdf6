import type { EntityManager } from 'typeorm'
import type { AnnouncedProfile } from '../profiles/announce-profile.ts'

/** What is left of a person who has gone: an id, which others' records still name, and a name that says so. */
export const tombstoneName = 'Deleted person'

export function tombstoneUsername(userId: string): string {
  // The last digits of a UUIDv7 are random.
  return `deleted-${userId.toLowerCase().replaceAll('-', '').slice(-16)}`
}

export class ErasureRepository {
  readonly #manager: EntityManager

  constructor(manager: EntityManager) {
    this.#manager = manager
  }

  /**
   * Puts the tombstone in the profile's place, also where there has been none: a registration that arrives late finds it.
   * Undefined when it was there before.
   */
  async bury(userId: string, now: Date): Promise<AnnouncedProfile | undefined> {
    const [row] = await this.#manager.query(
      `with buried as (
         insert into profiles (id, username, display_name, joined_at, erased_at, is_listed)
         values ($1, $2, $3, $4, $4, false)
         on conflict (id) do update set username = excluded.username, display_name = excluded.display_name,
           bio = null, avatar_url = null, verified_at = null, is_listed = false, erased_at = excluded.erased_at,
           version = profiles.version + 1
         where profiles.erased_at is null
         returning username::text as username, display_name as "displayName", version)
       select * from buried`,
      [userId, tombstoneUsername(userId), tombstoneName, now],
    )
    return row
  }
}
