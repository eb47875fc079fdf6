import type { EntityManager } from 'typeorm'
import { AccountEntity, type AccountRow } from './account.entity.ts'

/** An account as the graph shows it. */
export interface AccountSummary {
  readonly id: string
  readonly email: string
  readonly roles: readonly string[]
}

export interface Permissions {
  readonly roles: readonly string[]
  readonly scopes: readonly string[]
}

export type AccountReads = Pick<AccountRepository, 'byEmail' | 'permissionsOf' | 'summaries'>

export class AccountRepository {
  readonly #manager: EntityManager

  constructor(manager: EntityManager) {
    this.#manager = manager
  }

  byEmail(email: string): Promise<AccountRow | null> {
    return this.#manager.findOneBy(AccountEntity, { email })
  }

  /** The roles of an account, and the scopes that they grant; none for an unknown account. */
  async permissionsOf(id: string): Promise<Permissions> {
    const [row] = await this.#manager.query(
      `select coalesce(array_agg(distinct ar.role), '{}') as roles,
              coalesce(array_agg(distinct rs.scope) filter (where rs.scope is not null), '{}') as scopes
       from account_roles ar left join role_scopes rs using (role) where ar.account_id = $1`,
      [id],
    )
    return row
  }

  summaries(ids: readonly string[]): Promise<AccountSummary[]> {
    return this.#manager.query(
      `select a.id, a.email, coalesce(array_agg(ar.role order by ar.role) filter (where ar.role is not null), '{}') as roles
       from accounts a left join account_roles ar on ar.account_id = a.id
       where a.id = any($1) group by a.id`,
      [ids],
    )
  }

  /** False when the address (or the id) has an account already. */
  async insert(row: AccountRow, role: string): Promise<boolean> {
    const inserted: unknown[] = await this.#manager.query(
      `with account as (
         insert into accounts (id, email, password_hash, created_at) values ($1, $2, $3, $4)
         on conflict do nothing returning id)
       insert into account_roles (account_id, role) select id, $5 from account returning account_id`,
      [row.id, row.email, row.passwordHash, row.createdAt, role],
    )
    return inserted.length === 1
  }

  async replacePasswordHash(id: string, before: string, after: string): Promise<void> {
    await this.#manager.query(
      'update accounts set password_hash = $3 where id = $1 and password_hash = $2',
      [id, before, after],
    )
  }
}
