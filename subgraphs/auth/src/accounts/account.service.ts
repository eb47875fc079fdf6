import type { Database } from '@gravity/shared/database/open-database'
import { GravityError } from '@gravity/shared/errors/gravity-error'
import { userRegistered } from '@gravity/shared/events/contracts/auth'
import type { Viewer } from '@gravity/shared/viewer/viewer'
import type { LoginAttempts } from '../defence/login-attempts.ts'
import type { TooManyAttempts } from '../defence/too-many-attempts.ts'
import type { PasswordHashing } from '../passwords/password-hashing.ts'
import { isAcceptablePassword } from '../passwords/password-hashing.ts'
import type { AuthReads, AuthStore } from '../store.ts'
import type { AccountRow } from './account.entity.ts'
import type { AccountSummary } from './account.repository.ts'
import { parseEmailAddress } from './email-address.ts'

export interface AccountServiceDeps {
  readonly database: Database<AuthStore, AuthReads>
  readonly passwords: PasswordHashing
  readonly attempts: LoginAttempts
}

export interface InvalidCredentials {
  readonly __typename: 'InvalidCredentials'
  readonly code: 'INVALID_CREDENTIALS'
  readonly message: string
}

/** An account that is made with a chosen id and role, such as one of the demo data. */
export interface GivenAccount extends AccountRow {
  readonly displayName: string
  readonly role: string
}

/** Accounts, and the proof that one is somebody's own. */
export class AccountService {
  readonly #deps: AccountServiceDeps

  constructor(deps: AccountServiceDeps) {
    this.#deps = deps
  }

  /** The account whose password this is. Takes as long for an address without an account. */
  async prove(proof: {
    readonly email: string
    readonly password: string
    readonly clientAddress: string | null
  }): Promise<AccountRow | InvalidCredentials | TooManyAttempts> {
    const { attempts, database, passwords } = this.#deps
    const email = parseEmailAddress(proof.email) ?? ''
    const refusal = await attempts.take(email, proof.clientAddress)
    if (refusal) return refusal

    const account = await database.reads.accounts.byEmail(email)
    const password = isAcceptablePassword(proof.password) ? proof.password : ''
    if (!(await passwords.verify(account?.passwordHash, password)) || !account) {
      return invalidCredentials('The address or the password is wrong.')
    }
    await attempts.succeeded(email, proof.clientAddress)
    return account
  }

  /** What only the person themselves and staff may see of accounts. */
  async summariesFor(viewer: Viewer | null, ids: readonly string[]): Promise<AccountSummary[]> {
    if (!viewer) return []
    const { clientId, scopes, userId } = viewer
    // A program sees the address of its person only if they let it.
    const isOwnVisible = clientId === undefined || scopes.includes('email')
    const visible = scopes.includes('auth:read')
      ? ids
      : ids.filter((id) => isOwnVisible && id === userId)
    return visible.length === 0 ? [] : this.#deps.database.reads.accounts.summaries(visible)
  }

  /** Makes an account that does not exist yet, with its event. For the demo data and for operators. */
  create(account: GivenAccount): Promise<boolean> {
    if (!parseEmailAddress(account.email)) {
      throw new GravityError('BAD_USER_INPUT', `${account.email} is not an e-mail address.`)
    }
    return this.#deps.database.transaction((store) => insertAccount(store, account))
  }
}

/** Within the caller's transaction; false when the address (or the id) has an account already. */
export async function insertAccount(store: AuthStore, account: GivenAccount): Promise<boolean> {
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

export function invalidCredentials(message: string): InvalidCredentials {
  return { __typename: 'InvalidCredentials', code: 'INVALID_CREDENTIALS', message }
}
