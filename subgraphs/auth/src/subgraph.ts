import { openDatabase } from '@gravity/shared/database/open-database'
import { eventMigrations } from '@gravity/shared/events/event-migrations'
import { openEvents } from '@gravity/shared/events/open-events'
import { openJobs } from '@gravity/shared/jobs/open-jobs'
import type { Platform } from '@gravity/shared/platform/platform'
import { buildSubgraph } from '@gravity/shared/server/build-subgraph'
import type { PublicRoute, Subgraph } from '@gravity/shared/server/subgraph'
import { createSessionDenyList } from '@gravity/shared/viewer/session-deny-list'
import { AccountEntity } from './accounts/account.entity.ts'
import { AccountService } from './accounts/account.service.ts'
import { seedDemoAccounts } from './accounts/demo-accounts.ts'
import { LoginAttempts } from './accounts/login-attempts.ts'
import { createPasswordHashing } from './accounts/password-hashing.ts'
import { type AuthConfig, readAuthConfig } from './config.ts'
import { sessionRevokedConsumer } from './consumers/session-revoked.ts'
import { createAuthContext } from './context.ts'
import { removeEndedSessions } from './jobs/remove-ended-sessions.ts'
import { rotateSigningKeys } from './jobs/rotate-signing-keys.ts'
import { KeyRing } from './keys/key-ring.ts'
import { SigningKeyEntity } from './keys/signing-key.entity.ts'
import { CreateAccounts1795000000000 } from './migrations/1795000000000-create-accounts.ts'
import { CreateSessions1795000000001 } from './migrations/1795000000001-create-sessions.ts'
import { resolvers } from './resolvers.ts'
import { SessionEntity } from './sessions/session.entity.ts'
import { SessionService } from './sessions/session.service.ts'
import { type AuthReads, type AuthStore, createAuthStore } from './store.ts'

export async function createSubgraph(platform: Platform): Promise<Subgraph> {
  const config = readAuthConfig()
  const log = platform.log.child({ service: 'auth' })
  const database = await openAuthDatabase(platform)
  const passwords = await createPasswordHashing({
    concurrency: config.hashingConcurrency,
    queueLength: config.hashingConcurrency * 100,
  })
  const { keys, sessions, accounts, denyList } = createServices({
    platform,
    config,
    database,
    passwords,
  })
  await keys.rotate()
  await sessions.restoreDenials()
  if (platform.seed === 'demo') await seedDemoAccounts(accounts, passwords)

  const events = openEvents({
    service: 'auth',
    platform,
    database,
    consumers: [sessionRevokedConsumer(sessions)],
    log,
  })
  const jobs = openJobs({
    service: 'auth',
    platform,
    jobs: [rotateSigningKeys, removeEndedSessions],
    context: { keys, sessions },
    log,
  })
  return buildSubgraph({
    name: 'auth',
    sdlFile: new URL('../schema.graphql', import.meta.url),
    resolvers,
    createContext: ({ identity }) => createAuthContext({ accounts, sessions }, identity),
    routes: [keySetRoute(keys)],
    checks: { database: database.ping, queues: () => platform.queues.ping() },
    async start() {
      await events.start()
      await jobs.start()
    },
    async stop() {
      await jobs.stop()
      await events.stop()
      await denyList.close()
      await database.close()
    },
  })
}

function openAuthDatabase(platform: Platform) {
  return openDatabase<AuthStore, AuthReads>({
    service: 'auth',
    url: platform.databaseUrl('auth'),
    entities: [AccountEntity, SessionEntity, SigningKeyEntity],
    migrations: [...eventMigrations, CreateAccounts1795000000000, CreateSessions1795000000001],
    store: (manager) => createAuthStore(manager, platform),
    log: platform.log.child({ service: 'auth' }),
  })
}

function createServices(parts: {
  readonly platform: Platform
  readonly config: AuthConfig
  readonly database: Awaited<ReturnType<typeof openAuthDatabase>>
  readonly passwords: Awaited<ReturnType<typeof createPasswordHashing>>
}) {
  const { platform, config, database, passwords } = parts
  const keys = new KeyRing({
    database,
    sealingKey: platform.secretFor('auth.signing-keys'),
    now: platform.now,
    accessTokenSeconds: config.accessTokenSeconds,
    log: platform.log.child({ service: 'auth' }),
  })
  const denyList = createSessionDenyList({ cache: platform.cache, pubsub: platform.pubsub })
  const sessions = new SessionService({ database, keys, denyList, config, clock: platform })
  const attempts = new LoginAttempts(platform.rateLimits, config)
  const accounts = new AccountService({ database, passwords, sessions, attempts, clock: platform })
  return { keys, sessions, accounts, denyList }
}

function keySetRoute(keys: KeyRing): PublicRoute {
  return {
    method: 'GET',
    path: '/.well-known/jwks.json',
    handle: async () => ({
      status: 200,
      headers: {
        'content-type': 'application/jwk-set+json',
        'cache-control': 'public, max-age=300',
      },
      body: JSON.stringify(await keys.publicKeys()),
    }),
  }
}
