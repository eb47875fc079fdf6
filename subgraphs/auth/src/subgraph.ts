import { openDatabase } from '@gravity/shared/database/open-database'
import { authExportPart } from '@gravity/shared/events/contracts/auth'
import { eventMigrations } from '@gravity/shared/events/event-migrations'
import { openEvents } from '@gravity/shared/events/open-events'
import { openJobs } from '@gravity/shared/jobs/open-jobs'
import { answerExportConsumer } from '@gravity/shared/people/answer-export'
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
import { eraseAccountConsumer } from './erasure/erase-account.ts'
import { exportSections } from './erasure/export-sections.ts'
import { leavingMailConsumers } from './erasure/leaving-mails.ts'
import { endOverdueImpersonations } from './jobs/end-overdue-impersonations.ts'
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
import { ProveBySecondFactors1795000000020 } from './migrations/1795000000020-prove-by-second-factors.ts'
import { CreateOAuth1795000000030 } from './migrations/1795000000030-create-oauth.ts'
import { CreateApiKeys1795000000031 } from './migrations/1795000000031-create-api-keys.ts'
import { SignInOutside1795000000032 } from './migrations/1795000000032-sign-in-outside.ts'
import { BindCodesToSessions1795000000033 } from './migrations/1795000000033-bind-codes-to-sessions.ts'
import { CompleteAdministration1795000000040 } from './migrations/1795000000040-complete-administration.ts'
import { ForgetPeople1795000000050 } from './migrations/1795000000050-forget-people.ts'
import { resolvers } from './resolvers.ts'
import { type AuthServices, createServices } from './services.ts'
import { SessionEntity } from './sessions/session.entity.ts'
import { type AuthReads, type AuthStore, createAuthStore } from './store.ts'

/** What an administrator who acts as somebody may do here: leave. What is added is refused until somebody lists it. */
const openToActors = ['logout', 'endImpersonation']

export async function createSubgraph(platform: Platform): Promise<Subgraph> {
  const config = readAuthConfig(platform.environment)
  const log = platform.log.child({ service: 'auth' })
  const database = await openAuthDatabase(platform)
  const services = await createServices({ platform, config, database })
  const { accounts, denyList, hashing, impersonations, keys, mail, mailbox, sessions } = services
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
      ...leavingMailConsumers(mailbox),
      eraseAccountConsumer({ sessions, clock: platform }),
      answerExportConsumer<AuthStore>(authExportPart, exportSections),
    ],
    log,
  })
  const jobs = openJobs({
    service: 'auth',
    platform,
    jobs: [rotateSigningKeys, removeEndedSessions, endOverdueImpersonations],
    context: { keys, sessions, impersonations },
    log,
  })
  return buildSubgraph({
    name: 'auth',
    sdlFile: new URL('../schema.graphql', import.meta.url),
    resolvers,
    createContext: ({ identity }) => createAuthContext(services, identity),
    onlyInPerson: (mutation) => !openToActors.includes(mutation),
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
      CreateOAuth1795000000030,
      CreateApiKeys1795000000031,
      SignInOutside1795000000032,
      BindCodesToSessions1795000000033,
      CompleteAdministration1795000000040,
      ForgetPeople1795000000050,
      ProveBySecondFactors1795000000020,
    ],
    store: (manager) => createAuthStore(manager, platform),
    log: platform.log.child({ service: 'auth' }),
  })
}

function routesOf(services: AuthServices): PublicRoute[] {
  const { keys, oauthRoutes } = services
  const routes = [keySetRoute(keys), ...confirmationRoutes(services), ...oauthRoutes]
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
