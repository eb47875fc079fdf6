import type { Page } from '@gravity/shared/pagination/connection'
import { keysetSql } from '@gravity/shared/pagination/keyset'
import type { EntityManager } from 'typeorm'

/** An account as staff see it. */
export interface AdministeredAccount {
  readonly id: string
  readonly email: string
  readonly isEmailVerified: boolean
  readonly roles: readonly string[]
  readonly createdAt: Date
  readonly suspendedAt: Date | null
  readonly suspensionReason: string | null
  readonly deletionOrderedAt: Date | null
}

export interface Address {
  readonly email: string
  /** Null while it is not confirmed. */
  readonly verifiedAt: Date | null
}

/** What to read of the audit log; null for everything. */
export interface AuditFilter {
  readonly accountId: string | null
  readonly actorId: string | null
}

export interface AuditRow {
  readonly id: string
  readonly occurredAt: Date
  readonly actorId: string
  readonly accountId: string
  readonly action: AuditAction
  readonly detail: string | null
}

export type AuditAction =
  | 'oauth-client-registered'
  | 'oauth-client-secret-rotated'
  | 'oauth-client-removed'
  | 'api-key-created'
  | 'api-key-revoked'
  | 'outside-identity-linked'
  | 'outside-identity-unlinked'
  | 'totp-enabled'
  | 'totp-disabled'
  | 'passkey-added'
  | 'passkey-removed'
  | 'passkey-copied'
  | 'recovery-codes-made'
  | 'recovery-code-used'
  | 'second-factors-reset'
  | 'account-created'
  | 'account-updated'
  | 'account-deletion-ordered'
  | 'account-erased'
  | 'sessions-ended'
  | 'impersonation-started'
  | 'impersonation-ended'
  | 'account-suspended'
  | 'account-restored'
  | 'role-assigned'
  | 'role-removed'

export type AdministrationReads = Pick<
  AdministrationRepository,
  'account' | 'search' | 'auditLog' | 'hasRole'
>

const accountColumns = `a.id, a.email::text as email, a.email_verified_at is not null as "isEmailVerified",
  a.created_at as "createdAt", a.suspended_at as "suspendedAt", a.suspension_reason as "suspensionReason",
  a.deletion_ordered_at as "deletionOrderedAt",
  array(select role from account_roles ar where ar.account_id = a.id order by role) as roles`

export class AdministrationRepository {
  readonly #manager: EntityManager

  constructor(manager: EntityManager) {
    this.#manager = manager
  }

  async account(id: string): Promise<AdministeredAccount | undefined> {
    const rows: AdministeredAccount[] = await this.#manager.query(
      `select ${accountColumns} from accounts a where id = $1`,
      [id],
    )
    return rows[0]
  }

  /** The newest first; those whose address contains the text. */
  search(text: string, page: Page<readonly [string]>): Promise<AdministeredAccount[]> {
    const { orderBy, parameters, where } = keysetSql(page, {
      columns: ['a.id'],
      order: 'desc',
      parametersBefore: 2,
    })
    return this.#manager.query(
      `select ${accountColumns} from accounts a
       where position($1 in lower(a.email::text)) > 0 and ${where} order by ${orderBy} limit $2`,
      [text.toLowerCase(), page.limit, ...parameters],
    )
  }

  /** The newest first; about one account or all, by one actor or all. */
  auditLog(
    { accountId, actorId }: AuditFilter,
    page: Page<readonly [string]>,
  ): Promise<AuditRow[]> {
    const { orderBy, parameters, where } = keysetSql(page, {
      columns: ['id'],
      order: 'desc',
      parametersBefore: 3,
    })
    return this.#manager.query(
      `select id, occurred_at as "occurredAt", actor_id as "actorId", account_id as "accountId", action, detail
       from audit_log where ($1::uuid is null or account_id = $1::uuid) and ($2::uuid is null or actor_id = $2::uuid)
         and ${where} order by ${orderBy} limit $3`,
      [accountId, actorId, page.limit, ...parameters],
    )
  }

  async hasRole(role: string): Promise<boolean> {
    const rows: unknown[] = await this.#manager.query('select from roles where name = $1', [role])
    return rows.length === 1
  }

  /** Lets only one transaction at a time change who administers, until it ends. */
  async lock(): Promise<void> {
    await this.#manager.query('lock table account_roles in share row exclusive mode')
  }

  /** Whether somebody can administer accounts when this account no longer has the role, or any role. */
  async someoneAdministersWithout(accountId: string, role: string | null): Promise<boolean> {
    const [row]: { remains: boolean }[] = await this.#manager.query(
      `select exists (
         select from account_roles ar join role_scopes rs using (role) join accounts a on a.id = ar.account_id
         where rs.scope = 'auth:manage' and a.suspended_at is null
           and not (ar.account_id = $1 and ($2::text is null or ar.role = $2::text))) as remains`,
      [accountId, role],
    )
    return row?.remains === true
  }

  /** False when it is suspended already. */
  async suspend(id: string, reason: string, now: Date): Promise<boolean> {
    const [, count] = await this.#manager.query(
      `update accounts set suspended_at = $3, suspension_reason = $2 where id = $1 and suspended_at is null`,
      [id, reason, now],
    )
    return count === 1
  }

  /** False when it is not suspended, or leaves for good. */
  async restore(id: string): Promise<boolean> {
    const [, count] = await this.#manager.query(
      `update accounts set suspended_at = null, suspension_reason = null
       where id = $1 and suspended_at is not null and deletion_ordered_at is null`,
      [id],
    )
    return count === 1
  }

  /** Suspends the account for good; false when its deletion was ordered before. */
  async orderDeletion(id: string, reason: string, now: Date): Promise<boolean> {
    const [, count] = await this.#manager.query(
      `update accounts set deletion_ordered_at = $3, suspended_at = coalesce(suspended_at, $3),
         suspension_reason = coalesce(suspension_reason, $2)
       where id = $1 and deletion_ordered_at is null`,
      [id, reason, now],
    )
    return count === 1
  }

  /** An account's address, which stays as it is while the caller's transaction runs. */
  async lockAddress(id: string): Promise<Address | undefined> {
    const rows: Address[] = await this.#manager.query(
      'select email, email_verified_at as "verifiedAt" from accounts where id = $1 for update',
      [id],
    )
    return rows[0]
  }

  /** Fails with a unique violation when another account has the address. */
  async setAddress(id: string, { email, verifiedAt }: Address): Promise<void> {
    await this.#manager.query(
      'update accounts set email = $2, email_verified_at = $3 where id = $1',
      [id, email, verifiedAt],
    )
  }

  /** False when the account has the role already. */
  async assign(accountId: string, role: string): Promise<boolean> {
    const rows: unknown[] = await this.#manager.query(
      'insert into account_roles (account_id, role) values ($1, $2) on conflict do nothing returning role',
      [accountId, role],
    )
    return rows.length === 1
  }

  /** False when the account does not have the role. */
  async remove(accountId: string, role: string): Promise<boolean> {
    const [, count] = await this.#manager.query(
      'delete from account_roles where account_id = $1 and role = $2',
      [accountId, role],
    )
    return count === 1
  }

  async record(entry: AuditRow): Promise<void> {
    await this.#manager.query(
      `insert into audit_log (id, occurred_at, actor_id, account_id, action, detail) values ($1, $2, $3, $4, $5, $6)`,
      [entry.id, entry.occurredAt, entry.actorId, entry.accountId, entry.action, entry.detail],
    )
  }
}
