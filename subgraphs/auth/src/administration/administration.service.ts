import type { Database } from '@gravity/shared/database/open-database'
import { type InvalidInput, invalidInput } from '@gravity/shared/errors/invalid-input'
import { invariant } from '@gravity/shared/errors/invariant'
import { isUuid } from '@gravity/shared/identifiers/uuid-v7'
import { type PageArguments, readPage, toConnection } from '@gravity/shared/pagination/connection'
import { defineCursor } from '@gravity/shared/pagination/cursor'
import type { Viewer } from '@gravity/shared/viewer/viewer'
import { z } from 'zod'
import type { ProofRequirement, StepUpRequired } from '../step-up/proof-requirement.ts'
import type { AuthReads, AuthStore } from '../store.ts'
import {
  type AccountChanged,
  type AccountChanges,
  assertScope,
  parseReason,
} from './account-changes.ts'

export interface AdministrationServiceDeps {
  readonly database: Database<AuthStore, AuthReads>
  readonly changes: AccountChanges
  readonly requirement: ProofRequirement
  readonly clock: { now(): Date }
}

export interface LastAdministrator {
  readonly __typename: 'LastAdministrator'
  readonly code: 'LAST_ADMINISTRATOR'
  readonly message: string
}

export interface DeletionOrdered {
  readonly __typename: 'DeletionOrdered'
  readonly code: 'DELETION_ORDERED'
  readonly message: string
}

const accountCursor = defineCursor('accounts-by-id', z.tuple([z.guid()]))
const auditCursor = defineCursor('audit-log-by-id', z.tuple([z.guid()]))

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

  async auditLog(
    viewer: Viewer,
    args: PageArguments & { readonly userId?: string | null; readonly actorId?: string | null },
  ) {
    assertScope(viewer, 'auth:read')
    const page = readPage(args, { cursor: auditCursor })
    const filter = { accountId: args.userId ?? null, actorId: args.actorId ?? null }
    const isKnown = Object.values(filter).every((id) => id === null || isUuid(id))
    const { administration } = this.#deps.database.reads
    const rows = isKnown ? await administration.auditLog(filter, page) : []
    return toConnection(rows, page, ({ id }) => [id] as const)
  }

  /** Ends the account's sessions and sockets, and lets nobody in until it is restored. */
  async suspend(
    viewer: Viewer,
    input: { readonly userId: string; readonly reason: string },
  ): Promise<AccountChanged | LastAdministrator | InvalidInput> {
    const reason = parseReason(input.reason)
    if (typeof reason !== 'string') return reason
    const changed = await this.#deps.changes.make({
      viewer,
      accountId: input.userId,
      action: 'account-suspended',
      detail: reason,
      loses: { role: null },
      endsSessions: true,
      apply: (store, id) => store.administration.suspend(id, reason, this.#deps.clock.now()),
    })
    return changed ?? lastAdministrator()
  }

  async restore(viewer: Viewer, accountId: string): Promise<AccountChanged | DeletionOrdered> {
    const changed = await this.#deps.changes.make({
      viewer,
      accountId,
      action: 'account-restored',
      detail: null,
      endsSessions: false,
      apply: (store, id) => store.administration.restore(id),
    })
    invariant(changed, 'restoring somebody takes nothing from anybody')
    return changed.account.deletionOrderedAt === null ? changed : deletionOrdered()
  }

  /** The account's sessions end: its tokens say what it was allowed before. */
  async assignRole(
    viewer: Viewer,
    { userId, role }: { readonly userId: string; readonly role: string },
  ): Promise<AccountChanged | StepUpRequired | InvalidInput> {
    if (!(await this.#isRole(role))) return unknownRole()
    const demand = await this.#deps.requirement.recentWhereProtected(viewer)
    if (demand) return demand
    const changed = await this.#deps.changes.make({
      viewer,
      accountId: userId,
      action: 'role-assigned',
      detail: role,
      endsSessions: true,
      apply: (store, id) => store.administration.assign(id, role),
    })
    invariant(changed, 'giving a role takes nothing from anybody')
    return changed
  }

  async removeRole(
    viewer: Viewer,
    { userId, role }: { readonly userId: string; readonly role: string },
  ): Promise<AccountChanged | StepUpRequired | LastAdministrator | InvalidInput> {
    if (!(await this.#isRole(role))) return unknownRole()
    const demand = await this.#deps.requirement.recentWhereProtected(viewer)
    if (demand) return demand
    const changed = await this.#deps.changes.make({
      viewer,
      accountId: userId,
      action: 'role-removed',
      detail: role,
      loses: { role },
      endsSessions: true,
      apply: (store, id) => store.administration.remove(id, role),
    })
    return changed ?? lastAdministrator()
  }

  #isRole(role: string): Promise<boolean> {
    return this.#deps.database.reads.administration.hasRole(role)
  }
}

function unknownRole(): InvalidInput {
  return invalidInput('role', 'There is no role of this name.')
}

export function lastAdministrator(): LastAdministrator {
  return {
    __typename: 'LastAdministrator',
    code: 'LAST_ADMINISTRATOR',
    message: 'Nobody else may administer accounts. Give somebody else the role first.',
  }
}

function deletionOrdered(): DeletionOrdered {
  return {
    __typename: 'DeletionOrdered',
    code: 'DELETION_ORDERED',
    message: 'The deletion of this account was ordered, and that is not taken back.',
  }
}
