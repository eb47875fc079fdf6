import type { Database } from '@gravity/shared/database/open-database'
import { sessionRevoked } from '@gravity/shared/events/contracts/auth'
import type { SessionDenyList } from '@gravity/shared/viewer/session-deny-list'
import type { Viewer } from '@gravity/shared/viewer/viewer'
import type { AuthConfig } from '../config.ts'
import type { KeyRing } from '../keys/key-ring.ts'
import type { AuthReads, AuthStore } from '../store.ts'
import { signAccessToken } from './access-token.ts'
import { hashRefreshToken, newRefreshToken } from './refresh-token.ts'
import type { RevocationReason, SessionRow } from './session.entity.ts'

export interface SessionServiceDeps {
  readonly database: Database<AuthStore, AuthReads>
  readonly keys: KeyRing
  readonly denyList: SessionDenyList
  readonly config: Pick<AuthConfig, 'accessTokenSeconds' | 'refreshTokenDays' | 'sessionDays'>
  readonly clock: { now(): Date; newId(): string }
}

/** A session with the tokens that open it; the GraphQL type `Session`. */
export interface OpenSession {
  readonly __typename: 'Session'
  readonly userId: string
  readonly accessToken: string
  readonly accessTokenExpiresAt: Date
  readonly refreshToken: string
  readonly refreshTokenExpiresAt: Date
}

export interface InvalidRefreshToken {
  readonly __typename: 'InvalidRefreshToken'
  readonly code: 'INVALID_REFRESH_TOKEN'
  readonly message: string
}

export interface LoggedOut {
  readonly __typename: 'LoggedOut'
  readonly sessionId: string
}

const dayMs = 24 * 60 * 60 * 1_000

export class SessionService {
  readonly #deps: SessionServiceDeps

  constructor(deps: SessionServiceDeps) {
    this.#deps = deps
  }

  /** Opens a session for an account whose owner has just proved who they are, within the caller's transaction. */
  async open(store: AuthStore, accountId: string): Promise<OpenSession> {
    const { clock, config } = this.#deps
    const now = clock.now()
    const session: SessionRow = {
      id: clock.newId(),
      accountId,
      createdAt: now,
      lastUsedAt: now,
      expiresAt: new Date(now.getTime() + config.sessionDays * dayMs),
      revokedAt: null,
      revokedReason: null,
    }
    await store.sessions.insert(session)
    return this.#issueTokens(store, session, now)
  }

  /**
   * Spends a refresh token. A token that was spent before this call began may have been stolen: its session ends.
   * Of calls that overlap, one wins; the others are only refused, since a client with two tabs does no harm.
   */
  async refresh(refreshToken: string): Promise<OpenSession | InvalidRefreshToken> {
    const { clock, database } = this.#deps
    const hash = hashRefreshToken(refreshToken)
    const found = await database.reads.sessions.refreshToken(hash)
    if (!found) return invalidRefreshToken()
    if (found.rotatedAt) {
      await this.revoke(found.sessionId, 'refresh-token-reuse')
      return invalidRefreshToken()
    }
    return database.transaction(async (store) => {
      const now = clock.now()
      const session = await store.sessions.rotate(hash, now)
      return session ? this.#issueTokens(store, session, now) : invalidRefreshToken()
    })
  }

  async logout(viewer: Viewer): Promise<LoggedOut> {
    await this.revoke(viewer.sessionId, 'logout')
    return { __typename: 'LoggedOut', sessionId: viewer.sessionId }
  }

  /** Ends a session: its tokens are refused and its sockets close. Ending it twice is no error. */
  async revoke(sessionId: string, reason: RevocationReason): Promise<void> {
    const { clock, database } = this.#deps
    await database.transaction(async (store) => {
      const revoked = await store.sessions.revoke(sessionId, reason, clock.now())
      if (!revoked) return
      await store.outbox.add(sessionRevoked, {
        aggregateId: sessionId,
        aggregateVersion: 2,
        payload: { sessionId, userId: revoked.accountId, reason },
      })
    })
    // At once for the caller; the event does the same again should this process die here.
    await this.deny(sessionId)
  }

  /** Refuses the access tokens of a session for as long as the youngest of them can live. */
  async deny(sessionId: string): Promise<void> {
    await this.#deps.denyList.deny(sessionId, this.#deps.config.accessTokenSeconds)
  }

  /** Refuses again what was refused before this process (and perhaps its memory) went away. */
  async restoreDenials(): Promise<void> {
    const { clock, config, database } = this.#deps
    const since = new Date(clock.now().getTime() - config.accessTokenSeconds * 1_000)
    for (const { id } of await database.reads.sessions.revokedSince(since)) await this.deny(id)
  }

  /** Forgets sessions that ended more than a month ago. */
  removeEnded(): Promise<number> {
    const before = new Date(this.#deps.clock.now().getTime() - 30 * dayMs)
    return this.#deps.database.transaction((store) => store.sessions.removeEndedBefore(before))
  }

  async #issueTokens(store: AuthStore, session: SessionRow, now: Date): Promise<OpenSession> {
    const { clock, config, keys } = this.#deps
    const { roles, scopes } = await store.accounts.permissionsOf(session.accountId)
    const refreshToken = newRefreshToken()
    const refreshTokenExpiresAt = new Date(
      Math.min(now.getTime() + config.refreshTokenDays * dayMs, session.expiresAt.getTime()),
    )
    await store.sessions.insertRefreshToken({
      hash: hashRefreshToken(refreshToken),
      sessionId: session.id,
      createdAt: now,
      expiresAt: refreshTokenExpiresAt,
    })
    // Tokens tell time in whole seconds (RFC 7519, NumericDate).
    const issuedAtSeconds = Math.floor(now.getTime() / 1_000)
    const accessTokenExpiresAt = new Date((issuedAtSeconds + config.accessTokenSeconds) * 1_000)
    const accessToken = await signAccessToken(keys.signingKey(), {
      userId: session.accountId,
      sessionId: session.id,
      roles,
      scopes,
      issuedAt: now,
      expiresAt: accessTokenExpiresAt,
      tokenId: clock.newId(),
    })
    return {
      __typename: 'Session',
      userId: session.accountId,
      accessToken,
      accessTokenExpiresAt,
      refreshToken,
      refreshTokenExpiresAt,
    }
  }
}

function invalidRefreshToken(): InvalidRefreshToken {
  return {
    __typename: 'InvalidRefreshToken',
    code: 'INVALID_REFRESH_TOKEN',
    message: 'This session has ended or its refresh token was used before. Sign in again.',
  }
}
