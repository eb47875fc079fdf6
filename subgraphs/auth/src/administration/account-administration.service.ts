import { randomBytes } from 'node:crypto'
import { databaseErrorCode } from '@gravity/shared/database/connection-failure'
import type { Database } from '@gravity/shared/database/open-database'
import { type InvalidInput, invalidInput } from '@gravity/shared/errors/invalid-input'
import { invariant } from '@gravity/shared/errors/invariant'
import { accountDeletionOrdered, emailChanged } from '@gravity/shared/events/contracts/auth'
import { displayNameRule, parseDisplayName } from '@gravity/shared/people/display-name'
import type { Viewer } from '@gravity/shared/viewer/viewer'
import { insertAccount } from '../accounts/account.service.ts'
import { parseEmailAddress } from '../accounts/email-address.ts'
import { type EmailTaken, emailTaken } from '../accounts/registration.service.ts'
import type { AccountMailService } from '../mail/account-mail.service.ts'
import type { PasswordHashing } from '../passwords/password-hashing.ts'
import type { SessionService } from '../sessions/session.service.ts'
import type { ProofRequirement, StepUpRequired } from '../step-up/proof-requirement.ts'
import type { AuthReads, AuthStore } from '../store.ts'
import {
  type AccountChanged,
  type AccountChanges,
  assertScope,
  parseReason,
} from './account-changes.ts'
import type { AdministeredAccount } from './administration.repository.ts'
import { type LastAdministrator, lastAdministrator } from './administration.service.ts'

export interface AccountAdministrationServiceDeps {
  readonly database: Database<AuthStore, AuthReads>
  readonly changes: AccountChanges
  readonly requirement: ProofRequirement
  readonly sessions: SessionService
  readonly passwords: PasswordHashing
  readonly mail: AccountMailService
  readonly clock: { now(): Date; newId(): string }
}

export interface AccountCreated {
  readonly __typename: 'AccountCreated'
  readonly account: AdministeredAccount
}

export interface NewAccountInput {
  readonly email: string
  readonly displayName: string
  readonly roles?: readonly string[] | null
}

export interface AccountUpdate {
  readonly userId: string
  readonly email?: string | null
  readonly isEmailVerified?: boolean | null
}

const uniqueViolation = '23505'

/** Whole accounts of other people: made, put right and deleted by those who may administer. */
export class AccountAdministrationService {
  readonly #deps: AccountAdministrationServiceDeps

  constructor(deps: AccountAdministrationServiceDeps) {
    this.#deps = deps
  }

  /** The person chooses the password by a link in a mail; until then nobody knows one. */
  async create(
    viewer: Viewer,
    input: NewAccountInput,
  ): Promise<AccountCreated | StepUpRequired | EmailTaken | InvalidInput> {
    assertScope(viewer, 'auth:manage')
    const email = parseEmailAddress(input.email)
    if (!email) return invalidInput('email', 'This is not an e-mail address.')
    const displayName = parseDisplayName(input.displayName)
    if (!displayName) return invalidInput('displayName', displayNameRule)
    const roles = [...new Set(input.roles ?? ['customer'])]
    if (roles.length === 0 || !(await this.#areRoles(roles))) {
      return invalidInput('roles', 'An account has at least one role, and all of them must exist.')
    }
    const demand = await this.#deps.requirement.recentWhereProtected(viewer)
    if (demand) return demand
    const { clock, database, passwords } = this.#deps
    const passwordHash = await passwords.hash(randomBytes(32).toString('base64url'))
    const id = clock.newId()
    const account = { id, email, displayName, passwordHash, createdAt: clock.now() }
    const isMade = await database.transaction((store) =>
      this.#insert(store, viewer, { ...account, emailVerifiedAt: null, roles }),
    )
    if (!isMade) return emailTaken()
    return { __typename: 'AccountCreated', account: await this.#deps.changes.existing(id) }
  }

  /** What is left out stays as it is. A new address is not confirmed unless the administrator says so. */
  async update(
    viewer: Viewer,
    { userId, ...input }: AccountUpdate,
  ): Promise<AccountChanged | StepUpRequired | EmailTaken | InvalidInput> {
    const email = input.email == null ? undefined : parseEmailAddress(input.email)
    if (input.email != null && !email)
      return invalidInput('email', 'This is not an e-mail address.')
    const isVerified = input.isEmailVerified ?? undefined
    const demand = await this.#deps.requirement.recentWhereProtected(viewer)
    if (demand) return demand
    const parts = [email && 'address', isVerified !== undefined && verification(isVerified)]
    try {
      const changed = await this.#deps.changes.make({
        viewer,
        accountId: userId,
        action: 'account-updated',
        // Not the address itself: this log is never erased.
        detail: parts.filter(Boolean).join(', '),
        endsSessions: false,
        apply: (store, id) => this.#changeAddress(store, id, { email, isVerified }),
      })
      invariant(changed, 'another address takes no permission from anybody')
      return changed
    } catch (error) {
      if (databaseErrorCode(error) === uniqueViolation) return emailTaken()
      throw error
    }
  }

  /** Suspends the account at once and for good; the users service takes the person out of all services. */
  async delete(
    viewer: Viewer,
    input: { readonly userId: string; readonly reason: string },
  ): Promise<AccountChanged | StepUpRequired | LastAdministrator | InvalidInput> {
    const reason = parseReason(input.reason)
    if (typeof reason !== 'string') return reason
    const demand = await this.#deps.requirement.recentWhereProtected(viewer)
    if (demand) return demand
    const changed = await this.#deps.changes.make({
      viewer,
      accountId: input.userId,
      action: 'account-deletion-ordered',
      detail: reason,
      loses: { role: null },
      endsSessions: true,
      apply: (store, accountId) => this.#orderDeletion(store, viewer, { accountId, reason }),
    })
    return changed ?? lastAdministrator()
  }

  async endSessions(viewer: Viewer, userId: string) {
    assertScope(viewer, 'auth:manage')
    const { changes, database, sessions } = this.#deps
    const { id: accountId } = await changes.existing(userId)
    const ended = await database.transaction(async (store) => {
      const reason = 'administrator'
      const ids = await sessions.revokeAll(store, accountId, { reason, except: null })
      const [action, detail] = ['sessions-ended' as const, String(ids.length)]
      if (ids.length > 0) await changes.record(store, { viewer, accountId, action, detail })
      return ids
    })
    await sessions.denyAll(ended)
    return { __typename: 'SessionsEnded', count: ended.length } as const
  }

  async #areRoles(roles: readonly string[]): Promise<boolean> {
    const { administration } = this.#deps.database.reads
    const known = await Promise.all(roles.map((role) => administration.hasRole(role)))
    return known.every(Boolean)
  }

  /** False when the address has an account already. */
  async #insert(
    store: AuthStore,
    viewer: Viewer,
    {
      roles,
      ...account
    }: Omit<Parameters<typeof insertAccount>[1], 'role'> & {
      readonly roles: readonly string[]
    },
  ): Promise<boolean> {
    const [role = 'customer', ...others] = roles
    if (!(await insertAccount(store, { ...account, role }))) return false
    for (const other of others) await store.administration.assign(account.id, other)
    await store.registrations.removeWaiting(account.email)
    await this.#deps.mail.invite(store, account)
    await this.#deps.changes.record(store, {
      viewer,
      accountId: account.id,
      action: 'account-created',
      detail: roles.join(', '),
    })
    return true
  }

  async #changeAddress(
    store: AuthStore,
    accountId: string,
    wanted: { readonly email: string | undefined; readonly isVerified: boolean | undefined },
  ): Promise<boolean> {
    const { clock, mail } = this.#deps
    const before = await store.administration.lockAddress(accountId)
    if (!before) return false
    const now = clock.now()
    const email = wanted.email ?? before.email
    const isSame = email === before.email
    const present = isSame ? before.verifiedAt : null
    const isVerified = wanted.isVerified ?? present !== null
    const verifiedAt = isVerified ? (present ?? now) : null
    if (isSame && verifiedAt?.getTime() === before.verifiedAt?.getTime()) return false
    await store.administration.setAddress(accountId, { email, verifiedAt })
    if (isSame) return true
    // What was sent to the former address must not open the account any more.
    await store.mailLinks.cancelAll(accountId)
    await store.emailChanges.cancel(accountId, now)
    await store.outbox.add(emailChanged, {
      aggregateId: accountId,
      aggregateVersion: now.getTime(),
      payload: {
        userId: accountId,
        previousEmail: before.email,
        email,
        changedAt: now.toISOString(),
      },
    })
    if (!isVerified) await mail.ask(store, { kind: 'verification', email })
    return true
  }

  async #orderDeletion(
    store: AuthStore,
    viewer: Viewer,
    { accountId, reason }: { readonly accountId: string; readonly reason: string },
  ): Promise<boolean> {
    const now = this.#deps.clock.now()
    if (!(await store.administration.orderDeletion(accountId, reason, now))) return false
    await store.mailLinks.cancelAll(accountId)
    await store.emailChanges.cancel(accountId, now)
    await store.outbox.add(accountDeletionOrdered, {
      aggregateId: accountId,
      aggregateVersion: now.getTime(),
      payload: { userId: accountId, orderedBy: viewer.userId, orderedAt: now.toISOString() },
    })
    return true
  }
}

function verification(isVerified: boolean): string {
  return isVerified ? 'confirmed' : 'not confirmed'
}
