import { type MailTicket, mailTokenPurposes } from '@gravity/shared/mail/mail-tokens'
import type { EntityManager } from 'typeorm'
import { z } from 'zod'
import type { Mail } from './compose-mails.ts'

export interface KeptMail extends Mail {
  readonly sentAt: Date
}

export type DevelopmentMailReads = Pick<DevelopmentMailRepository, 'latest'>

const mostShown = 50
const mostKept = 1_000

const ticketShape = z.object({ purpose: z.enum(mailTokenPurposes), id: z.guid() })

interface MailRow {
  readonly recipient: string
  readonly subject: string
  readonly body: string
  readonly token_purpose: string | null
  readonly token_id: string | null
  readonly sent_at: Date
}

export class DevelopmentMailRepository {
  readonly #manager: EntityManager

  constructor(manager: EntityManager) {
    this.#manager = manager
  }

  async insert(eventId: string, mail: Mail, sentAt: Date): Promise<void> {
    await this.#manager.query(
      `insert into development_mails (event_id, recipient, subject, body, token_purpose, token_id, sent_at)
       values ($1, $2, $3, $4, $5, $6, $7) on conflict do nothing`,
      [
        eventId,
        mail.to,
        mail.subject,
        mail.body,
        mail.ticket?.purpose ?? null,
        mail.ticket?.id ?? null,
        sentAt,
      ],
    )
  }

  async removeAllButLatest(): Promise<void> {
    await this.#manager.query(
      `delete from development_mails where sent_at < (
         select sent_at from development_mails order by sent_at desc offset ${mostKept} limit 1)`,
    )
  }

  /** The latest first, of one recipient or of all. */
  async latest(to: string | null): Promise<KeptMail[]> {
    const rows: MailRow[] = await this.#manager.query(
      `select * from development_mails where $1::citext is null or recipient = $1::citext
       order by sent_at desc, event_id desc limit ${mostShown}`,
      [to],
    )
    return rows.map((row) => ({
      to: row.recipient,
      subject: row.subject,
      body: row.body,
      ticket: ticketOf(row),
      sentAt: row.sent_at,
    }))
  }
}

function ticketOf(row: MailRow): MailTicket | null {
  return row.token_id === null
    ? null
    : ticketShape.parse({ purpose: row.token_purpose, id: row.token_id })
}
