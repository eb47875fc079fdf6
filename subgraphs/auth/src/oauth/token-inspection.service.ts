import type { Database } from '@gravity/shared/database/open-database'
import { createLocalJWKSet, errors, jwtVerify } from 'jose'
import { z } from 'zod'
import type { KeyRing } from '../keys/key-ring.ts'
import { hashSecretToken } from '../secrets/secret-token.ts'
import type { SessionService } from '../sessions/session.service.ts'
import type { AuthReads, AuthStore } from '../store.ts'
import type { OAuthClientRow } from './oauth-client.repository.ts'
import { OAuthError } from './oauth-error.ts'
import { personClaims } from './person-claims.ts'

export interface TokenInspectionDeps {
  readonly database: Database<AuthStore, AuthReads>
  readonly sessions: SessionService
  readonly keys: KeyRing
  readonly issuer: string
  readonly clock: { now(): Date }
}

/** A token that can be used now. */
interface LiveToken {
  readonly kind: 'access_token' | 'refresh_token'
  readonly sessionId: string
  readonly userId: string
  readonly clientId: string | null
  readonly scopes: readonly string[]
  readonly expiresAt: Date
  readonly issuedAt: Date | null
}

const claimsShape = z.object({
  sub: z.string(),
  sid: z.guid(),
  exp: z.number(),
  iat: z.number(),
  scope: z.string().default(''),
  client_id: z.string().optional(),
})

/** Says what a token is good for, and ends it. It asks the database, so it knows of an ended session at once. */
export class TokenInspection {
  readonly #deps: TokenInspectionDeps

  constructor(deps: TokenInspectionDeps) {
    this.#deps = deps
  }

  /** RFC 7662. A service may ask about every token, another program about its own; of all others it learns nothing. */
  async introspect(program: OAuthClientRow, token: string) {
    if (program.kind === 'public') {
      throw new OAuthError('unauthorized_client', 'Only a client with a secret may ask this.')
    }
    const live = await this.#find(token)
    if (!live || (program.kind !== 'service' && live.clientId !== program.id)) {
      return { active: false }
    }
    return {
      active: true,
      token_type: live.kind === 'access_token' ? 'Bearer' : live.kind,
      scope: live.scopes.join(' '),
      sub: live.userId,
      sid: live.sessionId,
      ...(live.clientId !== null && { client_id: live.clientId }),
      exp: seconds(live.expiresAt),
      ...(live.issuedAt && { iat: seconds(live.issuedAt) }),
    }
  }

  /** RFC 7009: with a token ends all that was granted together with it. A token that is not the client's stays as it is. */
  async revoke(program: OAuthClientRow, token: string): Promise<void> {
    const live = await this.#find(token)
    if (live?.clientId === program.id) await this.#deps.sessions.revoke(live.sessionId, 'logout')
  }

  /** OpenID Connect Core, section 5.3. */
  async userInfo(accessToken: string): Promise<Readonly<Record<string, unknown>>> {
    const live = await this.#accessToken(accessToken)
    if (!live) throw new OAuthError('invalid_token', 'The access token has ended or is none.')
    if (live.clientId === null || !live.scopes.includes('openid')) {
      throw new OAuthError('insufficient_scope', 'This needs the scope openid.')
    }
    const account = await this.#deps.database.reads.accounts.byId(live.userId)
    if (!account) throw new OAuthError('invalid_token', 'The access token has ended or is none.')
    return { sub: live.userId, ...personClaims(account, live.scopes) }
  }

  async #find(token: string): Promise<LiveToken | undefined> {
    return (await this.#accessToken(token)) ?? (await this.#refreshToken(token))
  }

  async #accessToken(token: string): Promise<LiveToken | undefined> {
    const claims = await this.#verify(token)
    if (!claims) return undefined
    const { clock, database } = this.#deps
    if (!(await database.reads.sessions.openOne(claims.sid, clock.now()))) return undefined
    return {
      kind: 'access_token',
      sessionId: claims.sid,
      userId: claims.sub,
      clientId: claims.client_id ?? null,
      scopes: claims.scope.split(' ').filter((scope) => scope !== ''),
      expiresAt: new Date(claims.exp * 1_000),
      issuedAt: new Date(claims.iat * 1_000),
    }
  }

  async #verify(token: string): Promise<z.output<typeof claimsShape> | undefined> {
    const { clock, keys } = this.#deps
    try {
      const { payload } = await jwtVerify(token, createLocalJWKSet(await keys.publicKeys()), {
        issuer: 'gravity',
        audience: 'gravity',
        typ: 'at+jwt',
        algorithms: ['EdDSA'],
        currentDate: clock.now(),
      })
      return claimsShape.parse(payload)
    } catch (error) {
      if (error instanceof errors.JOSEError) return undefined
      throw error
    }
  }

  async #refreshToken(token: string): Promise<LiveToken | undefined> {
    const { clock, database } = this.#deps
    const held = await database.reads.sessions.holding(hashSecretToken(token), clock.now())
    if (!held?.session.clientId) return undefined
    const { expiresAt, session } = held
    const { accountId: userId, clientId, clientScopes, id: sessionId } = session
    const scopes = clientScopes ?? []
    return { kind: 'refresh_token', sessionId, userId, clientId, scopes, expiresAt, issuedAt: null }
  }
}

function seconds(time: Date): number {
  return Math.floor(time.getTime() / 1_000)
}
