import type { EntityManager } from 'typeorm'

export interface OutsideIdentity {
  readonly issuer: string
  readonly subject: string
}

/** A way in that its person can close again. */
export interface LinkedIdentity {
  readonly id: string
  readonly issuer: string
  readonly linkedAt: Date
}

export type OutsideIdentityReads = Pick<OutsideIdentityRepository, 'accountOf' | 'listOf'>

/** Which account somebody has who is known by an outside provider. */
export class OutsideIdentityRepository {
  readonly #manager: EntityManager

  constructor(manager: EntityManager) {
    this.#manager = manager
  }

  async accountOf({ issuer, subject }: OutsideIdentity): Promise<string | undefined> {
    const rows: { accountId: string }[] = await this.#manager.query(
      'select account_id as "accountId" from outside_identities where issuer = $1 and subject = $2',
      [issuer, subject],
    )
    return rows[0]?.accountId
  }

  listOf(accountId: string): Promise<LinkedIdentity[]> {
    return this.#manager.query(
      `select id, issuer, linked_at as "linkedAt" from outside_identities
       where account_id = $1 order by linked_at desc, id`,
      [accountId],
    )
  }

  /** False when the identity is linked already. */
  async link(
    { issuer, subject }: OutsideIdentity,
    link: { readonly id: string; readonly accountId: string; readonly linkedAt: Date },
  ): Promise<boolean> {
    const rows: unknown[] = await this.#manager.query(
      `insert into outside_identities (id, issuer, subject, account_id, linked_at) values ($1, $2, $3, $4, $5)
       on conflict (issuer, subject) do nothing returning account_id`,
      [link.id, issuer, subject, link.accountId, link.linkedAt],
    )
    return rows.length === 1
  }

  /** Its issuer; undefined when the account has no such identity. */
  async unlink(id: string, accountId: string): Promise<string | undefined> {
    const [rows]: [{ issuer: string }[]] = await this.#manager.query(
      'delete from outside_identities where id = $1 and account_id = $2 returning issuer',
      [id, accountId],
    )
    return rows[0]?.issuer
  }
}
