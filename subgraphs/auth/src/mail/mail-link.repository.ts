import type { EntityManager } from 'typeorm'

export interface MailLink {
  readonly id: string
  readonly purpose: 'verify-email' | 'reset-password'
  readonly accountId: string
  readonly email: string
  readonly createdAt: Date
  readonly expiresAt: Date
}

export type MailLinkReads = Pick<MailLinkRepository, 'isWaiting'>

export class MailLinkRepository {
  readonly #manager: EntityManager

  constructor(manager: EntityManager) {
    this.#manager = manager
  }

  async insert(link: MailLink): Promise<void> {
    await this.#manager.query(
      `insert into mail_links (id, purpose, account_id, email, created_at, expires_at)
       values ($1, $2, $3, $4, $5, $6)`,
      [link.id, link.purpose, link.accountId, link.email, link.createdAt, link.expiresAt],
    )
  }

  async isWaiting(id: string, now: Date): Promise<boolean> {
    const rows: unknown[] = await this.#manager.query(
      'select from mail_links where id = $1 and used_at is null and expires_at > $2',
      [id, now],
    )
    return rows.length === 1
  }

  /** Of any number of concurrent calls exactly one gets the link. */
  async use(id: string, now: Date): Promise<Pick<MailLink, 'accountId' | 'email'> | undefined> {
    const [rows]: [Pick<MailLink, 'accountId' | 'email'>[]] = await this.#manager.query(
      `update mail_links set used_at = $2 where id = $1 and used_at is null and expires_at > $2
       returning account_id as "accountId", email`,
      [id, now],
    )
    return rows[0]
  }

  async usedEmail(id: string): Promise<string | undefined> {
    const rows: { email: string }[] = await this.#manager.query(
      'select email from mail_links where id = $1 and used_at is not null',
      [id],
    )
    return rows[0]?.email
  }

  /** Makes every unused link of an account worthless. */
  async cancelAll(accountId: string): Promise<void> {
    await this.#manager.query('delete from mail_links where account_id = $1 and used_at is null', [
      accountId,
    ])
  }

  /** Removes what ended before `time` of everything that waits for a mail to be answered. */
  async removeEndedBefore(time: Date): Promise<void> {
    for (const table of ['mail_links', 'registrations', 'email_changes']) {
      await this.#manager.query(`delete from ${table} where expires_at < $1`, [time])
    }
  }
}
