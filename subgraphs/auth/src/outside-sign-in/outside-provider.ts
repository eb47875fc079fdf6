import type { Logger } from '@gravity/shared/log/logger'
import {
  allowInsecureRequests,
  authorizationCodeGrant,
  buildAuthorizationUrl,
  type Configuration,
  calculatePKCECodeChallenge,
  discovery,
  randomNonce,
  randomPKCECodeVerifier,
  randomState,
} from 'openid-client'
import type { ProviderConfig } from './provider-config.ts'

/** What must be remembered of somebody who leaves for a provider, and shown to nobody. */
export interface Departure {
  readonly state: string
  readonly nonce: string
  readonly codeVerifier: string
}

/** Somebody as a provider knows them. */
export interface OutsidePerson {
  readonly issuer: string
  readonly subject: string
  readonly email: string | undefined
  /** Whether the provider has made sure that the address is theirs. */
  readonly isEmailVerified: boolean
  readonly name: string | undefined
}

export interface OutsideProviderDeps {
  readonly config: ProviderConfig
  /** Where the provider sends people back to. */
  readonly redirectUri: string
  readonly log: Logger
}

const freshMs = 60 * 60 * 1_000

/** One provider of OpenID Connect: authorization code, PKCE, state and nonce. */
export class OutsideProvider {
  readonly #deps: OutsideProviderDeps
  #known: { readonly configuration: Promise<Configuration>; readonly until: number } | undefined

  constructor(deps: OutsideProviderDeps) {
    this.#deps = deps
  }

  get label(): string {
    return this.#deps.config.label
  }

  /** Where to send somebody, and what to remember meanwhile. Undefined while the provider cannot be reached. */
  async depart(): Promise<{ readonly url: URL; readonly departure: Departure } | undefined> {
    const configuration = await this.#tried(() => this.#configuration())
    if (!configuration) return undefined
    const departure = {
      state: randomState(),
      nonce: randomNonce(),
      codeVerifier: randomPKCECodeVerifier(),
    }
    const url = buildAuthorizationUrl(configuration, {
      redirect_uri: this.#deps.redirectUri,
      scope: 'openid email profile',
      code_challenge: await calculatePKCECodeChallenge(departure.codeVerifier),
      code_challenge_method: 'S256',
      state: departure.state,
      nonce: departure.nonce,
    })
    return { url, departure }
  }

  /** Who has come back with these parameters; undefined when the provider, or what they bring, is not to be trusted. */
  async arrive(
    parameters: URLSearchParams,
    { codeVerifier, nonce, state }: Departure,
  ): Promise<OutsidePerson | undefined> {
    const tokens = await this.#tried(async () =>
      authorizationCodeGrant(
        await this.#configuration(),
        new URL(`${this.#deps.redirectUri}?${parameters}`),
        { pkceCodeVerifier: codeVerifier, expectedState: state, expectedNonce: nonce },
      ),
    )
    const claims = tokens?.claims()
    if (!claims) return undefined
    const { email, name } = claims
    return {
      issuer: claims.iss,
      subject: claims.sub,
      email: typeof email === 'string' ? email : undefined,
      isEmailVerified: claims['email_verified'] === true,
      name: typeof name === 'string' ? name : undefined,
    }
  }

  /** What a provider does wrong, or a stranger sends, is noted and no failure of ours. */
  async #tried<Value>(attempt: () => Promise<Value>): Promise<Value | undefined> {
    try {
      return await attempt()
    } catch (error) {
      // Its message names what was wrong; its other properties may hold tokens.
      const reason = error instanceof Error ? `${error.name}: ${error.message}` : typeof error
      const { config, log } = this.#deps
      log.warn({ provider: config.name, reason }, 'A sign-in with an outside provider failed.')
      return undefined
    }
  }

  #configuration(): Promise<Configuration> {
    const now = Date.now()
    if (this.#known && this.#known.until > now) return this.#known.configuration
    const { clientId, clientSecret, issuer } = this.#deps.config
    const isInsecure = issuer.startsWith('http:')
    const configuration = discovery(new URL(issuer), clientId, clientSecret, undefined, {
      ...(isInsecure && { execute: [allowInsecureRequests] }),
    })
    this.#known = { configuration, until: now + freshMs }
    configuration.catch(() => {
      this.#known = undefined
    })
    return configuration
  }
}
