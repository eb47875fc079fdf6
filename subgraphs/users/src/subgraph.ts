import { openDatabase } from '@gravity/shared/database/open-database'
import { eventMigrations } from '@gravity/shared/events/event-migrations'
import { openEvents } from '@gravity/shared/events/open-events'
import { Arrivals } from '@gravity/shared/people/arrivals'
import type { Platform } from '@gravity/shared/platform/platform'
import { buildSubgraph } from '@gravity/shared/server/build-subgraph'
import type { Subgraph } from '@gravity/shared/server/subgraph'
import { invalidateProfileConsumers } from './consumers/invalidate-profile.ts'
import { userRegisteredConsumer } from './consumers/user-registered.ts'
import { createUsersContext } from './context.ts'
import { CreateProfiles1795000000000 } from './migrations/1795000000000-create-profiles.ts'
import { seedDemoProfiles } from './profiles/demo-profiles.ts'
import { ProfileEntity } from './profiles/profile.entity.ts'
import { ProfileService } from './profiles/profile.service.ts'
import { resolvers } from './resolvers.ts'
import { createUsersStore, type UsersReads, type UsersStore } from './store.ts'

export async function createSubgraph(platform: Platform): Promise<Subgraph> {
  const log = platform.log.child({ service: 'users' })
  const database = await openDatabase<UsersStore, UsersReads>({
    service: 'users',
    url: platform.databaseUrl('users'),
    entities: [ProfileEntity],
    migrations: [...eventMigrations, CreateProfiles1795000000000],
    store: (manager) => createUsersStore(manager, platform),
    log,
  })
  const arrivals = new Arrivals({ patienceMs: 3_000, now: platform.now })
  const listening = await database.listen('profile_created', (id) => arrivals.arrived(id))
  const profiles = new ProfileService({ database, arrivals, pubsub: platform.pubsub, log })
  const events = openEvents({
    service: 'users',
    platform,
    database,
    consumers: [userRegisteredConsumer(profiles), ...invalidateProfileConsumers(platform)],
    log,
  })
  if (platform.seed === 'demo') await seedDemoProfiles(database, profiles)

  return buildSubgraph({
    name: 'users',
    sdlFile: new URL('../schema.graphql', import.meta.url),
    resolvers,
    createContext: (request) => createUsersContext(profiles, request),
    checks: { database: database.ping, queues: () => platform.queues.ping() },
    start: () => events.start(),
    async stop() {
      await events.stop()
      await listening[Symbol.asyncDispose]()
      await database.close()
    },
  })
}
