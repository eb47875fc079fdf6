import { openDatabase } from '@gravity/shared/database/open-database'
import { eventMigrations } from '@gravity/shared/events/event-migrations'
import { openEvents } from '@gravity/shared/events/open-events'
import { openJobs } from '@gravity/shared/jobs/open-jobs'
import type { Platform } from '@gravity/shared/platform/platform'
import { buildSubgraph } from '@gravity/shared/server/build-subgraph'
import type { PublicRoute, Subgraph } from '@gravity/shared/server/subgraph'
import { AccountEntity } from './accounts/account.entity.ts'
import { seedDemoAccounts } from './accounts/demo-accounts.ts'
import { readAuthConfig } from './config.ts'
import { accountMailAskedConsumer } from './consumers/account-mail-asked.ts'
import { developmentMailConsumers } from './consumers/development-mails.ts'
import { sessionRevokedConsumer } from './consumers/session-revoked.ts'
import { createAuthContext } from './context.ts'
import { removeEndedSessions } from './jobs/remove-ended-sessions.ts'
import { rotateSigningKeys } from './jobs/rotate-signing-keys.ts'
import type { KeyRing } from './keys/key-ring.ts'
import { SigningKeyEntity } from './keys/signing-key.entity.ts'
import { confirmationRoutes } from './mailbox/confirmation-page.ts'
import { mailboxRoute } from './mailbox/mailbox-page.ts'
import { CreateAccounts1795000000000 } from './migrations/1795000000000-create-accounts.ts'
import { CreateSessions1795000000001 } from './migrations/1795000000001-create-sessions.ts'
import { CreateAccountMail1795000000010 } from './migrations/1795000000010-create-account-mail.ts'
import { DescribeSessions1795000000011 } from './migrations/1795000000011-describe-sessions.ts'
import { AdministerAccounts1795000000012 } from './migrations/1795000000012-administer-accounts.ts'
import { resolvers } from './resolvers.ts'
import { type AuthServices, createServices } from './services.ts'
import { SessionEntity } from './sessions/session.entity.ts'
import { type AuthReads, type AuthStore, createAuthStore } from './store.ts'

export async function createSubgraph(platform: Platform): Promise<Subgraph> {
  const config = readAuthConfig(platform.environment)
  const log = platform.log.child({ service: 'auth' })
  const database = await openAuthDatabase(platform)
  const services = await createServices({ platform, config, database })
  const { accounts, denyList, hashing, keys, mail, mailbox, sessions } = services
  await keys.rotate()
  await sessions.restoreDenials()
  if (platform.seed === 'demo') await seedDemoAccounts(accounts, hashing)

  const events = openEvents({
    service: 'auth',
    platform,
    database,
    consumers: [
      sessionRevokedConsumer(sessions),
      accountMailAskedConsumer(mail),
      ...developmentMailConsumers(mailbox),
    ],
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
    createContext: ({ identity }) => createAuthContext(services, identity),
    routes: routesOf(services),
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
    migrations: [
      ...eventMigrations,
      CreateAccounts1795000000000,
      CreateSessions1795000000001,
      CreateAccountMail1795000000010,
      DescribeSessions1795000000011,
      AdministerAccounts1795000000012,
    ],
    store: (manager) => createAuthStore(manager, platform),
    log: platform.log.child({ service: 'auth' }),
  })
}

function routesOf(services: AuthServices): PublicRoute[] {
  const routes = [keySetRoute(services.keys), ...confirmationRoutes(services)]
  return services.mailbox.isOpen ? [...routes, mailboxRoute(services.mailbox)] : routes
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
