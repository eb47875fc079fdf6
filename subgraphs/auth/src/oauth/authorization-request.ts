import type { OAuthClientRow } from './oauth-client.repository.ts'
import { OAuthError } from './oauth-error.ts'
import { parseScopes, scopesWithin } from './scopes.ts'

export type Prompt = 'none' | 'login' | 'consent' | 'select_account'

/** What a program asks a person for, once its client and where to answer are known to be right. */
export interface AuthorizationRequest {
  readonly client: OAuthClientRow
  readonly redirectUri: string
  readonly state: string | undefined
  /** Those of the request that the client may have. */
  readonly scopes: readonly string[]
  readonly nonce: string | null
  readonly codeChallenge: string
  readonly prompts: ReadonlySet<string>
  /** Seconds that the sign-in may be old. */
  readonly maximumAge: number | undefined
  readonly loginHint: string
}

/** Where to answer a program, errors included. */
export interface AnswerAddress {
  readonly redirectUri: string
  readonly state: string | undefined
}

const sha256InBase64url = /^[A-Za-z0-9_-]{43}$/
const longestText = 1_024

/**
 * Where a request is to be answered; undefined when a browser must not be sent back, because the client does not have
 * this address exactly (OAuth 2.1, section 2.3).
 */
export function answerAddressOf(
  parameters: URLSearchParams,
  client: OAuthClientRow | undefined,
): AnswerAddress | undefined {
  const [redirectUri, ...others] = parameters.getAll('redirect_uri')
  if (redirectUri === undefined || others.length > 0) return undefined
  if (!client?.redirectUris.includes(redirectUri)) return undefined
  const state = parameters.get('state')
  return { redirectUri, state: state ?? undefined }
}

/** Reads a request whose answer address is known. Throws OAuthError, which belongs to that address. */
export function readAuthorizationRequest(
  parameters: URLSearchParams,
  client: OAuthClientRow,
  address: AnswerAddress,
): AuthorizationRequest {
  refuseRepetitions(parameters)
  refuseUnsupported(parameters)
  const scopes = scopesWithin(parseScopes(parameters.get('scope')), client.scopes)
  if (scopes.length === 0) {
    throw new OAuthError('invalid_scope', 'The client may have none of these scopes.')
  }
  const prompts = new Set(parseScopes(parameters.get('prompt')))
  if (prompts.has('none') && prompts.size > 1) {
    throw new OAuthError('invalid_request', 'prompt=none stands alone.')
  }
  const nonce = parameters.get('nonce')
  if (nonce !== null && nonce.length > longestText) {
    throw new OAuthError('invalid_request', 'The nonce is too long.')
  }
  return {
    ...address,
    client,
    scopes,
    nonce,
    codeChallenge: readCodeChallenge(parameters),
    prompts,
    maximumAge: readMaximumAge(parameters),
    loginHint: (parameters.get('login_hint') ?? '').slice(0, longestText),
  }
}

function refuseRepetitions(parameters: URLSearchParams): void {
  const names = [...parameters.keys()]
  const repeated = names.find((name, index) => names.indexOf(name) !== index)
  // RFC 6749, section 3.1.
  if (repeated) throw new OAuthError('invalid_request', 'No parameter may be sent twice.')
}

function refuseUnsupported(parameters: URLSearchParams): void {
  if ((parameters.get('response_mode') ?? 'query') !== 'query') {
    throw new OAuthError('invalid_request', 'The only response_mode is query.')
  }
  if (parameters.has('request')) {
    throw new OAuthError('request_not_supported', 'Request objects are not supported.')
  }
  if (parameters.has('request_uri')) {
    throw new OAuthError('request_uri_not_supported', 'Request objects are not supported.')
  }
  if (parameters.get('response_type') !== 'code') {
    throw new OAuthError('unsupported_response_type', 'The only response_type is code.')
  }
}

function readCodeChallenge(parameters: URLSearchParams): string {
  const challenge = parameters.get('code_challenge') ?? ''
  if (parameters.get('code_challenge_method') !== 'S256' || !sha256InBase64url.test(challenge)) {
    throw new OAuthError('invalid_request', 'PKCE with the method S256 is required.')
  }
  return challenge
}

function readMaximumAge(parameters: URLSearchParams): number | undefined {
  const text = parameters.get('max_age')
  if (text === null) return undefined
  if (!/^\d{1,9}$/.test(text)) throw new OAuthError('invalid_request', 'max_age counts seconds.')
  return Number(text)
}
