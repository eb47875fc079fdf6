import type { Database } from '@gravity/shared/database/open-database'
import { isUuid } from '@gravity/shared/identifiers/uuid-v7'
import { hashSecretToken, newSecretToken } from '../secrets/secret-token.ts'
import type { AuthReads, AuthStore } from '../store.ts'
import {
  type AnswerAddress,
  type AuthorizationRequest,
  answerAddressOf,
  readAuthorizationRequest,
} from './authorization-request.ts'
import type { SignedInBrowser } from './grant.repository.ts'
import { OAuthError } from './oauth-error.ts'
import { isExclusive, withParameters } from './redirect-uri.ts'
import { scopesWithin } from './scopes.ts'

export interface AuthorizationServiceDeps {
  readonly database: Database<AuthStore, AuthReads>
  /** The issuer (RFC 8414). */
  readonly issuer: string
  readonly clock: { now(): Date }
}

/** What becomes of a request before anybody is asked: a page that refuses it, an answer to the program, or a question. */
export type Begun =
  | { readonly kind: 'refused' }
  | { readonly kind: 'answered'; readonly location: string }
  | { readonly kind: 'asking'; readonly request: AuthorizationRequest }

/** What a signed-in person is asked; nothing when they have answered it before. */
export interface Question {
  readonly scopes: readonly string[]
  readonly isAnswered: boolean
}

const codeLifeMs = 60_000

/** Lets people decide what a program may do in their name (OAuth 2.1, section 4.1; OpenID Connect Core, section 3.1). */
export class AuthorizationService {
  readonly #deps: AuthorizationServiceDeps

  constructor(deps: AuthorizationServiceDeps) {
    this.#deps = deps
  }

  async begin(parameters: URLSearchParams): Promise<Begun> {
    const id = parameters.get('client_id') ?? ''
    const client = isUuid(id) ? await this.#deps.database.reads.oauthClients.byId(id) : undefined
    const address = answerAddressOf(parameters, client)
    if (!client || !address) return { kind: 'refused' }
    try {
      return { kind: 'asking', request: readAuthorizationRequest(parameters, client, address) }
    } catch (error) {
      if (!(error instanceof OAuthError)) throw error
      return { kind: 'answered', location: this.errorLocation(address, error) }
    }
  }

  /** Whether the person must prove again who they are, because the program asks for that. */
  mustSignInAgain({ maximumAge, prompts }: AuthorizationRequest, { provedAt }: SignedInBrowser) {
    if (prompts.has('login') || prompts.has('select_account')) return true
    const age = this.#deps.clock.now().getTime() - provedAt.getTime()
    return maximumAge !== undefined && age > maximumAge * 1_000
  }

  /** Throws OAuthError `invalid_scope` when the person has nothing of what is asked for. */
  async questionFor(
    request: AuthorizationRequest,
    { accountId }: SignedInBrowser,
  ): Promise<Question> {
    const { client, prompts, redirectUri } = request
    const { grants } = this.#deps.database.reads
    const scopes = scopesWithin(request.scopes, await grants.grantableScopes(accountId))
    if (scopes.length === 0) {
      throw new OAuthError('invalid_scope', 'The person has none of these permissions.')
    }
    const given = await grants.consentOf(accountId, client.id)
    const isRemembered = client.kind === 'confidential' || isExclusive(redirectUri)
    const isAnswered =
      isRemembered &&
      !prompts.has('consent') &&
      scopesWithin(scopes, given).length === scopes.length
    return { scopes, isAnswered }
  }

  /** Gives the program a code for what the person allows; where to send the browser with it. */
  async allow(
    request: AuthorizationRequest,
    { accountId, methods, provedAt, sessionId: grantedIn }: SignedInBrowser,
    scopes: readonly string[],
  ): Promise<string> {
    const { clock, database } = this.#deps
    const { client, codeChallenge, nonce, redirectUri } = request
    const code = newSecretToken()
    const now = clock.now()
    const clientId = client.id
    const grant = {
      clientId,
      accountId,
      grantedIn,
      redirectUri,
      scopes,
      nonce,
      codeChallenge,
      methods,
      provedAt,
    }
    await database.transaction(async (store) => {
      await store.grants.consent({ accountId, clientId, scopes }, now)
      const expiresAt = new Date(now.getTime() + codeLifeMs)
      await store.grants.insertCode(hashSecretToken(code), grant, expiresAt)
    })
    return this.#location(request, { code })
  }

  errorLocation(address: AnswerAddress, { code, message }: OAuthError): string {
    return this.#location(address, { error: code, error_description: message })
  }

  /** Every answer names its issuer (RFC 9207). */
  #location(
    { redirectUri, state }: AnswerAddress,
    answer: Readonly<Record<string, string>>,
  ): string {
    return withParameters(redirectUri, { ...answer, state, iss: this.#deps.issuer })
  }
}
