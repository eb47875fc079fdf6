import type { Logger } from '@gravity/shared/log/logger'
import type { AuthenticationResponseJSON, RegistrationResponseJSON } from '@simplewebauthn/server'
import type { AuthConfig } from '../config.ts'
import type { KnownPasskey } from '../second-factor/second-factor.repository.ts'
import type { AuthenticationMethod } from '../sessions/session.entity.ts'
import type { PasskeyCredential } from './passkey.repository.ts'

export interface WebAuthnDeps {
  readonly config: Pick<AuthConfig, 'siteName' | 'passkeyDomain' | 'passkeyOrigins'>
  readonly log: Logger
}

export type NewCredential = Pick<
  PasskeyCredential,
  'credentialId' | 'publicKey' | 'counter' | 'transports' | 'isSynced'
>

/** A signature that was right. */
export interface Assertion {
  readonly counter: number
  readonly isSynced: boolean
}

export interface CreationWish {
  readonly challenge: string
  readonly handle: Buffer
  readonly email: string
  /** Authenticators that hold one of these are left out: two passkeys on one of them would be of no use. */
  readonly known: readonly KnownPasskey[]
}

/** EdDSA, ES256 and RS256 (COSE): every browser has one of them. The rest is experimental in Node. */
const supportedAlgorithmIDs = [-8, -7, -257]

/** How long a browser lets a person take; within the ten minutes of the challenge. */
const timeout = 5 * 60_000

/** Loaded when it is needed first: reading it takes longer than most starts may last. */
const loadLibrary = () => import('@simplewebauthn/server')

/**
 * Asks authenticators and checks what they answer (WebAuthn Level 3). Everything demands that the authenticator has
 * verified its user, so that a passkey is two factors by itself.
 */
export class WebAuthn {
  readonly #deps: WebAuthnDeps

  constructor(deps: WebAuthnDeps) {
    this.#deps = deps
  }

  /** For `PublicKeyCredential.parseCreationOptionsFromJSON`. */
  async creationOptions({ challenge, email, handle, known }: CreationWish): Promise<string> {
    const { config } = this.#deps
    const { generateRegistrationOptions } = await loadLibrary()
    const options = await generateRegistrationOptions({
      rpName: config.siteName,
      rpID: config.passkeyDomain,
      userID: new Uint8Array(handle),
      userName: email,
      userDisplayName: email,
      challenge: bytesOf(challenge),
      timeout,
      supportedAlgorithmIDs,
      excludeCredentials: known.map(descriptorOf),
      authenticatorSelection: { residentKey: 'required', userVerification: 'required' },
    })
    return JSON.stringify(options)
  }

  /** For `PublicKeyCredential.parseRequestOptionsFromJSON`. Without known passkeys the person chooses among theirs. */
  async requestOptions(challenge: string, known: readonly KnownPasskey[] = []): Promise<string> {
    const { generateAuthenticationOptions } = await loadLibrary()
    const options = await generateAuthenticationOptions({
      rpID: this.#deps.config.passkeyDomain,
      challenge: bytesOf(challenge),
      timeout,
      userVerification: 'required',
      allowCredentials: known.map(descriptorOf),
    })
    return JSON.stringify(options)
  }

  /** Undefined when anything about the answer is wrong. */
  async createdBy(
    response: RegistrationResponseJSON,
    challenge: string,
  ): Promise<NewCredential | undefined> {
    const { verifyRegistrationResponse } = await loadLibrary()
    const { registrationInfo: created } = await this.#checked('registration', () =>
      verifyRegistrationResponse({
        response,
        supportedAlgorithmIDs,
        ...this.#expectations(challenge),
      }),
    )
    return (
      created && {
        credentialId: created.credential.id,
        publicKey: Buffer.from(created.credential.publicKey),
        counter: created.credential.counter,
        transports: created.credential.transports ?? [],
        isSynced: created.credentialBackedUp,
      }
    )
  }

  /** Undefined when anything about the answer is wrong. Whether the counter has grown is not looked at. */
  async assertedBy(
    response: AuthenticationResponseJSON,
    { credentialId, publicKey }: Pick<PasskeyCredential, 'credentialId' | 'publicKey'>,
    challenge: string,
  ): Promise<Assertion | undefined> {
    // The library looks at the counter before the signature; a rollback must be told by a genuine signature only.
    const credential = { id: credentialId, publicKey: new Uint8Array(publicKey), counter: 0 }
    const { verifyAuthenticationResponse } = await loadLibrary()
    const { verified, authenticationInfo } = await this.#checked('authentication', () =>
      verifyAuthenticationResponse({ response, credential, ...this.#expectations(challenge) }),
    )
    if (!verified || !authenticationInfo) return undefined
    const { credentialBackedUp: isSynced, newCounter: counter } = authenticationInfo
    return { counter, isSynced }
  }

  #expectations(challenge: string) {
    const { passkeyDomain, passkeyOrigins } = this.#deps.config
    return {
      expectedChallenge: challenge,
      expectedOrigin: [...passkeyOrigins],
      expectedRPID: passkeyDomain,
      requireUserVerification: true,
    }
  }

  /** The library throws what is wrong. It is for the log: an origin that is not configured is found there. */
  async #checked<Result extends { readonly verified: boolean }>(
    ceremony: string,
    check: () => Promise<Result>,
  ): Promise<Partial<Result>> {
    try {
      const result = await check()
      return result.verified ? result : {}
    } catch (err) {
      this.#deps.log.warn({ err, ceremony }, 'The answer of an authenticator was refused.')
      return {}
    }
  }
}

/** RFC 8176: the key is on one device, or on several; somebody was there; both what they have and what they are or know. */
export function methodsOf({ isSynced }: Pick<Assertion, 'isSynced'>): AuthenticationMethod[] {
  return [isSynced ? 'swk' : 'hwk', 'user', 'mfa']
}

function bytesOf(challenge: string): Uint8Array<ArrayBuffer> {
  return new Uint8Array(Buffer.from(challenge, 'base64url'))
}

function descriptorOf({ credentialId, transports }: KnownPasskey) {
  return { id: credentialId, transports: [...transports] }
}
