import { hash } from 'node:crypto'
import { GravityError } from '@gravity/shared/errors/gravity-error'
import type { Logger } from '@gravity/shared/log/logger'
import { isApiKey } from '@gravity/shared/viewer/api-key'
import type { SessionDenyList } from '@gravity/shared/viewer/session-deny-list'
import type { Viewer } from '@gravity/shared/viewer/viewer'
import { errors } from 'jose'
import { LRUCache } from 'lru-cache'
import {
  type AccessTokenExpectations,
  gravityTokens,
  type VerifiedToken,
  verifyAccessToken,
} from './access-token.ts'
import { type ApiKeySource, createApiKeys } from './api-key-source.ts'
import type { KeySource } from './key-source.ts'
import { createSigningKeys } from './signing-keys.ts'

export interface AuthenticationOptions {
  /** Without a source no token can be verified, and every token is refused. */
  readonly keySource: KeySource | undefined
  /** Without a source every API key is refused. */
  readonly apiKeys?: ApiKeySource | undefined
  readonly deniedSessions: Pick<SessionDenyList, 'isDenied'> | undefined
  readonly now: () => Date
  readonly log: Logger
  /** `iss` and `aud` that a token must carry; those of the auth service by default. */
  readonly expectations?: AccessTokenExpectations
}

export interface Authentication {
  /**
   * The viewer behind an `authorization` value, null without one. Throws UNAUTHENTICATED, saying whether the token is
   * malformed, expired, revoked or signed by an unknown key, and SUBGRAPH_UNAVAILABLE when keys cannot be fetched or an
   * API key cannot be looked up.
   */
  identify(authorization: string | undefined): Promise<Viewer | null>
}

/** How many verified tokens are remembered, by their hash, so that each is verified once and not at every request. */
const rememberedTokens = 20_000

/** Verifies access tokens: the one place where a token becomes a viewer. */
export function createAuthentication(options: AuthenticationOptions): Authentication {
  const { keySource, deniedSessions, now, log } = options
  const verified = new LRUCache<string, VerifiedToken>({ max: rememberedTokens })
  const keys = keySource && createSigningKeys({ source: keySource, now, log })
  const expectations = options.expectations ?? gravityTokens
  const apiKeys = createApiKeys({ source: options.apiKeys, now })

  async function verify(token: string): Promise<VerifiedToken> {
    if (!keys) throw unauthenticated('This router verifies no access tokens; send none.')
    const digest = hash('sha256', token)
    const known = verified.get(digest)
    // A key that was withdrawn takes the tokens it signed with it.
    if (known && keys.has(known.keyId)) return known
    try {
      const fresh = await verifyAccessToken(token, { keys, expectations, now })
      verified.set(digest, fresh)
      return fresh
    } catch (error) {
      throw error instanceof GravityError ? error : explain(error)
    }
  }

  async function identifyKey(key: string): Promise<Viewer> {
    const viewer = await apiKeys.viewerOf(key)
    if (viewer && !(await deniedSessions?.isDenied(viewer.sessionId))) return viewer
    // What the key may do has changed; another session says what is true now.
    const changed = viewer && (await apiKeys.viewerOf(key, { replaced: viewer }))
    if (!changed || (await deniedSessions?.isDenied(changed.sessionId))) {
      throw unauthenticated(UNKNOWN_API_KEY)
    }
    return changed
  }

  async function identify(authorization: string | undefined): Promise<Viewer | null> {
    if (authorization === undefined) return null
    const token = readBearerToken(authorization)
    if (isApiKey(token)) return identifyKey(token)
    const { viewer } = await verify(token)
    if (viewer.expiresAt * 1_000 <= now().getTime()) throw unauthenticated(EXPIRED)
    if (await deniedSessions?.isDenied(viewer.sessionId)) throw unauthenticated(REVOKED)
    return viewer
  }

  return { identify }
}

export const EXPIRED = 'The access token has expired. Refresh the session and try again.'
export const REVOKED = 'The session has ended. Log in again.'
const MALFORMED = 'The access token is malformed. Send "authorization: Bearer <access token>".'
const UNKNOWN_KEY = 'The access token was signed by an unknown key. Log in again.'
const INVALID = 'The access token is not valid here. Log in again.'

const UNKNOWN_API_KEY = 'The API key is unknown, has expired or was revoked.'

const longestToken = 8_192

function readBearerToken(authorization: string): string {
  const [scheme = '', token = '', ...rest] = authorization.trim().split(/ +/, 3)
  if (scheme.toLowerCase() !== 'bearer' || token === '' || rest.length > 0) {
    throw unauthenticated(MALFORMED)
  }
  if (token.length > longestToken) throw unauthenticated(MALFORMED)
  return token
}

function explain(cause: unknown): GravityError {
  if (cause instanceof errors.JWTExpired) return unauthenticated(EXPIRED, cause)
  if (cause instanceof errors.JWKSNoMatchingKey) return unauthenticated(UNKNOWN_KEY, cause)
  if (cause instanceof errors.JWSSignatureVerificationFailed) {
    return unauthenticated(UNKNOWN_KEY, cause)
  }
  const malformed = cause instanceof errors.JWSInvalid || cause instanceof errors.JWTInvalid
  return unauthenticated(malformed ? MALFORMED : INVALID, cause)
}

function unauthenticated(message: string, cause?: unknown): GravityError {
  return new GravityError('UNAUTHENTICATED', message, { cause })
}
