import type { Database } from '@gravity/shared/database/open-database'
import { createMailTokens, MAIL_TOKEN_SECRET } from '@gravity/shared/mail/mail-tokens'
import type { Platform } from '@gravity/shared/platform/platform'
import { createSessionDenyList } from '@gravity/shared/viewer/session-deny-list'
import { AccountService } from './accounts/account.service.ts'
import { RegistrationService } from './accounts/registration.service.ts'
import { SignInService } from './accounts/sign-in.service.ts'
import { createAdministration } from './administration/create-administration.ts'
import type { AuthConfig } from './config.ts'
import { LoginAttempts } from './defence/login-attempts.ts'
import { RequestLimits } from './defence/request-limits.ts'
import { EmailChangeService } from './emails/email-change.service.ts'
import { KeyRing } from './keys/key-ring.ts'
import { AccountMailService } from './mail/account-mail.service.ts'
import { MailboxService } from './mailbox/mailbox.service.ts'
import { createOAuth } from './oauth/create-oauth.ts'
import { createBreachedPasswords } from './passwords/breached-passwords.ts'
import { PasswordService } from './passwords/password.service.ts'
import { createPasswordHashing } from './passwords/password-hashing.ts'
import { createPasswordRules } from './passwords/password-rules.ts'
import { createSecondFactors } from './second-factor/create-second-factors.ts'
import { SessionService } from './sessions/session.service.ts'
import { TokenIssuer } from './sessions/token-issuer.ts'
import type { AuthReads, AuthStore } from './store.ts'

/** What the services of auth are made of. */
export interface ServiceParts {
  readonly platform: Platform
  readonly config: AuthConfig
  readonly database: Database<AuthStore, AuthReads>
}

export type AuthServices = Awaited<ReturnType<typeof createServices>>

/** Everything that decides in this subgraph; each has what it works with by name. */
export async function createServices({ platform, config, database }: ServiceParts) {
  const { emailVerification, publicUrl } = config
  const hashing = await createHashing(config)
  const rules = await createRules(config, platform)
  const mailTokens = createMailTokens(platform.secretFor(MAIL_TOKEN_SECRET))
  const attempts = new LoginAttempts(platform.rateLimits, config)
  const limits = new RequestLimits(platform.rateLimits, config)
  const mail = new AccountMailService({ clock: platform })
  const mailbox = new MailboxService({ database, mailTokens, publicUrl, platform })
  const parts = { platform, config, database }
  const { denyList, keys, sessions, tokens } = createSessions(parts)
  const accounts = new AccountService({ database, passwords: hashing, attempts })
  const own = { database, sessions, mail, mailTokens, limits, clock: platform }
  const secrets = { passwords: hashing, rules }
  const secondFactors = createSecondFactors({ ...own, ...parts, accounts, tokens })
  const { entrance, requirement } = secondFactors
  const signIn = new SignInService({
    ...own,
    accounts,
    entrance,
    passwords: hashing,
    emailVerification,
  })
  const registrations = new RegistrationService({ ...own, ...secrets, emailVerification })
  const passwords = new PasswordService({ ...own, ...secrets, accounts, attempts, requirement })
  const emailChanges = new EmailChangeService({ ...own, accounts, requirement })
  const administrations = createAdministration({
    ...own,
    passwords: hashing,
    keys,
    config,
    requirement,
  })
  const oauth = createOAuth({
    ...own,
    ...parts,
    ...secondFactors,
    tokens,
    keys,
    passwords: hashing,
    signIn,
  })
  const doors = { accounts, signIn, registrations, passwords, emailChanges, sessions, mailbox }
  return {
    ...doors,
    ...secondFactors,
    ...administrations,
    ...oauth,
    mail,
    mailTokens,
    hashing,
    keys,
    denyList,
  }
}

function createSessions({ platform, config, database }: ServiceParts) {
  const keys = new KeyRing({
    database,
    sealingKey: platform.secretFor('auth.signing-keys'),
    now: platform.now,
    accessTokenSeconds: config.accessTokenSeconds,
    log: platform.log.child({ service: 'auth' }),
  })
  const denyList = createSessionDenyList({ cache: platform.cache, pubsub: platform.pubsub })
  const tokens = new TokenIssuer({ keys, config, clock: platform })
  const sessions = new SessionService({ database, tokens, denyList, config, clock: platform })
  return { denyList, keys, sessions, tokens }
}

function createHashing({ hashingConcurrency }: AuthConfig) {
  const queueLength = hashingConcurrency * 100
  return createPasswordHashing({ concurrency: hashingConcurrency, queueLength })
}

function createRules({ breachedPasswordsUrl: url }: AuthConfig, platform: Platform) {
  const log = platform.log.child({ service: 'auth' })
  return createPasswordRules(url === undefined ? undefined : createBreachedPasswords({ url, log }))
}
