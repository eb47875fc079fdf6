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
  /** The program that it was given to; null for a person's own. */
  readonly clientId: string | null
  /** Null once its successor has been used too. */
  readonly successorSalt: Buffer | null
}

/** A session that has just ended. */
export interface EndedSession {
  readonly id: string
  readonly accountId: string
  /** The administrator who acted as its person in it. */
  readonly impersonatorId: string | null
}

const endedColumns = `id, account_id as "accountId",
  (select impersonator_id from impersonations i where i.session_id = sessions.id) as "impersonatorId"`

export type SessionReads = Pick<
  SessionRepository,
  'refreshToken' | 'holding' | 'openOne' | 'revokedSince' | 'openOf' | 'ownerOf'
>

const mostListed = 100

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
   * gets the session; the others, and calls with a token that is unknown, ended or revoked, get undefined. The salt of
   * its own predecessor is forgotten: only the immediate predecessor can give its successor again.
   */
  async rotate(hash: Buffer, salt: Buffer, now: Date): Promise<SessionRow | undefined> {
    const [rows]: [{ id: string }[]] = await this.#manager.query(
      `with spent as (
         update refresh_tokens set rotated_at = $2, successor_salt = $3
         where hash = $1 and rotated_at is null and expires_at > $2 returning session_id),
       forgotten as (
         update refresh_tokens set successor_salt = null from spent
         where refresh_tokens.session_id = spent.session_id and hash <> $1 and successor_salt is not null)
       update sessions set last_used_at = $2 from spent
       where sessions.id = spent.session_id and revoked_at is null and sessions.expires_at > $2
       returning sessions.id`,
      [hash, now, salt],
    )
    const id = rows[0]?.id
    if (id === undefined) return undefined
    return (await this.#manager.findOneBy(SessionEntity, { id })) ?? undefined
  }

  async refreshToken(hash: Buffer): Promise<FoundRefreshToken | undefined> {
    const rows: FoundRefreshToken[] = await this.#manager.query(
      `select session_id as "sessionId", rotated_at as "rotatedAt", successor_salt as "successorSalt",
              s.client_id as "clientId"
       from refresh_tokens t join sessions s on s.id = t.session_id where hash = $1`,
      [hash],
    )
    return rows[0]
  }

  /** The open session whose current refresh token has this hash, with that token's end. */
  async holding(
    hash: Buffer,
    now: Date,
  ): Promise<{ readonly session: SessionRow; readonly expiresAt: Date } | undefined> {
    const rows: { sessionId: string; expiresAt: Date }[] = await this.#manager.query(
      `select session_id as "sessionId", t.expires_at as "expiresAt"
       from refresh_tokens t join sessions s on s.id = t.session_id
       where hash = $1 and rotated_at is null and revoked_at is null and t.expires_at > $2`,
      [hash, now],
    )
    const [row] = rows
    const session = row && (await this.#manager.findOneBy(SessionEntity, { id: row.sessionId }))
    return row && session ? { session, expiresAt: row.expiresAt } : undefined
  }

  /** The sessions of an account that can still be used, the latest use first. */
  openOf(accountId: string, now: Date): Promise<SessionRow[]> {
    return this.#manager
      .createQueryBuilder(SessionEntity, 'session')
      .where('session.accountId = :accountId and session.revokedAt is null', { accountId })
      .andWhere('session.expiresAt > :now and session.clientId is null', { now })
      .andWhere(
        `(exists (select from refresh_tokens t where t.session_id = session.id and t.rotated_at is null and t.expires_at > :now)
          or exists (select from impersonations i where i.session_id = session.id))`,
      )
      .orderBy('session.lastUsedAt', 'DESC')
      .take(mostListed)
      .getMany()
  }

  async byId(id: string): Promise<SessionRow | undefined> {
    return (await this.#manager.findOneBy(SessionEntity, { id })) ?? undefined
  }

  /** The session with this id, unless it has ended. */
  async openOne(id: string, now: Date): Promise<SessionRow | undefined> {
    const session = await this.byId(id)
    return session && session.revokedAt === null && session.expiresAt > now ? session : undefined
  }

  async ownerOf(id: string): Promise<string | undefined> {
    const rows: { accountId: string }[] = await this.#manager.query(
      'select account_id as "accountId" from sessions where id = $1',
      [id],
    )
    return rows[0]?.accountId
  }

  /** Ends a session with the impersonations that were begun in it; none when it was ended before. */
  async revoke(id: string, reason: RevocationReason, now: Date): Promise<EndedSession[]> {
    const [rows] = await this.#manager.query(
      `update sessions set revoked_at = $3, revoked_reason = $2
       where revoked_at is null and id = any(array(
         select $1::uuid union all select session_id from impersonations where impersonator_session_id = $1))
       returning ${endedColumns}`,
      [id, reason, now],
    )
    return rows
  }

  /** Ends every session of an account but one, and those in which its holder acts as somebody else. */
  async revokeAll(
    accountId: string,
    reason: RevocationReason,
    { except, now }: { readonly except: string | null; readonly now: Date },
  ): Promise<EndedSession[]> {
    const [rows] = await this.#manager.query(
      `update sessions set revoked_at = $3, revoked_reason = $2
       where revoked_at is null and expires_at > $3 and ($4::uuid is null or id <> $4::uuid)
         and (account_id = $1 or id = any(array(select session_id from impersonations where impersonator_id = $1)))
       returning ${endedColumns}`,
      [accountId, reason, now, except],
    )
    return rows
  }

  /** The sessions whose access tokens may still be alive although they were ended; those of erased accounts are gone. */
  revokedSince(time: Date): Promise<Pick<SessionRow, 'id' | 'revokedAt'>[]> {
    return this.#manager.query(
      `select id, revoked_at as "revokedAt" from sessions where revoked_at > $1
       union
       select aggregate_id::uuid, occurred_at from outbox
       where name = 'auth.session-revoked.v1' and occurred_at > $1`,
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
