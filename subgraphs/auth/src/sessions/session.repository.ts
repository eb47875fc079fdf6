import type { EntityManager } from 'typeorm'
import { type RevocationReason, SessionEntity, type SessionRow } from './session.entity.ts'

export interface NewRefreshToken {
  readonly hash: Buffer
  readonly sessionId: string
  readonly createdAt: Date
  readonly expiresAt: Date
}

/** A refresh token as it was found: spent when it was rotated. */
export interface FoundRefreshToken {
  readonly sessionId: string
  readonly rotatedAt: Date | null
}

export type SessionReads = Pick<SessionRepository, 'refreshToken' | 'revokedSince'>

export class SessionRepository {
  readonly #manager: EntityManager

  constructor(manager: EntityManager) {
    this.#manager = manager
  }

  async insert(session: SessionRow): Promise<void> {
    await this.#manager.insert(SessionEntity, session)
  }

  async insertRefreshToken(token: NewRefreshToken): Promise<void> {
    await this.#manager.query(
      'insert into refresh_tokens (hash, session_id, created_at, expires_at) values ($1, $2, $3, $4)',
      [token.hash, token.sessionId, token.createdAt, token.expiresAt],
    )
  }

  /**
   * Spends a refresh token and marks its session as used. Of any number of concurrent calls with one token exactly one
   * gets the session; the others, and calls with a token that is unknown, ended or revoked, get undefined.
   */
  async rotate(hash: Buffer, now: Date): Promise<SessionRow | undefined> {
    const [rows]: [{ id: string }[]] = await this.#manager.query(
      `with spent as (
         update refresh_tokens set rotated_at = $2
         where hash = $1 and rotated_at is null and expires_at > $2 returning session_id)
       update sessions set last_used_at = $2 from spent
       where sessions.id = spent.session_id and revoked_at is null and sessions.expires_at > $2
       returning sessions.id`,
      [hash, now],
    )
    const id = rows[0]?.id
    if (id === undefined) return undefined
    return (await this.#manager.findOneBy(SessionEntity, { id })) ?? undefined
  }

  async refreshToken(hash: Buffer): Promise<FoundRefreshToken | undefined> {
    const rows: FoundRefreshToken[] = await this.#manager.query(
      `select session_id as "sessionId", rotated_at as "rotatedAt" from refresh_tokens where hash = $1`,
      [hash],
    )
    return rows[0]
  }

  /** Ends a session; undefined when it was ended before. */
  async revoke(
    id: string,
    reason: RevocationReason,
    now: Date,
  ): Promise<{ accountId: string } | undefined> {
    const [rows] = await this.#manager.query(
      `update sessions set revoked_at = $3, revoked_reason = $2
       where id = $1 and revoked_at is null returning account_id as "accountId"`,
      [id, reason, now],
    )
    return rows[0]
  }

  /** The sessions whose access tokens may still be alive although they were ended. */
  revokedSince(time: Date): Promise<Pick<SessionRow, 'id' | 'revokedAt'>[]> {
    return this.#manager.query(
      `select id, revoked_at as "revokedAt" from sessions where revoked_at > $1`,
      [time],
    )
  }

  /** Removes sessions that ended before `time`, with their refresh tokens. Returns how many. */
  async removeEndedBefore(time: Date): Promise<number> {
    const [, count] = await this.#manager.query(
      'delete from sessions where expires_at < $1 or revoked_at < $1',
      [time],
    )
    return count
  }
}
