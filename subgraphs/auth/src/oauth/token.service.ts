import { createHash } from 'node:crypto'
import type { Database } from '@gravity/shared/database/open-database'
import type { SignInService } from '../accounts/sign-in.service.ts'
import type { KeyRing } from '../keys/key-ring.ts'
import { hashSecretToken } from '../secrets/secret-token.ts'
import type { Client } from '../sessions/client.ts'
import type { SessionService } from '../sessions/session.service.ts'
import type { AuthReads, AuthStore } from '../store.ts'
import type { DelegatedSessions, DelegatedTokens } from './delegated-sessions.ts'
import type { CodeGrant } from './grant.repository.ts'
import { signIdToken } from './id-token.ts'
import type { OAuthClientRow } from './oauth-client.repository.ts'
import { OAuthError } from './oauth-error.ts'
import { personClaims } from './person-claims.ts'
import { parseScopes, scopesWithin } from './scopes.ts'

export interface TokenServiceDeps {
  readonly database: Database<AuthStore, AuthReads>
  readonly signIn: SignInService
  readonly sessions: SessionService
  readonly delegatedSessions: DelegatedSessions
  readonly keys: KeyRing
  readonly issuer: string
  /** Whether the password grant is switched on. */
  readonly allowsPasswords: boolean
  readonly clock: { now(): Date }
}

/** What a known program asks the token endpoint for. */
export interface TokenRequest {
  readonly program: OAuthClientRow
  readonly form: URLSearchParams
  readonly client: Client
}

/** RFC 6749, section 5.1. */
export interface TokenAnswer {
  readonly access_token: string
  readonly token_type: 'Bearer'
  readonly expires_in: number
  readonly scope: string
  readonly refresh_token?: string
  readonly id_token?: string
}

/** Gives tokens for what was granted. Everything that is refused is an OAuthError. */
export class TokenService {
  readonly #deps: TokenServiceDeps

  constructor(deps: TokenServiceDeps) {
    this.#deps = deps
  }

  answer(request: TokenRequest): Promise<TokenAnswer> {
    switch (request.form.get('grant_type')) {
      case 'authorization_code':
        return this.#exchangeCode(request)
      case 'refresh_token':
        return this.#refresh(request)
      case 'client_credentials':
        return this.#openService(request)
      case 'password':
        return this.#exchangePassword(request)
      case null:
        throw new OAuthError('invalid_request', 'grant_type is missing.')
      default:
        throw new OAuthError('unsupported_grant_type', 'This grant is not known here.')
    }
  }

  /** A code works once. A second use may be that of a thief, and so may have been the first: what it gave ends. */
  async #exchangeCode({ program, form, client }: TokenRequest): Promise<TokenAnswer> {
    const { clock, database, sessions } = this.#deps
    const hash = hashSecretToken(required(form, 'code'))
    const given = await database.transaction(async (store) => {
      const grant = await store.grants.useCode(hash, program.id, clock.now())
      if (!grant) return undefined
      const answer = isMeantFor(grant, form) && (await this.#open(store, grant, client))
      if (answer) await store.grants.linkCode(hash, answer.sessionId)
      return answer || 'refused'
    })
    if (given === 'refused') throw invalidGrant()
    if (given) return given.tokens
    const code = await database.reads.grants.code(hash)
    if (code?.usedAt && code.sessionId) {
      await sessions.revoke(code.sessionId, 'authorization-code-reuse')
    }
    throw invalidGrant()
  }

  async #open(store: AuthStore, grant: CodeGrant, client: Client) {
    const { clock, delegatedSessions, issuer, keys } = this.#deps
    const { accountId: userId, clientId, methods, nonce, provedAt, scopes } = grant
    if (!(await store.accounts.mayEnter(userId))) return undefined
    const session = await delegatedSessions.open(store, { ...grant, client })
    const tokens = await delegatedSessions.tokensOf(store, session)
    const account = scopes.includes('openid') ? await store.accounts.byId(userId) : null
    const idToken =
      account &&
      (await signIdToken(keys.signingKey(), {
        issuer,
        userId,
        clientId,
        methods,
        nonce,
        provedAt,
        shown: personClaims(account, scopes),
        issuedAt: clock.now(),
      }))
    return {
      sessionId: session.id,
      tokens: { ...this.#answerOf(tokens, scopes), ...(idToken && { id_token: idToken }) },
    }
  }

  async #refresh({ program, form }: TokenRequest): Promise<TokenAnswer> {
    const asked = form.has('scope') ? parseScopes(form.get('scope')) : undefined
    const renewed = await this.#deps.sessions.refresh(required(form, 'refresh_token'), {
      clientId: program.id,
      ...(asked && { scopes: asked }),
    })
    if (renewed.__typename !== 'Session') throw invalidGrant()
    const { accessToken, accessTokenExpiresAt: expiresAt, refreshToken, scopes } = renewed
    return this.#answerOf({ accessToken, expiresAt, refreshToken }, scopes)
  }

  /** All tokens of a service are of one session, until its secret is replaced or its account suspended. */
  async #openService({ program, form, client }: TokenRequest): Promise<TokenAnswer> {
    const { clock, database, delegatedSessions } = this.#deps
    const accountId = program.serviceAccountId
    if (!accountId) throw new OAuthError('unauthorized_client', 'Only a service may do this.')
    const scopes = askedOf(program, form)
    const given = await database.transaction(async (store) => {
      const locked = await store.oauthClients.lockServiceSession(program.id)
      if (!locked || !(await store.accounts.mayEnter(accountId))) return undefined
      const present =
        locked.sessionId === null
          ? undefined
          : await store.sessions.openOne(locked.sessionId, clock.now())
      const session =
        present ??
        (await delegatedSessions.open(store, {
          accountId,
          clientId: program.id,
          scopes: program.scopes,
          methods: [],
          provedAt: clock.now(),
          client,
        }))
      if (!present) await store.oauthClients.setServiceSession(program.id, session.id)
      return delegatedSessions.tokensOf(store, { ...session, clientScopes: [...scopes] })
    })
    if (!given) throw new OAuthError('unauthorized_client', 'This service is suspended.')
    return this.#answerOf(given, scopes)
  }

  /** For first-party programs of the time before OAuth 2.1, and only where it is switched on. */
  async #exchangePassword({ program, form, client }: TokenRequest): Promise<TokenAnswer> {
    const { allowsPasswords, database, delegatedSessions, sessions, signIn } = this.#deps
    if (!allowsPasswords) {
      throw new OAuthError('unsupported_grant_type', 'Passwords are not exchanged here.')
    }
    if (!program.allowsPassword) {
      throw new OAuthError('unauthorized_client', 'This client may not use passwords.')
    }
    const asked = askedOf(program, form)
    const credentials = { email: required(form, 'username'), password: required(form, 'password') }
    const entered = await signIn.login(credentials, client)
    if (entered.__typename !== 'Session') {
      throw new OAuthError('invalid_grant', 'This person cannot sign in by their password alone.')
    }
    const [tokens, scopes] = await database.transaction(async (store) => {
      const grantable = await store.grants.grantableScopes(entered.userId)
      const own = await store.sessions.byId(entered.sessionId)
      if (!own) throw invalidGrant()
      const granted = scopesWithin(asked, grantable)
      const delegation = { ...own, clientId: program.id, scopes: granted, client }
      await store.grants.consent({ ...delegation, accountId: entered.userId }, own.createdAt)
      const session = await delegatedSessions.open(store, delegation)
      return [await delegatedSessions.tokensOf(store, session), granted] as const
    })
    // Its tokens could do anything; nobody has seen them.
    await sessions.revoke(entered.sessionId, 'logout')
    return this.#answerOf(tokens, scopes)
  }

  #answerOf(tokens: DelegatedTokens, scopes: readonly string[]): TokenAnswer {
    const { accessToken, expiresAt, refreshToken } = tokens
    const lifeMs = expiresAt.getTime() - this.#deps.clock.now().getTime()
    return {
      access_token: accessToken,
      token_type: 'Bearer',
      expires_in: Math.max(0, Math.floor(lifeMs / 1_000)),
      scope: scopes.join(' '),
      ...(refreshToken !== undefined && { refresh_token: refreshToken }),
    }
  }
}

/** Whether the caller is the one who asked: the same address, and the secret behind the challenge (RFC 7636). */
function isMeantFor(grant: CodeGrant, form: URLSearchParams): boolean {
  const redirectUri = form.get('redirect_uri')
  const verifier = form.get('code_verifier') ?? ''
  const isVerifier = /^[A-Za-z0-9._~-]{43,128}$/.test(verifier)
  const challenge = createHash('sha256').update(verifier).digest('base64url')
  return (
    isVerifier &&
    challenge === grant.codeChallenge &&
    // OAuth 2.1 no longer asks for it, because the challenge says more.
    (redirectUri === null || redirectUri === grant.redirectUri)
  )
}

/** What the client asks for; all that it was registered for when it names nothing. */
function askedOf(program: OAuthClientRow, form: URLSearchParams): readonly string[] {
  if (!form.has('scope')) return program.scopes
  const scopes = scopesWithin(parseScopes(form.get('scope')), program.scopes)
  if (scopes.length > 0) return scopes
  throw new OAuthError('invalid_scope', 'The client may have none of these scopes.')
}

function required(form: URLSearchParams, name: string): string {
  const value = form.get(name)
  if (!value) throw new OAuthError('invalid_request', `${name} is missing.`)
  return value
}

function invalidGrant(): OAuthError {
  return new OAuthError('invalid_grant', 'This was used before, has expired or is not for you.')
}
