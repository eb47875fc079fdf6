import type { AuthConfig } from '../config.ts'
import type { KeyRing } from '../keys/key-ring.ts'
import type { AuthStore } from '../store.ts'
import { signAccessToken } from './access-token.ts'
import { hashRefreshToken } from './refresh-token.ts'
import type { SessionRow } from './session.entity.ts'

/** A session with the tokens that open it; the GraphQL type `Session`. */
export interface OpenSession {
  readonly __typename: 'Session'
  readonly userId: string
  readonly accessToken: string
  readonly accessTokenExpiresAt: Date
  readonly refreshToken: string
  readonly refreshTokenExpiresAt: Date
}

export interface TokenIssuerDeps {
  readonly keys: KeyRing
  readonly config: Pick<AuthConfig, 'accessTokenSeconds' | 'refreshTokenDays'>
  readonly clock: { now(): Date; newId(): string }
}

export const dayMs = 24 * 60 * 60 * 1_000

/** Makes the tokens of sessions. */
export class TokenIssuer {
  readonly #deps: TokenIssuerDeps

  constructor(deps: TokenIssuerDeps) {
    this.#deps = deps
  }

  /** Makes this the current refresh token of the session, and signs an access token. */
  async issue(store: AuthStore, session: SessionRow, refreshToken: string): Promise<OpenSession> {
    const { clock, config } = this.#deps
    const now = clock.now()
    const expiresAt = new Date(
      Math.min(now.getTime() + config.refreshTokenDays * dayMs, session.expiresAt.getTime()),
    )
    await store.sessions.insertRefreshToken({
      hash: hashRefreshToken(refreshToken),
      sessionId: session.id,
      createdAt: now,
      expiresAt,
    })
    return this.open(store, session, { refreshToken, expiresAt })
  }

  /** Signs an access token for a session that has its refresh token. */
  async open(
    store: AuthStore,
    session: SessionRow,
    refresh: { readonly refreshToken: string; readonly expiresAt: Date },
  ): Promise<OpenSession> {
    const { clock, config, keys } = this.#deps
    const { roles, scopes } = await store.accounts.permissionsOf(session.accountId)
    const issuedAt = clock.now()
    // Tokens tell time in whole seconds (RFC 7519, NumericDate).
    const issuedAtSeconds = Math.floor(issuedAt.getTime() / 1_000)
    const accessTokenExpiresAt = new Date((issuedAtSeconds + config.accessTokenSeconds) * 1_000)
    const accessToken = await signAccessToken(keys.signingKey(), {
      userId: session.accountId,
      sessionId: session.id,
      roles,
      scopes,
      issuedAt,
      expiresAt: accessTokenExpiresAt,
      tokenId: clock.newId(),
    })
    return {
      __typename: 'Session',
      userId: session.accountId,
      accessToken,
      accessTokenExpiresAt,
      refreshToken: refresh.refreshToken,
      refreshTokenExpiresAt: refresh.expiresAt,
    }
  }
}
