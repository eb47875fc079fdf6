import type { Database } from '@gravity/shared/database/open-database'
import { type InvalidInput, invalidInput } from '@gravity/shared/errors/invalid-input'
import type { MailTokens } from '@gravity/shared/mail/mail-tokens'
import { displayNameRule, parseDisplayName } from '@gravity/shared/people/display-name'
import type { AuthConfig } from '../config.ts'
import type { RequestLimits } from '../defence/request-limits.ts'
import type { TooManyAttempts } from '../defence/too-many-attempts.ts'
import { type AccountMailService, verificationMs } from '../mail/account-mail.service.ts'
import { type InvalidMailToken, invalidMailToken } from '../mail/invalid-mail-token.ts'
import type { PasswordHashing } from '../passwords/password-hashing.ts'
import type { PasswordRules } from '../passwords/password-rules.ts'
import type { Client } from '../sessions/client.ts'
import type { SessionService } from '../sessions/session.service.ts'
import type { OpenSession } from '../sessions/token-issuer.ts'
import type { AuthReads, AuthStore } from '../store.ts'
import { insertAccount } from './account.service.ts'
import { parseEmailAddress } from './email-address.ts'

export interface RegistrationServiceDeps {
  readonly database: Database<AuthStore, AuthReads>
  readonly passwords: PasswordHashing
  readonly rules: PasswordRules
  readonly sessions: SessionService
  readonly limits: RequestLimits
  readonly mail: AccountMailService
  readonly mailTokens: MailTokens
  readonly emailVerification: AuthConfig['emailVerification']
  readonly clock: { now(): Date; newId(): string }
}

export interface RegistrationInput {
  readonly email: string
  readonly password: string
  readonly displayName: string
}

export interface EmailTaken {
  readonly __typename: 'EmailTaken'
  readonly code: 'EMAIL_TAKEN'
  readonly message: string
}

export interface VerificationSent {
  readonly __typename: 'VerificationSent'
  readonly email: string
}

export interface VerificationRequired {
  readonly __typename: 'VerificationRequired'
  readonly code: 'VERIFICATION_REQUIRED'
  readonly message: string
  readonly email: string
}

export interface EmailVerified {
  readonly __typename: 'EmailVerified'
  readonly email: string
}

interface Applicant {
  readonly email: string
  readonly displayName: string
  readonly passwordHash: string
}

export class RegistrationService {
  readonly #deps: RegistrationServiceDeps

  constructor(deps: RegistrationServiceDeps) {
    this.#deps = deps
  }

  async register(
    input: RegistrationInput,
    client: Client,
  ): Promise<OpenSession | VerificationRequired | EmailTaken | InvalidInput | TooManyAttempts> {
    const { emailVerification, limits, passwords, rules } = this.#deps
    const email = parseEmailAddress(input.email)
    if (!email) return invalidInput('email', 'This is not an e-mail address.')
    const displayName = parseDisplayName(input.displayName)
    const limited = await limits.takeRegistration(client.address)
    if (limited) return limited
    const fault = await rules.fault(input.password, email)
    if (fault) return invalidInput('password', fault)
    if (!displayName) return invalidInput('displayName', displayNameRule)
    if (emailVerification === 'required') {
      const tooManyMails = await limits.takeMail(email, client.address)
      if (tooManyMails) return tooManyMails
    }
    const applicant = { email, displayName, passwordHash: await passwords.hash(input.password) }
    return emailVerification === 'required' ? this.#apply(applicant) : this.#join(applicant, client)
  }

  /** Confirms the address of an account, or makes the account that waited for it. */
  async verifyEmail(
    token: string,
    client: Client,
  ): Promise<EmailVerified | InvalidMailToken | TooManyAttempts> {
    const { clock, database, limits, mailTokens } = this.#deps
    const limited = await limits.takeToken(client.address)
    if (limited) return limited
    const ticket = mailTokens.read(token, ['register', 'verify-email'])
    if (!ticket) return invalidMailToken()
    const email = await database.transaction((store) =>
      ticket.purpose === 'register'
        ? this.#becomeAccount(store, ticket.id)
        : confirmAccount(store, ticket.id, clock.now()),
    )
    return email === undefined ? invalidMailToken() : { __typename: 'EmailVerified', email }
  }

  async resendVerification(
    address: string,
    client: Client,
  ): Promise<VerificationSent | InvalidInput | TooManyAttempts> {
    const { database, limits, mail } = this.#deps
    const email = parseEmailAddress(address)
    if (!email) return invalidInput('email', 'This is not an e-mail address.')
    const limited = await limits.takeMail(email, client.address)
    if (limited) return limited
    await database.transaction((store) => mail.ask(store, { kind: 'verification', email }))
    return { __typename: 'VerificationSent', email }
  }

  /** Does the same for every address; what the address is told is decided later. */
  async #apply(applicant: Applicant): Promise<VerificationRequired> {
    const { clock, database, mail } = this.#deps
    const { email } = applicant
    const createdAt = clock.now()
    const id = clock.newId()
    const expiresAt = new Date(createdAt.getTime() + verificationMs)
    await database.transaction(async (store) => {
      await store.registrations.insert({ ...applicant, id, createdAt, expiresAt })
      await mail.ask(store, { kind: 'registration', email, registrationId: id })
    })
    return {
      __typename: 'VerificationRequired',
      code: 'VERIFICATION_REQUIRED',
      message: 'Open the link in the mail that was sent to this address.',
      email,
    }
  }

  async #join(applicant: Applicant, client: Client): Promise<OpenSession | EmailTaken> {
    const { clock, database, mail, sessions } = this.#deps
    return database.transaction(async (store) => {
      const id = clock.newId()
      const createdAt = clock.now()
      const account = { ...applicant, id, createdAt, emailVerifiedAt: null, role: 'customer' }
      if (!(await insertAccount(store, account))) return emailTaken()
      await mail.ask(store, { kind: 'verification', email: applicant.email })
      return sessions.open(store, id, { client, methods: ['pwd'] })
    })
  }

  async #becomeAccount(store: AuthStore, registrationId: string): Promise<string | undefined> {
    const { clock } = this.#deps
    const now = clock.now()
    const applicant = await store.registrations.use(registrationId, now)
    if (!applicant) return store.registrations.usedEmail(registrationId)
    const times = { createdAt: now, emailVerifiedAt: now }
    const account = { ...applicant, ...times, id: clock.newId(), role: 'customer' }
    // Somebody else confirmed the address in the meantime: the account that is there stays as it is.
    if (!(await insertAccount(store, account))) return undefined
    await store.registrations.removeWaiting(applicant.email)
    return applicant.email
  }
}

async function confirmAccount(
  store: AuthStore,
  linkId: string,
  now: Date,
): Promise<string | undefined> {
  const link = await store.mailLinks.use(linkId, now)
  if (!link) return store.mailLinks.usedEmail(linkId)
  return (await store.accounts.markVerified(link.accountId, link.email, now))
    ? link.email
    : undefined
}

export function emailTaken(): EmailTaken {
  return {
    __typename: 'EmailTaken',
    code: 'EMAIL_TAKEN',
    message: 'There is an account with this address. Sign in instead.',
  }
}
