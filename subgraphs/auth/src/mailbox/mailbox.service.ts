import type { Database } from '@gravity/shared/database/open-database'
import { GravityError } from '@gravity/shared/errors/gravity-error'
import type { Logger } from '@gravity/shared/log/logger'
import type { MailTokens } from '@gravity/shared/mail/mail-tokens'
import type { Platform } from '@gravity/shared/platform/platform'
import type { AuthReads, AuthStore } from '../store.ts'
import type { Mail } from './compose-mails.ts'

export interface MailboxServiceDeps {
  readonly database: Database<AuthStore, AuthReads>
  readonly mailTokens: MailTokens
  readonly publicUrl: string
  readonly platform: Pick<Platform, 'environment' | 'now'>
}

/** Where mail goes while nothing sends it. In production it keeps nothing and shows nothing. */
export class MailboxService {
  readonly #deps: MailboxServiceDeps

  constructor(deps: MailboxServiceDeps) {
    this.#deps = deps
  }

  get isOpen(): boolean {
    return this.#deps.platform.environment !== 'production'
  }

  /** Keeps mails within the consumer's transaction. */
  async deliver(
    store: AuthStore,
    { eventId, mails, log }: { eventId: string; mails: readonly Mail[]; log: Logger },
  ): Promise<void> {
    if (!this.isOpen) {
      log.error('Nothing sends mail in this installation yet: a person was not told.')
      return
    }
    for (const mail of mails) {
      await store.developmentMails.insert(eventId, mail, this.#deps.platform.now())
    }
    await store.developmentMails.removeAllButLatest()
  }

  /** What would have been sent, with its tokens. Throws NOT_FOUND in production. */
  async latest(to: string | null) {
    if (!this.isOpen) throw new GravityError('NOT_FOUND', 'There is no mailbox in production.')
    const { database, mailTokens, publicUrl } = this.#deps
    const kept = await database.reads.developmentMails.latest(to)
    return kept.map(({ ticket, ...mail }) => {
      const token = ticket && mailTokens.tokenOf(ticket)
      return { ...mail, token, link: token && `${publicUrl}${confirmationPath(token)}` }
    })
  }
}

export const CONFIRMATION_PATH = '/account/confirm'

/** Where the link of a mail leads, without its origin. */
export function confirmationPath(token: string): string {
  return `${CONFIRMATION_PATH}?token=${token}`
}
