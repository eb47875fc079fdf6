import type { Page } from '@gravity/shared/pagination/connection'
import { keysetSql } from '@gravity/shared/pagination/keyset'
import type { EntityManager } from 'typeorm'

export type OAuthClientKind = 'public' | 'confidential' | 'service'

/** A program that is registered to get tokens. */
export interface OAuthClientRow {
  readonly id: string
  readonly name: string
  readonly kind: OAuthClientKind
  /** Where a browser may be sent with a code, exactly; none for a service account. */
  readonly redirectUris: readonly string[]
  /** All that it may ever ask for. */
  readonly scopes: readonly string[]
  /** Whether it may exchange an address and a password for tokens, where that is switched on. */
  readonly allowsPassword: boolean
  /** The account that a service acts as. */
  readonly serviceAccountId: string | null
  readonly createdAt: Date
}

export interface OAuthClientWithSecret extends OAuthClientRow {
  readonly secretHash: Buffer | null
}

export type OAuthClientReads = Pick<OAuthClientRepository, 'byId' | 'withSecret' | 'list'>

const columns = `id, name, kind, redirect_uris as "redirectUris", scopes, allows_password as "allowsPassword",
  service_account_id as "serviceAccountId", created_at as "createdAt"`

/** Registered programs; a removed one is as if it had never been. */
export class OAuthClientRepository {
  readonly #manager: EntityManager

  constructor(manager: EntityManager) {
    this.#manager = manager
  }

  async byId(id: string): Promise<OAuthClientRow | undefined> {
    const rows: OAuthClientRow[] = await this.#manager.query(
      `select ${columns} from oauth_clients where id = $1 and removed_at is null`,
      [id],
    )
    return rows[0]
  }

  async withSecret(id: string): Promise<OAuthClientWithSecret | undefined> {
    const rows: OAuthClientWithSecret[] = await this.#manager.query(
      `select ${columns}, secret_hash as "secretHash" from oauth_clients where id = $1 and removed_at is null`,
      [id],
    )
    return rows[0]
  }

  /** The newest first. */
  list(page: Page<readonly [string]>): Promise<OAuthClientRow[]> {
    const { orderBy, parameters, where } = keysetSql(page, {
      columns: ['id'],
      order: 'desc',
      parametersBefore: 1,
    })
    return this.#manager.query(
      `select ${columns} from oauth_clients where removed_at is null and ${where} order by ${orderBy} limit $1`,
      [page.limit, ...parameters],
    )
  }

  async insert(client: OAuthClientWithSecret): Promise<void> {
    await this.#manager.query(
      `insert into oauth_clients
         (id, name, kind, secret_hash, redirect_uris, scopes, allows_password, service_account_id, created_at)
       values ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
      [
        client.id,
        client.name,
        client.kind,
        client.secretHash,
        client.redirectUris,
        client.scopes,
        client.allowsPassword,
        client.serviceAccountId,
        client.createdAt,
      ],
    )
  }

  /** False when there is no such client with a secret. */
  async replaceSecret(id: string, hash: Buffer): Promise<boolean> {
    const [, count] = await this.#manager.query(
      `update oauth_clients set secret_hash = $2
       where id = $1 and removed_at is null and kind <> 'public'`,
      [id, hash],
    )
    return count === 1
  }

  /** False when it was removed before. */
  async remove(id: string, now: Date): Promise<boolean> {
    const [, count] = await this.#manager.query(
      'update oauth_clients set removed_at = $2 where id = $1 and removed_at is null',
      [id, now],
    )
    return count === 1
  }

  /** False when it was removed; while the caller's transaction runs it cannot be. */
  async hold(id: string): Promise<boolean> {
    const rows: unknown[] = await this.#manager.query(
      'select from oauth_clients where id = $1 and removed_at is null for share',
      [id],
    )
    return rows.length === 1
  }

  /** The session that a service has its tokens of, or had; keeps everybody else from changing it meanwhile. */
  async lockServiceSession(id: string): Promise<{ readonly sessionId: string | null } | undefined> {
    const rows: { sessionId: string | null }[] = await this.#manager.query(
      `select service_session_id as "sessionId" from oauth_clients
       where id = $1 and removed_at is null for update`,
      [id],
    )
    return rows[0]
  }

  async setServiceSession(id: string, sessionId: string): Promise<void> {
    await this.#manager.query('update oauth_clients set service_session_id = $2 where id = $1', [
      id,
      sessionId,
    ])
  }
}
