import type { EntityManager } from 'typeorm'

/** An account's wish for another address, which both addresses confirm. */
export interface EmailChange {
  readonly id: string
  readonly accountId: string
  readonly presentEmail: string
  readonly newEmail: string
  readonly createdAt: Date
  readonly expiresAt: Date
}

export interface ConfirmedChange {
  readonly accountId: string
  readonly presentEmail: string
  readonly newEmail: string
  readonly isComplete: boolean
  readonly isEnded: boolean
}

export class EmailChangeRepository {
  readonly #manager: EntityManager

  constructor(manager: EntityManager) {
    this.#manager = manager
  }

  async insert(change: EmailChange): Promise<void> {
    await this.#manager.query(
      `insert into email_changes (id, account_id, present_email, new_email, created_at, expires_at)
       values ($1, $2, $3, $4, $5, $6)`,
      [
        change.id,
        change.accountId,
        change.presentEmail,
        change.newEmail,
        change.createdAt,
        change.expiresAt,
      ],
    )
  }

  /** Ends an account's open wish, if it has one. */
  async cancel(accountId: string, now: Date): Promise<void> {
    await this.#manager.query(
      'update email_changes set ended_at = $2 where account_id = $1 and ended_at is null',
      [accountId, now],
    )
  }

  /** Takes one address as confirmed. Confirming again changes nothing; undefined when the wish has ended otherwise. */
  async confirm(
    id: string,
    side: 'present' | 'new',
    now: Date,
  ): Promise<ConfirmedChange | undefined> {
    const column = side === 'present' ? 'present_confirmed_at' : 'new_confirmed_at'
    const [rows]: [ConfirmedChange[]] = await this.#manager.query(
      `update email_changes set ${column} = coalesce(${column}, $2)
       where id = $1 and expires_at > $2
         and (ended_at is null or (present_confirmed_at is not null and new_confirmed_at is not null))
       returning account_id as "accountId", present_email as "presentEmail", new_email as "newEmail",
         present_confirmed_at is not null and new_confirmed_at is not null as "isComplete",
         ended_at is not null as "isEnded"`,
      [id, now],
    )
    return rows[0]
  }
}
