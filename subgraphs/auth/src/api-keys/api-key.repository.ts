import type { EntityManager } from 'typeorm'

/** A key as its owner sees it. */
export interface ApiKeyRow {
  readonly id: string
  readonly accountId: string
  readonly name: string
  /** What may be shown of the key, so that its owner can tell it from others. */
  readonly visiblePart: string
  readonly scopes: readonly string[]
  readonly createdAt: Date
  readonly expiresAt: Date | null
  readonly lastUsedAt: Date | null
}

export interface UsableApiKey extends ApiKeyRow {
  readonly sessionId: string | null
}

export type ApiKeyReads = Pick<ApiKeyRepository, 'listOf' | 'byId'>

const columns = `id, account_id as "accountId", name, visible_part as "visiblePart", scopes, created_at as "createdAt",
  expires_at as "expiresAt", last_used_at as "lastUsedAt"`

/** Keys that have not been revoked; the keys themselves are stored nowhere. */
export class ApiKeyRepository {
  readonly #manager: EntityManager

  constructor(manager: EntityManager) {
    this.#manager = manager
  }

  /** The newest first. */
  listOf(accountId: string): Promise<ApiKeyRow[]> {
    return this.#manager.query(
      `select ${columns} from api_keys where account_id = $1 and revoked_at is null order by id desc`,
      [accountId],
    )
  }

  async byId(id: string): Promise<ApiKeyRow | undefined> {
    const rows: ApiKeyRow[] = await this.#manager.query(
      `select ${columns} from api_keys where id = $1 and revoked_at is null`,
      [id],
    )
    return rows[0]
  }

  /** False when the account has as many as it may. */
  async insert(key: ApiKeyRow, hash: Buffer, most: number): Promise<boolean> {
    // Of calls at the same time each must see the keys of the others.
    await this.#manager.query('select from accounts where id = $1 for no key update', [
      key.accountId,
    ])
    const rows: unknown[] = await this.#manager.query(
      `insert into api_keys (id, account_id, name, visible_part, hash, scopes, created_at, expires_at)
       select $1, $2, $3, $4, $5, $6, $7, $8
       where (select count(*) from api_keys where account_id = $2 and revoked_at is null) < $9 returning id`,
      [
        key.id,
        key.accountId,
        key.name,
        key.visiblePart,
        hash,
        key.scopes,
        key.createdAt,
        key.expiresAt,
        most,
      ],
    )
    return rows.length === 1
  }

  /** The key with this hash, if it and its account may be used; nobody else changes it meanwhile. */
  async lockUsable(hash: Buffer, now: Date): Promise<UsableApiKey | undefined> {
    const rows: UsableApiKey[] = await this.#manager.query(
      `select ${columns}, session_id as "sessionId" from api_keys
       where hash = $1 and revoked_at is null and (expires_at is null or expires_at > $2) for update`,
      [hash, now],
    )
    return rows[0]
  }

  async setSession(id: string, sessionId: string): Promise<void> {
    await this.#manager.query('update api_keys set session_id = $2 where id = $1', [id, sessionId])
  }

  /** Written at most once a minute. */
  async markUsed(id: string, now: Date): Promise<void> {
    await this.#manager.query(
      `update api_keys set last_used_at = $2
       where id = $1 and (last_used_at is null or last_used_at <= $2::timestamptz - interval '1 minute')`,
      [id, now],
    )
  }

  /** The session that it was used by; undefined when it was revoked before. */
  async revoke(id: string, now: Date): Promise<{ readonly sessionId: string | null } | undefined> {
    const [rows]: [{ sessionId: string | null }[]] = await this.#manager.query(
      `update api_keys set revoked_at = $2 where id = $1 and revoked_at is null
       returning session_id as "sessionId"`,
      [id, now],
    )
    return rows[0]
  }
}
