import { rememberedOf } from '@gravity/shared/viewer/remembered-client'
import type { Client } from '../sessions/client.ts'
import { newRefreshToken } from '../sessions/refresh-token.ts'
import type { SessionRow } from '../sessions/session.entity.ts'
import { dayMs, type TokenIssuer } from '../sessions/token-issuer.ts'
import type { AuthStore } from '../store.ts'
import type { Proof } from './grant.repository.ts'
import { OAuthError } from './oauth-error.ts'

export interface DelegatedSessionsDeps {
  readonly tokens: TokenIssuer
  readonly config: { readonly sessionDays: number }
  readonly clock: { now(): Date; newId(): string }
}

/** For whom a program acts, and how far. An API key has a session too, but no client and no tokens. */
export interface Delegation extends Proof {
  readonly accountId: string
  readonly clientId: string | null
  readonly scopes: readonly string[]
  readonly client: Client
}

/** What a program gets for a grant. */
export interface DelegatedTokens {
  readonly accessToken: string
  readonly expiresAt: Date
  readonly refreshToken: string | undefined
}

/** Sessions of programs: like those of people, so that whatever ends a session ends these too, but bound by scopes. */
export class DelegatedSessions {
  readonly #deps: DelegatedSessionsDeps

  constructor(deps: DelegatedSessionsDeps) {
    this.#deps = deps
  }

  /** Opens one within the caller's transaction. Throws OAuthError when the client was removed meanwhile. */
  async open(store: AuthStore, delegation: Delegation): Promise<SessionRow> {
    const { clientId } = delegation
    if (clientId !== null && !(await store.oauthClients.hold(clientId))) {
      throw new OAuthError('unauthorized_client', 'The client was removed.')
    }
    const { clock, config } = this.#deps
    const now = clock.now()
    const session: SessionRow = {
      id: clock.newId(),
      accountId: delegation.accountId,
      createdAt: now,
      lastUsedAt: now,
      expiresAt: new Date(now.getTime() + config.sessionDays * dayMs),
      revokedAt: null,
      revokedReason: null,
      ...rememberedOf(delegation.client),
      methods: [...delegation.methods],
      provedAt: delegation.provedAt,
      clientId,
      clientScopes: clientId === null ? null : [...delegation.scopes],
    }
    await store.sessions.insert(session)
    return session
  }

  /** The tokens of a session that has none yet; a refresh token where its person lets the program stay. */
  async tokensOf(store: AuthStore, session: SessionRow): Promise<DelegatedTokens> {
    const { tokens } = this.#deps
    if (!session.clientScopes?.includes('offline_access')) {
      const { accessToken, accessTokenExpiresAt } = await tokens.accessToken(store, session)
      return { accessToken, expiresAt: accessTokenExpiresAt, refreshToken: undefined }
    }
    const issued = await tokens.issue(store, session, newRefreshToken())
    return {
      accessToken: issued.accessToken,
      expiresAt: issued.accessTokenExpiresAt,
      refreshToken: issued.refreshToken,
    }
  }
}
