import type { Database } from '@gravity/shared/database/open-database'
import { GravityError } from '@gravity/shared/errors/gravity-error'
import { type InvalidInput, invalidInput } from '@gravity/shared/errors/invalid-input'
import { invariant } from '@gravity/shared/errors/invariant'
import { isUuid } from '@gravity/shared/identifiers/uuid-v7'
import { type PageArguments, readPage, toConnection } from '@gravity/shared/pagination/connection'
import { defineCursor } from '@gravity/shared/pagination/cursor'
import type { Viewer } from '@gravity/shared/viewer/viewer'
import { z } from 'zod'
import type { SessionService } from '../sessions/session.service.ts'
import type { AuthReads, AuthStore } from '../store.ts'
import type { AdministeredAccount, AuditAction } from './administration.repository.ts'

export interface AdministrationServiceDeps {
  readonly database: Database<AuthStore, AuthReads>
  readonly sessions: SessionService
  readonly clock: { now(): Date; newId(): string }
}

export interface AccountChanged {
  readonly __typename: 'AccountChanged'
  readonly account: AdministeredAccount
}

export interface LastAdministrator {
  readonly __typename: 'LastAdministrator'
  readonly code: 'LAST_ADMINISTRATOR'
  readonly message: string
}

interface Change {
  readonly viewer: Viewer
  readonly accountId: string
  readonly action: AuditAction
  readonly detail: string | null
  /** What the account would lose: one role, or, with null, all it may do. */
  readonly loses?: { readonly role: string | null }
  /** False when there is nothing to change. */
  apply(store: AuthStore): Promise<boolean>
}

const accountCursor = defineCursor('accounts-by-id', z.tuple([z.guid()]))
const auditCursor = defineCursor('audit-log-by-id', z.tuple([z.guid()]))
const longestReason = 500

/** What staff may see and change of other people's accounts. Every change is recorded, and takes effect at once. */
export class AdministrationService {
  readonly #deps: AdministrationServiceDeps

  constructor(deps: AdministrationServiceDeps) {
    this.#deps = deps
  }

  async search(viewer: Viewer, args: PageArguments & { readonly search?: string | null }) {
    assertScope(viewer, 'auth:read')
    const page = readPage(args, { cursor: accountCursor })
    const { administration } = this.#deps.database.reads
    const rows = await administration.search((args.search ?? '').trim(), page)
    return toConnection(rows, page, ({ id }) => [id] as const)
  }

  async auditLog(viewer: Viewer, args: PageArguments & { readonly userId?: string | null }) {
    assertScope(viewer, 'auth:read')
    const page = readPage(args, { cursor: auditCursor })
    const userId = args.userId ?? null
    const isKnown = userId === null || isUuid(userId)
    const { administration } = this.#deps.database.reads
    const rows = isKnown ? await administration.auditLog(userId, page) : []
    return toConnection(rows, page, ({ id }) => [id] as const)
  }

  /** Ends the account's sessions and sockets, and lets nobody in until it is restored. */
  async suspend(
    viewer: Viewer,
    input: { readonly userId: string; readonly reason: string },
  ): Promise<AccountChanged | LastAdministrator | InvalidInput> {
    const reason = input.reason.trim()
    if (reason === '' || [...reason].length > longestReason) {
      return invalidInput('reason', `A reason has 1 to ${longestReason} characters.`)
    }
    const accountId = input.userId
    const changed = await this.#change({
      viewer,
      accountId,
      action: 'account-suspended',
      detail: reason,
      loses: { role: null },
      apply: (store) => store.administration.suspend(accountId, reason, this.#deps.clock.now()),
    })
    return changed ?? lastAdministrator()
  }

  async restore(viewer: Viewer, accountId: string): Promise<AccountChanged> {
    const changed = await this.#change({
      viewer,
      accountId,
      action: 'account-restored',
      detail: null,
      apply: (store) => store.administration.restore(accountId),
    })
    invariant(changed, 'restoring somebody takes nothing from anybody')
    return changed
  }

  /** The account's sessions end: its tokens say what it was allowed before. */
  async assignRole(
    viewer: Viewer,
    { userId, role }: { readonly userId: string; readonly role: string },
  ): Promise<AccountChanged | InvalidInput> {
    if (!(await this.#isRole(role))) return unknownRole()
    const changed = await this.#change({
      viewer,
      accountId: userId,
      action: 'role-assigned',
      detail: role,
      apply: (store) => store.administration.assign(userId, role),
    })
    invariant(changed, 'giving a role takes nothing from anybody')
    return changed
  }

  async removeRole(
    viewer: Viewer,
    { userId, role }: { readonly userId: string; readonly role: string },
  ): Promise<AccountChanged | LastAdministrator | InvalidInput> {
    if (!(await this.#isRole(role))) return unknownRole()
    const changed = await this.#change({
      viewer,
      accountId: userId,
      action: 'role-removed',
      detail: role,
      loses: { role },
      apply: (store) => store.administration.remove(userId, role),
    })
    return changed ?? lastAdministrator()
  }

  #isRole(role: string): Promise<boolean> {
    return this.#deps.database.reads.administration.hasRole(role)
  }

  /** Undefined, and nothing changed, when nobody would be left to administer. */
  async #change(change: Change): Promise<AccountChanged | undefined> {
    const { accountId, viewer } = change
    assertScope(viewer, 'auth:manage')
    const { database, sessions } = this.#deps
    const before = isUuid(accountId)
      ? await database.reads.administration.account(accountId)
      : undefined
    if (!before) throw new GravityError('NOT_FOUND', 'There is no account with this id.')
    const ended = await database.transaction((store) => this.#applyAndRecord(store, change))
    if (!ended) return undefined
    await sessions.denyAll(ended)
    const account = await database.reads.administration.account(accountId)
    return { __typename: 'AccountChanged', account: account ?? before }
  }

  /** The sessions that ended by it; undefined when nobody would be left to administer. */
  async #applyAndRecord(store: AuthStore, change: Change): Promise<string[] | undefined> {
    const { accountId, action, detail, loses, viewer } = change
    const { clock, sessions } = this.#deps
    if (loses) {
      await store.administration.lock()
      const remains = await store.administration.someoneAdministersWithout(accountId, loses.role)
      if (!remains) return undefined
    }
    if (!(await change.apply(store))) return []
    const [id, occurredAt] = [clock.newId(), clock.now()]
    const entry = { id, occurredAt, actorId: viewer.userId, accountId, action, detail }
    await store.administration.record(entry)
    return sessions.revokeAll(store, accountId, { reason: 'administrator', except: null })
  }
}

function assertScope(viewer: Viewer, scope: string): void {
  if (!viewer.scopes.includes(scope)) {
    throw new GravityError('FORBIDDEN', `This needs the permission ${scope}.`)
  }
}

function unknownRole(): InvalidInput {
  return invalidInput('role', 'There is no role of this name.')
}

function lastAdministrator(): LastAdministrator {
  return {
    __typename: 'LastAdministrator',
    code: 'LAST_ADMINISTRATOR',
    message: 'Nobody else may administer accounts. Give somebody else the role first.',
  }
}
