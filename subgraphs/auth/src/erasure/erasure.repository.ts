import type { EntityManager } from 'typeorm'

export class ErasureRepository {
  readonly #manager: EntityManager

  constructor(manager: EntityManager) {
    this.#manager = manager
  }

  /** Whether the account may administer accounts. */
  async administers(accountId: string): Promise<boolean> {
    const rows: unknown[] = await this.#manager.query(
      `select from account_roles join role_scopes using (role)
       where account_id = $1 and scope = 'auth:manage' limit 1`,
      [accountId],
    )
    return rows.length === 1
  }

  /**
   * Removes an account with everything that hangs on it, which goes by foreign keys, and what was kept under its address.
   * The audit log stays: it knows ids only. False when there is no such account.
   */
  async remove(accountId: string): Promise<boolean> {
    const [rows]: [{ email: string }[]] = await this.#manager.query(
      'delete from accounts where id = $1 returning email::text as email',
      [accountId],
    )
    const [account] = rows
    if (!account) return false
    await this.#manager.query('delete from registrations where email = $1', [account.email])
    await this.#manager.query('delete from development_mails where recipient = $1', [account.email])
    await this.#forgetEventsWith(account.email)
    return true
  }

  /** Events that were told are kept for some days, and for longer when nobody could apply them. */
  async #forgetEventsWith(email: string): Promise<void> {
    await this.#manager.query(
      `delete from outbox where sent_at is not null
         and strpos(lower(payload::text), lower(to_json($1::text)::text)) > 0`,
      [email],
    )
    await this.#manager.query(
      'delete from dead_letters where strpos(lower(envelope::text), lower(to_json($1::text)::text)) > 0',
      [email],
    )
  }
}
