import type { Database } from '@gravity/shared/database/open-database'
import { isUuid } from '@gravity/shared/identifiers/uuid-v7'
import { networkOf } from '@gravity/shared/rate-limit/network-of'
import type { RateLimits } from '@gravity/shared/rate-limit/rate-limit'
import { GrowingLimit } from '../defence/growing-limit.ts'
import { tooManyAttempts } from '../defence/too-many-attempts.ts'
import { isHashOf } from '../secrets/secret-token.ts'
import type { AuthReads, AuthStore } from '../store.ts'
import type { OAuthClientRow } from './oauth-client.repository.ts'
import { OAuthError } from './oauth-error.ts'

export interface ClientAuthenticationDeps {
  readonly database: Database<AuthStore, AuthReads>
  readonly rateLimits: RateLimits
}

/** A request to one of the addresses for programs. */
export interface ProgramRequest {
  readonly authorization: string | undefined
  readonly form: URLSearchParams
  readonly clientAddress: string | null
}

interface Claim {
  readonly id: string
  readonly secret: string | null
}

/** Which program asks: by `client_secret_basic`, `client_secret_post`, or only its id when it is public. */
export class ClientAuthentication {
  readonly #deps: ClientAuthenticationDeps
  readonly #failures: GrowingLimit

  constructor(deps: ClientAuthenticationDeps) {
    this.#deps = deps
    this.#failures = new GrowingLimit(deps.rateLimits, {
      name: 'auth.oauth-failures-by-address',
      points: 300,
      windowSeconds: 15 * 60,
    })
  }

  /** Throws OAuthError `invalid_client` without saying what of it was wrong, or `temporarily_unavailable`. */
  async identify(request: ProgramRequest): Promise<OAuthClientRow> {
    await this.takeAttempt(request)
    const { id, secret } = readClaim(request)
    const client = isUuid(id)
      ? await this.#deps.database.reads.oauthClients.withSecret(id)
      : undefined
    if (!client) throw unknownClient()
    const { secretHash, ...row } = client
    const isRight = secretHash ? secret !== null && isHashOf(secretHash, secret) : secret === null
    if (!isRight) throw unknownClient()
    await this.giveBackAttempt(request)
    return row
  }

  /** Counts an attempt of an address until it succeeds, so that nobody guesses without end. */
  async takeAttempt({ clientAddress }: Pick<ProgramRequest, 'clientAddress'>): Promise<void> {
    if (clientAddress === null) return
    const refusal = await this.#failures.refusal(networkOf(clientAddress))
    if (!refusal) return
    const { message, retryAfterSeconds } = tooManyAttempts(refusal)
    throw new OAuthError('temporarily_unavailable', message, { retryAfterSeconds })
  }

  async giveBackAttempt({ clientAddress }: Pick<ProgramRequest, 'clientAddress'>): Promise<void> {
    if (clientAddress !== null) await this.#failures.refund(networkOf(clientAddress))
  }
}

function readClaim({ authorization, form }: ProgramRequest): Claim {
  const basic = authorization === undefined ? undefined : readBasic(authorization)
  const id = form.get('client_id')
  const secret = form.get('client_secret')
  if (!basic) {
    if (id === null) throw unknownClient()
    return { id, secret }
  }
  // RFC 6749, section 2.3: one method at a time.
  if (secret !== null || (id !== null && id !== basic.id)) {
    throw new OAuthError('invalid_request', 'Authenticate the client in one way.')
  }
  return basic
}

/** RFC 7617, with the encoding of RFC 6749, section 2.3.1. */
function readBasic(authorization: string): Claim {
  const [scheme = '', credentials = ''] = authorization.trim().split(/ +/, 2)
  if (scheme.toLowerCase() !== 'basic') throw unknownClient()
  const text = Buffer.from(credentials, 'base64').toString('utf8')
  const colon = text.indexOf(':')
  if (colon < 0) throw unknownClient()
  return { id: formDecoded(text.slice(0, colon)), secret: formDecoded(text.slice(colon + 1)) }
}

function formDecoded(text: string): string {
  return new URLSearchParams(`x=${text.replaceAll('&', '%26')}`).get('x') ?? ''
}

function unknownClient(): OAuthError {
  return new OAuthError('invalid_client', 'The client is unknown or its secret is wrong.')
}
