import type { Database } from '@gravity/shared/database/open-database'
import { GravityError } from '@gravity/shared/errors/gravity-error'
import { type InvalidInput, invalidInput } from '@gravity/shared/errors/invalid-input'
import { userRegistered } from '@gravity/shared/events/contracts/auth'
import { displayNameRule, parseDisplayName } from '@gravity/shared/people/display-name'
import type { Viewer } from '@gravity/shared/viewer/viewer'
import type { OpenSession, SessionService } from '../sessions/session.service.ts'
import type { AuthReads, AuthStore } from '../store.ts'
import type { AccountSummary } from './account.repository.ts'
import { parseEmailAddress } from './email-address.ts'
import type { LoginAttempts, TooManyAttempts } from './login-attempts.ts'
import { isAcceptablePassword, type PasswordHashing } from './password-hashing.ts'

export interface AccountServiceDeps {
  readonly database: Database<AuthStore, AuthReads>
  readonly passwords: PasswordHashing
  readonly sessions: SessionService
  readonly attempts: LoginAttempts
  readonly clock: { now(): Date; newId(): string }
}

export interface Registration {
  readonly email: string
  readonly password: string
  readonly displayName: string
}

export interface Credentials {
  readonly email: string
  readonly password: string
  /** The caller's address, for limits; null when it is unknown. */
  readonly clientAddress: string | null
}

export interface EmailTaken {
  readonly __typename: 'EmailTaken'
  readonly code: 'EMAIL_TAKEN'
  readonly message: string
}

export interface InvalidCredentials {
  readonly __typename: 'InvalidCredentials'
  readonly code: 'INVALID_CREDENTIALS'
  readonly message: string
}

/** An account that is made with a chosen id and role, such as one of the demo data. */
export interface GivenAccount {
  readonly id: string
  readonly email: string
  readonly passwordHash: string
  readonly displayName: string
  readonly role: string
  readonly createdAt: Date
}

export class AccountService {
  readonly #deps: AccountServiceDeps

  constructor(deps: AccountServiceDeps) {
    this.#deps = deps
  }

  async register(input: Registration): Promise<OpenSession | EmailTaken | InvalidInput> {
    const { clock, database, passwords, sessions } = this.#deps
    const email = parseEmailAddress(input.email)
    if (!email) return invalidInput('email', 'This is not an e-mail address.')
    if (!isAcceptablePassword(input.password)) {
      return invalidInput('password', 'A password has 8 to 128 characters.')
    }
    const displayName = parseDisplayName(input.displayName)
    if (!displayName) return invalidInput('displayName', displayNameRule)

    const passwordHash = await passwords.hash(input.password)
    return database.transaction(async (store) => {
      const id = clock.newId()
      const account = {
        id,
        email,
        passwordHash,
        displayName,
        role: 'customer',
        createdAt: clock.now(),
      }
      if (!(await this.#insert(store, account))) return emailTaken()
      return sessions.open(store, id)
    })
  }

  async login(input: Credentials): Promise<OpenSession | InvalidCredentials | TooManyAttempts> {
    const { attempts, database, passwords, sessions } = this.#deps
    const email = parseEmailAddress(input.email) ?? ''
    const refusal = await attempts.take(email, input.clientAddress)
    if (refusal) return refusal

    const account = await database.reads.accounts.byEmail(email)
    const password = isAcceptablePassword(input.password) ? input.password : ''
    if (!(await passwords.verify(account?.passwordHash, password)) || !account) {
      return invalidCredentials()
    }
    await attempts.succeeded(email, input.clientAddress)
    const replacement = passwords.isOutdated(account.passwordHash)
      ? await passwords.hash(password)
      : undefined
    return database.transaction(async (store) => {
      if (replacement) {
        await store.accounts.replacePasswordHash(account.id, account.passwordHash, replacement)
      }
      return sessions.open(store, account.id)
    })
  }

  /** What only the person themselves and staff may see of accounts. */
  async summariesFor(viewer: Viewer | null, ids: readonly string[]): Promise<AccountSummary[]> {
    if (!viewer) return []
    const visible = viewer.scopes.includes('auth:read')
      ? ids
      : ids.filter((id) => id === viewer.userId)
    return visible.length === 0 ? [] : this.#deps.database.reads.accounts.summaries(visible)
  }

  /** Makes an account that does not exist yet, with its event. For the demo data and for operators. */
  create(account: GivenAccount): Promise<boolean> {
    if (!parseEmailAddress(account.email)) {
      throw new GravityError('BAD_USER_INPUT', `${account.email} is not an e-mail address.`)
    }
    return this.#deps.database.transaction((store) => this.#insert(store, account))
  }

  async #insert(store: AuthStore, account: GivenAccount): Promise<boolean> {
    const { displayName, role, ...row } = account
    if (!(await store.accounts.insert(row, role))) return false
    await store.outbox.add(userRegistered, {
      aggregateId: account.id,
      aggregateVersion: 1,
      payload: {
        userId: account.id,
        email: account.email,
        displayName,
        registeredAt: account.createdAt.toISOString(),
      },
    })
    return true
  }
}

function emailTaken(): EmailTaken {
  return {
    __typename: 'EmailTaken',
    code: 'EMAIL_TAKEN',
    message: 'There is an account with this address. Sign in instead.',
  }
}

function invalidCredentials(): InvalidCredentials {
  return {
    __typename: 'InvalidCredentials',
    code: 'INVALID_CREDENTIALS',
    message: 'The address or the password is wrong.',
  }
}
