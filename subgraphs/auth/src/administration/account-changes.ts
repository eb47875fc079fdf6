import type { Database } from '@gravity/shared/database/open-database'
import { GravityError } from '@gravity/shared/errors/gravity-error'
import { type InvalidInput, invalidInput } from '@gravity/shared/errors/invalid-input'
import { isUuid } from '@gravity/shared/identifiers/uuid-v7'
import type { Viewer } from '@gravity/shared/viewer/viewer'
import type { SessionService } from '../sessions/session.service.ts'
import type { AuthReads, AuthStore } from '../store.ts'
import type { AdministeredAccount, AuditAction } from './administration.repository.ts'

export interface AccountChangesDeps {
  readonly database: Database<AuthStore, AuthReads>
  readonly sessions: SessionService
  readonly clock: { now(): Date; newId(): string }
}

/** A change of somebody's account by an administrator. */
export interface Change {
  readonly viewer: Viewer
  readonly accountId: string
  readonly action: AuditAction
  readonly detail: string | null
  /** What the account would lose: one role, or, with null, all it may do. */
  readonly loses?: { readonly role: string | null }
  /** Whether its sessions end, because their tokens say what was true before. */
  readonly endsSessions: boolean
  /** Changes the account with this id, in lower case; false when there is nothing to change. */
  apply(store: AuthStore, accountId: string): Promise<boolean>
}

export interface AccountChanged {
  readonly __typename: 'AccountChanged'
  readonly account: AdministeredAccount
}

const longestReason = 500

/**
 * The one way in which administrators change accounts: it needs `auth:manage`, leaves somebody who may administer, is
 * recorded in the same transaction, and takes effect at once.
 */
export class AccountChanges {
  readonly #deps: AccountChangesDeps

  constructor(deps: AccountChangesDeps) {
    this.#deps = deps
  }

  /** Undefined, and nothing changed, when nobody would be left to administer. */
  async make(change: Change): Promise<AccountChanged | undefined> {
    assertScope(change.viewer, 'auth:manage')
    const { database, sessions } = this.#deps
    const before = await this.existing(change.accountId)
    const accountId = before.id
    const ended = await database.transaction((store) =>
      this.#applyAndRecord(store, { ...change, accountId }),
    )
    if (!ended) return undefined
    await sessions.denyAll(ended)
    const account = await database.reads.administration.account(accountId)
    return { __typename: 'AccountChanged', account: account ?? before }
  }

  /** Throws NOT_FOUND when there is no such account. */
  async existing(accountId: string): Promise<AdministeredAccount> {
    const account = isUuid(accountId)
      ? await this.#deps.database.reads.administration.account(accountId)
      : undefined
    if (!account) throw new GravityError('NOT_FOUND', 'There is no account with this id.')
    return account
  }

  /** Writes into the audit log, within the caller's transaction. */
  async record(
    store: AuthStore,
    entry: Pick<Change, 'viewer' | 'accountId' | 'action' | 'detail'>,
  ): Promise<void> {
    const { clock } = this.#deps
    const { accountId, action, detail, viewer } = entry
    const [id, occurredAt] = [clock.newId(), clock.now()]
    const actorId = viewer.userId
    await store.administration.record({ id, occurredAt, actorId, accountId, action, detail })
  }

  /** The sessions that ended by it; undefined when nobody would be left to administer. */
  async #applyAndRecord(store: AuthStore, change: Change): Promise<string[] | undefined> {
    const { accountId, endsSessions, loses } = change
    if (loses) {
      await store.administration.lock()
      const remains = await store.administration.someoneAdministersWithout(accountId, loses.role)
      if (!remains) return undefined
    }
    if (!(await change.apply(store, accountId))) return []
    await this.record(store, change)
    if (!endsSessions) return []
    const reason = 'administrator'
    return this.#deps.sessions.revokeAll(store, accountId, { reason, except: null })
  }
}

export function assertScope(viewer: Viewer, scope: string): void {
  if (!viewer.scopes.includes(scope)) {
    throw new GravityError('FORBIDDEN', `This needs the permission ${scope}.`)
  }
}

/** Trimmed, or what is wrong with it. */
export function parseReason(text: string): string | InvalidInput {
  const reason = text.trim()
  const isAcceptable = reason !== '' && [...reason].length <= longestReason
  return isAcceptable
    ? reason
    : invalidInput('reason', `A reason has 1 to ${longestReason} characters.`)
}
