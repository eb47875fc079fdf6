import type { Permissions } from '../accounts/account.repository.ts'
import type { AuthConfig } from '../config.ts'
import type { KeyRing } from '../keys/key-ring.ts'
import type { AuthStore } from '../store.ts'
import { signAccessToken } from './access-token.ts'
import { hashRefreshToken } from './refresh-token.ts'
import type { SessionRow } from './session.entity.ts'

/** A session with the tokens that open it; the GraphQL type `Session`. */
export interface OpenSession {
  readonly __typename: 'Session'
  readonly sessionId: string
  readonly userId: string
  /** What the access token lets its bearer do. */
  readonly scopes: readonly string[]
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
    return {
      __typename: 'Session',
      sessionId: session.id,
      userId: session.accountId,
      ...(await this.accessToken(store, session)),
      refreshToken: refresh.refreshToken,
      refreshTokenExpiresAt: refresh.expiresAt,
    }
  }

  /** Signs an access token that says what is true of a session now. */
  async accessToken(
    store: AuthStore,
    session: SessionRow,
  ): Promise<Pick<OpenSession, 'accessToken' | 'accessTokenExpiresAt' | 'scopes'>> {
    const { clock, config, keys } = this.#deps
    const { roles, scopes } = await permissionsIn(store, session)
    const issuedAt = clock.now()
    // Tokens tell time in whole seconds (RFC 7519, NumericDate).
    const issuedAtSeconds = Math.floor(issuedAt.getTime() / 1_000)
    const accessTokenExpiresAt = new Date((issuedAtSeconds + config.accessTokenSeconds) * 1_000)
    const accessToken = await signAccessToken(keys.signingKey(), {
      userId: session.accountId,
      sessionId: session.id,
      roles,
      scopes,
      ...(session.clientId !== null && { clientId: session.clientId }),
      methods: session.methods,
      provedAt: session.provedAt,
      issuedAt,
      expiresAt: accessTokenExpiresAt,
      tokenId: clock.newId(),
    })
    return { accessToken, accessTokenExpiresAt, scopes }
  }
}

/** A program has no roles, and of its scopes those that its person still has. */
async function permissionsIn(store: AuthStore, session: SessionRow): Promise<Permissions> {
  const { accountId, clientScopes } = session
  if (!clientScopes) return store.accounts.permissionsOf(accountId)
  const grantable = await store.grants.grantableScopes(accountId)
  return { roles: [], scopes: clientScopes.filter((scope) => grantable.includes(scope)) }
}
