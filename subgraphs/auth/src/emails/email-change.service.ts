import type { Database } from '@gravity/shared/database/open-database'
import { type InvalidInput, invalidInput } from '@gravity/shared/errors/invalid-input'
import {
  emailChanged,
  emailChangeRequested,
  takenEmailNamed,
} from '@gravity/shared/events/contracts/auth'
import type { MailTokens } from '@gravity/shared/mail/mail-tokens'
import type { Viewer } from '@gravity/shared/viewer/viewer'
import type { AccountRow } from '../accounts/account.entity.ts'
import {
  type AccountService,
  type InvalidCredentials,
  invalidCredentials,
} from '../accounts/account.service.ts'
import { parseEmailAddress } from '../accounts/email-address.ts'
import type { RequestLimits } from '../defence/request-limits.ts'
import type { TooManyAttempts } from '../defence/too-many-attempts.ts'
import { hourMs } from '../mail/account-mail.service.ts'
import { type InvalidMailToken, invalidMailToken } from '../mail/invalid-mail-token.ts'
import type { Client } from '../sessions/client.ts'
import type { ProofRequirement, StepUpRequired } from '../step-up/proof-requirement.ts'
import type { AuthReads, AuthStore } from '../store.ts'
import type { ConfirmedChange, EmailChange } from './email-change.repository.ts'

export interface EmailChangeServiceDeps {
  readonly database: Database<AuthStore, AuthReads>
  readonly accounts: AccountService
  readonly limits: RequestLimits
  readonly mailTokens: MailTokens
  readonly requirement: ProofRequirement
  readonly clock: { now(): Date; newId(): string }
}

export interface EmailChangeSent {
  readonly __typename: 'EmailChangeSent'
  readonly newEmail: string
  readonly expiresAt: Date
}

export interface EmailChangeConfirmed {
  readonly __typename: 'EmailChangeConfirmed'
  readonly isComplete: boolean
}

const changeMs = 24 * hourMs

export class EmailChangeService {
  readonly #deps: EmailChangeServiceDeps

  constructor(deps: EmailChangeServiceDeps) {
    this.#deps = deps
  }

  /** A new address that has an account is told so by mail and can never confirm; the answer is the same. */
  async request(
    viewer: Viewer,
    input: { readonly newEmail: string; readonly password: string },
    client: Client,
  ): Promise<
    EmailChangeSent | StepUpRequired | InvalidCredentials | InvalidInput | TooManyAttempts
  > {
    const { accounts, clock, database, limits, requirement } = this.#deps
    const newEmail = parseEmailAddress(input.newEmail)
    if (!newEmail) return invalidInput('newEmail', 'This is not an e-mail address.')
    const demand = await requirement.recentWhereProtected(viewer)
    if (demand) return demand
    const present = await database.reads.accounts.byId(viewer.userId)
    const proof = { email: present?.email ?? '', password: input.password }
    const account = await accounts.prove({ ...proof, clientAddress: client.address })
    if ('__typename' in account) {
      return account.__typename === 'InvalidCredentials'
        ? invalidCredentials('The password is wrong.')
        : account
    }
    if (newEmail === account.email) {
      return invalidInput('newEmail', 'This is the address of the account already.')
    }
    const limited = await limits.takeMail(newEmail, client.address)
    if (limited) return limited
    const createdAt = clock.now()
    const change: EmailChange = {
      id: clock.newId(),
      accountId: account.id,
      presentEmail: account.email,
      newEmail,
      createdAt,
      expiresAt: new Date(createdAt.getTime() + changeMs),
    }
    await database.transaction((store) => writeDown(store, account, change))
    return { __typename: 'EmailChangeSent', newEmail, expiresAt: change.expiresAt }
  }

  async confirm(
    token: string,
    client: Client,
  ): Promise<EmailChangeConfirmed | InvalidMailToken | TooManyAttempts> {
    const { clock, database, limits, mailTokens } = this.#deps
    const limited = await limits.takeToken(client.address)
    if (limited) return limited
    const ticket = mailTokens.read(token, ['confirm-present-email', 'confirm-new-email'])
    if (!ticket) return invalidMailToken()
    const side = ticket.purpose === 'confirm-new-email' ? 'new' : 'present'
    const now = clock.now()
    const change = await database.transaction(async (store) => {
      const confirmed = await store.emailChanges.confirm(ticket.id, side, now)
      if (!confirmed?.isComplete || confirmed.isEnded) return confirmed
      return (await complete(store, confirmed, now)) ? confirmed : undefined
    })
    if (!change) return invalidMailToken()
    return { __typename: 'EmailChangeConfirmed', isComplete: change.isComplete }
  }
}

async function writeDown(
  store: AuthStore,
  account: AccountRow,
  change: EmailChange,
): Promise<void> {
  const holder = await store.accounts.byEmail(change.newEmail)
  await store.emailChanges.cancel(account.id, change.createdAt)
  await store.emailChanges.insert(change)
  await store.outbox.add(emailChangeRequested, {
    aggregateId: change.id,
    aggregateVersion: 1,
    payload: {
      userId: account.id,
      presentEmail: change.presentEmail,
      newEmail: change.newEmail,
      presentTicket: { purpose: 'confirm-present-email', id: change.id },
      newTicket: holder ? null : { purpose: 'confirm-new-email', id: change.id },
      expiresAt: change.expiresAt.toISOString(),
    },
  })
  if (!holder) return
  await store.outbox.add(takenEmailNamed, {
    aggregateId: holder.id,
    aggregateVersion: change.createdAt.getTime(),
    payload: { userId: holder.id, email: holder.email },
  })
}

/** False when the new address has an account by now, or the account has another address. */
async function complete(store: AuthStore, change: ConfirmedChange, now: Date): Promise<boolean> {
  const { accountId, newEmail, presentEmail } = change
  await store.emailChanges.cancel(accountId, now)
  const addresses = { before: presentEmail, after: newEmail, now }
  if (!(await store.accounts.changeEmail(accountId, addresses))) return false
  // Links that were sent to the former address must not open the account any more.
  await store.mailLinks.cancelAll(accountId)
  await store.outbox.add(emailChanged, {
    aggregateId: accountId,
    aggregateVersion: now.getTime(),
    payload: {
      userId: accountId,
      previousEmail: presentEmail,
      email: newEmail,
      changedAt: now.toISOString(),
    },
  })
  return true
}
