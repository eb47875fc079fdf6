import { openDatabase } from '@gravity/shared/database/open-database'
import { eventMigrations } from '@gravity/shared/events/event-migrations'
import { openEvents } from '@gravity/shared/events/open-events'
import { openJobs } from '@gravity/shared/jobs/open-jobs'
import { Arrivals } from '@gravity/shared/people/arrivals'
import type { Platform } from '@gravity/shared/platform/platform'
import { buildSubgraph } from '@gravity/shared/server/build-subgraph'
import type { Subgraph } from '@gravity/shared/server/subgraph'
import { readUsersConfig } from './config.ts'
import { forgetBlockedConsumers } from './consumers/forget-blocked.ts'
import { invalidateProfileConsumers } from './consumers/invalidate-profile.ts'
import { peopleWantedConsumer } from './consumers/people-wanted.ts'
import { userRegisteredConsumer } from './consumers/user-registered.ts'
import { createUsersContext } from './context.ts'
import { downloadRoute } from './export/download-route.ts'
import { reconcileRelations } from './jobs/reconcile-relations.ts'
import { CreateProfiles1795000000000 } from './migrations/1795000000000-create-profiles.ts'
import { RelatePeople1795000200010 } from './migrations/1795000200010-relate-people.ts'
import { Prefer1795000200011 } from './migrations/1795000200011-prefer.ts'
import { RememberActivity1795000200012 } from './migrations/1795000200012-remember-activity.ts'
import { seedDemoPersonal } from './personal/demo-personal.ts'
import {
  createPersonalServices,
  personalConsumers,
  personalJobs,
} from './personal/personal-services.ts'
import { personalMigrations } from './personal/personal-store.ts'
import { PreferenceService } from './preferences/preference.service.ts'
import { PeopleSight } from './privacy/people-sight.ts'
import { PrivacyService } from './privacy/privacy.service.ts'
import { seedDemoProfiles } from './profiles/demo-profiles.ts'
import { ProfileEntity } from './profiles/profile.entity.ts'
import { ProfileService } from './profiles/profile.service.ts'
import { ToldRouters } from './profiles/told-routers.ts'
import { BlockService } from './relations/block.service.ts'
import { relationChanges } from './relations/change-relation.ts'
import { seedDemoRelations } from './relations/demo-relations.ts'
import { FollowService } from './relations/follow.service.ts'
import { MuteService } from './relations/mute.service.ts'
import { RelationUpkeep } from './relations/relation-upkeep.ts'
import { resolvers } from './resolvers.ts'
import { createUsersStore, type UsersReads, type UsersStore } from './store.ts'

export async function createSubgraph(platform: Platform): Promise<Subgraph> {
  const log = platform.log.child({ service: 'users' })
  const config = readUsersConfig(platform.environment)
  const database = await openUsersDatabase(platform)
  const arrivals = new Arrivals({ patienceMs: 3_000, now: platform.now })
  const listening = await database.listen('profile_created', (id) => arrivals.arrived(id))
  const profiles = new ProfileService({ database, arrivals, pubsub: platform.pubsub, log })
  const now = () => platform.now()
  const routers = new ToldRouters({ pubsub: platform.pubsub, log })
  const changes = platform.rateLimits.define(relationChanges)
  const relations = { database, routers, now, changes }
  const follows = new FollowService(relations)
  const personal = createPersonalServices({ database, config, platform })
  const events = openEvents({
    service: 'users',
    platform,
    database,
    consumers: [
      userRegisteredConsumer(profiles),
      peopleWantedConsumer(),
      ...invalidateProfileConsumers(platform),
      ...forgetBlockedConsumers(routers),
      ...personalConsumers(personal, platform),
    ],
    log,
  })
  const jobs = openJobs({
    service: 'users',
    platform,
    jobs: [reconcileRelations, ...personalJobs],
    context: { ...personal, upkeep: new RelationUpkeep({ ...relations, follows }) },
    log,
  })
  if (platform.seed === 'demo') {
    await seedDemoProfiles(database, profiles)
    await seedDemoRelations(database)
    await seedDemoPersonal(database)
  }
  const services = {
    profiles,
    preferences: new PreferenceService(database),
    privacy: new PrivacyService({ database, routers, follows }),
    sight: new PeopleSight(database.reads.privacy),
    follows,
    blocks: new BlockService(relations),
    mutes: new MuteService(relations),
    reads: database.reads,
    personal,
    now,
  }

  return buildSubgraph({
    name: 'users',
    sdlFile: new URL('../schema.graphql', import.meta.url),
    resolvers,
    createContext: (request) => createUsersContext(services, request),
    routes: [downloadRoute(personal.exports)],
    checks: { database: database.ping, queues: () => platform.queues.ping() },
    async start() {
      await Promise.all([events.start(), jobs.start()])
    },
    async stop() {
      await Promise.all([events.stop(), jobs.stop()])
      await listening[Symbol.asyncDispose]()
      await database.close()
    },
  })
}

function openUsersDatabase(platform: Platform) {
  return openDatabase<UsersStore, UsersReads>({
    service: 'users',
    url: platform.databaseUrl('users'),
    entities: [ProfileEntity],
    migrations: [
      ...eventMigrations,
      CreateProfiles1795000000000,
      RelatePeople1795000200010,
      Prefer1795000200011,
      RememberActivity1795000200012,
      ...personalMigrations,
    ],
    store: (manager) => createUsersStore(manager, platform),
    log: platform.log.child({ service: 'users' }),
  })
}
