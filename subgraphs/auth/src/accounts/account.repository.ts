import type { EntityManager } from 'typeorm'
import { AccountEntity, type AccountRow } from './account.entity.ts'

/** An account as the graph shows it. */
export interface AccountSummary {
  readonly id: string
  readonly email: string
  readonly isEmailVerified: boolean
  readonly roles: readonly string[]
}

export interface Permissions {
  readonly roles: readonly string[]
  readonly scopes: readonly string[]
}

export type AccountReads = Pick<
  AccountRepository,
  'byEmail' | 'byId' | 'permissionsOf' | 'summaries'
>

export class AccountRepository {
  readonly #manager: EntityManager

  constructor(manager: EntityManager) {
    this.#manager = manager
  }

  byEmail(email: string): Promise<AccountRow | null> {
    return this.#manager.findOneBy(AccountEntity, { email })
  }

  byId(id: string): Promise<AccountRow | null> {
    return this.#manager.findOneBy(AccountEntity, { id })
  }

  /** False when it is suspended; while the caller's transaction runs it cannot be. */
  async mayEnter(id: string): Promise<boolean> {
    const rows: unknown[] = await this.#manager.query(
      'select from accounts where id = $1 and suspended_at is null for share',
      [id],
    )
    return rows.length === 1
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
      `select a.id, a.email, a.email_verified_at is not null as "isEmailVerified",
              coalesce(array_agg(ar.role order by ar.role) filter (where ar.role is not null), '{}') as roles
       from accounts a left join account_roles ar on ar.account_id = a.id
       where a.id = any($1) group by a.id`,
      [ids],
    )
  }

  /** False when the address (or the id) has an account already. */
  async insert(row: AccountRow, role: string): Promise<boolean> {
    const inserted: unknown[] = await this.#manager.query(
      `with account as (
         insert into accounts (id, email, password_hash, created_at, email_verified_at) values ($1, $2, $3, $4, $5)
         on conflict do nothing returning id)
       insert into account_roles (account_id, role) select id, $6 from account returning account_id`,
      [row.id, row.email, row.passwordHash, row.createdAt, row.emailVerifiedAt, role],
    )
    return inserted.length === 1
  }

  async replacePasswordHash(id: string, before: string, after: string): Promise<void> {
    await this.#manager.query(
      'update accounts set password_hash = $3 where id = $1 and password_hash = $2',
      [id, before, after],
    )
  }

  /** Sets a new password, and takes the address as confirmed when it was proved by mail. */
  async setPassword(
    id: string,
    passwordHash: string,
    { verifiedAt }: { readonly verifiedAt: Date | null },
  ): Promise<void> {
    await this.#manager.query(
      `update accounts set password_hash = $2, email_verified_at = coalesce(email_verified_at, $3) where id = $1`,
      [id, passwordHash, verifiedAt],
    )
  }

  /** False when the account has another address by now. */
  async markVerified(id: string, email: string, now: Date): Promise<boolean> {
    const [, count] = await this.#manager.query(
      `update accounts set email_verified_at = coalesce(email_verified_at, $3) where id = $1 and email = $2`,
      [id, email, now],
    )
    return count === 1
  }

  /** False when the account has another address by now, or the new one has an account. */
  async changeEmail(
    id: string,
    { before, after, now }: { readonly before: string; readonly after: string; readonly now: Date },
  ): Promise<boolean> {
    const [, count] = await this.#manager.query(
      `update accounts set email = $3, email_verified_at = $4
       where id = $1 and email = $2 and not exists (select from accounts where email = $3 and id <> $1)`,
      [id, before, after, now],
    )
    return count === 1
  }
}
