import type { Database } from '@gravity/shared/database/open-database'
import { type InvalidInput, invalidInput } from '@gravity/shared/errors/invalid-input'
import { passwordChanged } from '@gravity/shared/events/contracts/auth'
import type { MailTokens } from '@gravity/shared/mail/mail-tokens'
import type { Viewer } from '@gravity/shared/viewer/viewer'
import type { AccountRow } from '../accounts/account.entity.ts'
import {
  type AccountService,
  type InvalidCredentials,
  invalidCredentials,
} from '../accounts/account.service.ts'
import { parseEmailAddress } from '../accounts/email-address.ts'
import type { LoginAttempts } from '../defence/login-attempts.ts'
import type { RequestLimits } from '../defence/request-limits.ts'
import type { TooManyAttempts } from '../defence/too-many-attempts.ts'
import type { AccountMailService } from '../mail/account-mail.service.ts'
import { type InvalidMailToken, invalidMailToken } from '../mail/invalid-mail-token.ts'
import type { Client } from '../sessions/client.ts'
import type { SessionService } from '../sessions/session.service.ts'
import type { ProofRequirement, StepUpRequired } from '../step-up/proof-requirement.ts'
import type { AuthReads, AuthStore } from '../store.ts'
import type { PasswordHashing } from './password-hashing.ts'
import type { PasswordRules } from './password-rules.ts'

export interface PasswordServiceDeps {
  readonly database: Database<AuthStore, AuthReads>
  readonly accounts: AccountService
  readonly passwords: PasswordHashing
  readonly rules: PasswordRules
  readonly sessions: SessionService
  readonly attempts: LoginAttempts
  readonly limits: RequestLimits
  readonly mail: AccountMailService
  readonly mailTokens: MailTokens
  readonly requirement: ProofRequirement
  readonly clock: { now(): Date }
}

export interface PasswordChanged {
  readonly __typename: 'PasswordChanged'
  readonly changedAt: Date
}

export interface PasswordResetSent {
  readonly __typename: 'PasswordResetSent'
  readonly email: string
}

interface NewPassword {
  readonly account: Pick<AccountRow, 'id' | 'email'>
  readonly passwordHash: string
  readonly by: 'present-password' | 'mail'
  /** The session that goes on. */
  readonly exceptSession: string | null
  readonly now: Date
}

export class PasswordService {
  readonly #deps: PasswordServiceDeps

  constructor(deps: PasswordServiceDeps) {
    this.#deps = deps
  }

  async change(
    viewer: Viewer,
    input: { readonly currentPassword: string; readonly newPassword: string },
    client: Client,
  ): Promise<
    PasswordChanged | StepUpRequired | InvalidCredentials | InvalidInput | TooManyAttempts
  > {
    const { accounts, clock, database, passwords, requirement, rules, sessions } = this.#deps
    const demand = await requirement.recentWhereProtected(viewer)
    if (demand) return demand
    const present = await database.reads.accounts.byId(viewer.userId)
    const account = await accounts.prove({
      email: present?.email ?? '',
      password: input.currentPassword,
      clientAddress: client.address,
    })
    if ('__typename' in account) {
      return account.__typename === 'InvalidCredentials'
        ? invalidCredentials('The present password is wrong.')
        : account
    }
    const fault = await rules.fault(input.newPassword, account.email)
    if (fault) return invalidInput('newPassword', fault)
    const passwordHash = await passwords.hash(input.newPassword)
    const now = clock.now()
    const ended = await database.transaction((store) =>
      this.#replace(store, {
        account,
        passwordHash,
        by: 'present-password',
        exceptSession: viewer.sessionId,
        now,
      }),
    )
    await sessions.denyAll(ended)
    return { __typename: 'PasswordChanged', changedAt: now }
  }

  /** Does the same for every address; whether it gets a mail is decided later. */
  async requestReset(
    address: string,
    client: Client,
  ): Promise<PasswordResetSent | InvalidInput | TooManyAttempts> {
    const { database, limits, mail } = this.#deps
    const email = parseEmailAddress(address)
    if (!email) return invalidInput('email', 'This is not an e-mail address.')
    const limited = await limits.takeMail(email, client.address)
    if (limited) return limited
    await database.transaction((store) => mail.ask(store, { kind: 'password-reset', email }))
    return { __typename: 'PasswordResetSent', email }
  }

  async reset(
    input: { readonly token: string; readonly newPassword: string },
    client: Client,
  ): Promise<PasswordChanged | InvalidMailToken | InvalidInput | TooManyAttempts> {
    const { attempts, clock, database, limits, mailTokens, passwords, rules, sessions } = this.#deps
    const limited = await limits.takeToken(client.address)
    if (limited) return limited
    const ticket = mailTokens.read(input.token, ['reset-password'])
    // Looked at first, so that a bad token costs no hash.
    if (!ticket || !(await database.reads.mailLinks.isWaiting(ticket.id, clock.now()))) {
      return invalidMailToken()
    }
    const fault = await rules.fault(input.newPassword, '')
    if (fault) return invalidInput('newPassword', fault)
    const passwordHash = await passwords.hash(input.newPassword)
    const now = clock.now()
    const done = await database.transaction(async (store) => {
      const link = await store.mailLinks.use(ticket.id, now)
      const account = link && (await store.accounts.byId(link.accountId))
      if (!account || account.email !== link.email) return undefined
      const by = { by: 'mail', exceptSession: null } as const
      const ended = await this.#replace(store, { account, passwordHash, now, ...by })
      return { email: account.email, ended }
    })
    if (!done) return invalidMailToken()
    await sessions.denyAll(done.ended)
    await attempts.forget(done.email)
    return { __typename: 'PasswordChanged', changedAt: now }
  }

  /** Returns the sessions that ended. */
  async #replace(store: AuthStore, change: NewPassword): Promise<string[]> {
    const { account, by, exceptSession, now, passwordHash } = change
    const verifiedAt = by === 'mail' ? now : null
    await store.accounts.setPassword(account.id, passwordHash, { verifiedAt })
    await store.mailLinks.cancelAll(account.id)
    // A login that was begun with the old password is not completed any more.
    await store.challenges.cancelAll(account.id)
    // What a thief has asked for with the old password ends with it.
    await store.emailChanges.cancel(account.id, now)
    await store.outbox.add(passwordChanged, {
      aggregateId: account.id,
      aggregateVersion: now.getTime(),
      payload: { userId: account.id, email: account.email, by, changedAt: now.toISOString() },
    })
    return this.#deps.sessions.revokeAll(store, account.id, {
      reason: 'password-changed',
      except: exceptSession,
    })
  }
}
