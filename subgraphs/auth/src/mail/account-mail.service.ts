import {
  accountMailAsked,
  accountOpened,
  emailVerificationRequested,
  passwordResetRequested,
  takenEmailNamed,
} from '@gravity/shared/events/contracts/auth'
import type { AccountRow } from '../accounts/account.entity.ts'
import type { AuthStore } from '../store.ts'
import type { MailLink } from './mail-link.repository.ts'

export const hourMs = 60 * 60 * 1_000
/** How long a password can be replaced by a mail. */
const resetMs = hourMs
/** How long an address can be confirmed by a mail. */
export const verificationMs = 24 * hourMs
/** How long somebody for whom an account was made can choose its password. */
const invitationMs = 7 * 24 * hourMs

export interface AskedMail {
  readonly kind: 'registration' | 'verification' | 'password-reset'
  readonly email: string
  readonly registrationId?: string | undefined
}

/** Decides which mail an address gets. Runs after the request was answered, so that the answer takes no longer for one. */
export class AccountMailService {
  readonly #clock: { now(): Date; newId(): string }

  constructor(deps: { readonly clock: { now(): Date; newId(): string } }) {
    this.#clock = deps.clock
  }

  /** Writes down that a mail was asked for: one statement, whatever is known of the address. */
  async ask(store: AuthStore, asked: AskedMail): Promise<void> {
    await store.outbox.add(accountMailAsked, {
      aggregateId: this.#clock.newId(),
      aggregateVersion: 1,
      payload: asked,
    })
  }

  /** Sends the holder of an account that somebody else has made a link to choose its password. */
  async invite(store: AuthStore, account: Pick<AccountRow, 'id' | 'email'>): Promise<void> {
    const purpose = 'reset-password'
    const { id, expiresAt } = await this.#issue(store, account, { purpose, lifeMs: invitationMs })
    await store.outbox.add(accountOpened, {
      aggregateId: account.id,
      aggregateVersion: 1,
      payload: {
        userId: account.id,
        email: account.email,
        ticket: { purpose, id },
        expiresAt: expiresAt.toISOString(),
      },
    })
  }

  async answer(store: AuthStore, asked: AskedMail): Promise<void> {
    const account = await store.accounts.byEmail(asked.email)
    if (asked.kind === 'password-reset') {
      if (account) await this.#sendReset(store, account)
    } else if (asked.kind === 'registration' && account) {
      await this.#tellOwner(store, account)
    } else if (account) {
      if (!account.emailVerifiedAt) await this.#sendVerification(store, account)
    } else {
      await this.#sendRegistration(store, asked)
    }
  }

  async #tellOwner(store: AuthStore, account: AccountRow): Promise<void> {
    await store.registrations.removeWaiting(account.email)
    await store.outbox.add(takenEmailNamed, {
      aggregateId: account.id,
      aggregateVersion: this.#clock.now().getTime(),
      payload: { userId: account.id, email: account.email },
    })
  }

  async #sendReset(store: AuthStore, account: AccountRow): Promise<void> {
    const { id, expiresAt } = await this.#issue(store, account, {
      purpose: 'reset-password',
      lifeMs: resetMs,
    })
    await store.outbox.add(passwordResetRequested, {
      aggregateId: id,
      aggregateVersion: 1,
      payload: {
        userId: account.id,
        email: account.email,
        ticket: { purpose: 'reset-password', id },
        expiresAt: expiresAt.toISOString(),
      },
    })
  }

  async #sendVerification(store: AuthStore, account: AccountRow): Promise<void> {
    const { id, expiresAt } = await this.#issue(store, account, {
      purpose: 'verify-email',
      lifeMs: verificationMs,
    })
    await store.outbox.add(emailVerificationRequested, {
      aggregateId: id,
      aggregateVersion: 1,
      payload: {
        email: account.email,
        ticket: { purpose: 'verify-email', id },
        expiresAt: expiresAt.toISOString(),
      },
    })
  }

  async #sendRegistration(store: AuthStore, { email, registrationId }: AskedMail): Promise<void> {
    const by = registrationId === undefined ? { email } : { id: registrationId }
    const waiting = await store.registrations.waiting(by, this.#clock.now())
    if (!waiting) return
    await store.outbox.add(emailVerificationRequested, {
      aggregateId: waiting.id,
      aggregateVersion: 1,
      payload: {
        email,
        ticket: { purpose: 'register', id: waiting.id },
        expiresAt: waiting.expiresAt.toISOString(),
      },
    })
  }

  async #issue(
    store: AuthStore,
    account: Pick<AccountRow, 'id' | 'email'>,
    { purpose, lifeMs }: { readonly purpose: MailLink['purpose']; readonly lifeMs: number },
  ): Promise<MailLink> {
    const createdAt = this.#clock.now()
    const link: MailLink = {
      id: this.#clock.newId(),
      purpose,
      accountId: account.id,
      email: account.email,
      createdAt,
      expiresAt: new Date(createdAt.getTime() + lifeMs),
    }
    await store.mailLinks.insert(link)
    return link
  }
}
