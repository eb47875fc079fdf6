import { createHash, generateKeyPairSync, type KeyObject, randomBytes, sign } from 'node:crypto'

/** How an authenticator answers; what is left out is right. */
export interface AnswerFaults {
  readonly origin?: string
  readonly domain?: string
  readonly counter?: number
  readonly isUserVerified?: boolean
  readonly userHandle?: string | null
  /** Signs with another key. */
  readonly isForged?: boolean
  readonly challenge?: string
  readonly isFramed?: boolean
}

/** What is wrong with an answer, by what is wrong. */
export const faults: readonly (readonly [string, AnswerFaults])[] = [
  ['from another site', { origin: 'https://evil.example' }],
  ['for another domain', { domain: 'evil.example' }],
  ['within a page of another site', { isFramed: true }],
  ['without verifying its user', { isUserVerified: false }],
]

interface Options {
  readonly challenge: string
  readonly rp?: { readonly id: string }
  readonly rpId?: string
  readonly user?: { readonly id: string }
}

const flags = { userPresent: 1, userVerified: 4, attested: 64 }

/** A passkey without a browser: what it answers is what the JSON of a browser would be (WebAuthn, 5.1.8). */
export class SoftwareAuthenticator {
  readonly id = randomBytes(16)
  readonly #origin: string
  readonly #keys = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  #handle = ''
  #counter = 0

  constructor(origin = 'http://localhost:8000') {
    this.#origin = origin
  }

  create(optionsText: string, faults: AnswerFaults = {}): string {
    const options: Options = JSON.parse(optionsText)
    this.#handle = options.user?.id ?? ''
    const attested = Buffer.concat([
      Buffer.alloc(16),
      Buffer.from([0, this.id.length]),
      this.id,
      coseKeyOf(this.#keys.publicKey),
    ])
    const authData = this.#authenticatorData(options, faults, attested)
    const attestationObject = cborMap([
      ['fmt', cborText('none')],
      ['attStmt', cborMap([])],
      ['authData', cborBytes(authData)],
    ])
    const clientDataJSON = this.#clientData('webauthn.create', options, faults)
    return this.#answer({
      clientDataJSON: clientDataJSON.toString('base64url'),
      attestationObject: attestationObject.toString('base64url'),
      transports: ['internal'],
    })
  }

  get(optionsText: string, faults: AnswerFaults = {}): string {
    const options: Options = JSON.parse(optionsText)
    this.#counter = faults.counter ?? this.#counter + 1
    const authenticatorData = this.#authenticatorData(options, {
      counter: this.#counter,
      ...faults,
    })
    const clientDataJSON = this.#clientData('webauthn.get', options, faults)
    const signed = Buffer.concat([
      authenticatorData,
      createHash('sha256').update(clientDataJSON).digest(),
    ])
    const key = faults.isForged
      ? generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey
      : this.#keys.privateKey
    const userHandle = faults.userHandle === undefined ? this.#handle : faults.userHandle
    return this.#answer({
      clientDataJSON: clientDataJSON.toString('base64url'),
      authenticatorData: authenticatorData.toString('base64url'),
      signature: sign('sha256', signed, key).toString('base64url'),
      userHandle,
    })
  }

  #answer(response: object): string {
    const id = this.id.toString('base64url')
    return JSON.stringify({
      id,
      rawId: id,
      type: 'public-key',
      response,
      clientExtensionResults: {},
    })
  }

  #clientData(type: string, { challenge }: Options, faults: AnswerFaults): Buffer {
    const origin = faults.origin ?? this.#origin
    return Buffer.from(
      JSON.stringify({
        type,
        challenge: faults.challenge ?? challenge,
        origin,
        crossOrigin: faults.isFramed === true,
      }),
    )
  }

  #authenticatorData(options: Options, faults: AnswerFaults, attested = Buffer.alloc(0)): Buffer {
    const domain = faults.domain ?? options.rp?.id ?? options.rpId ?? ''
    const verified = faults.isUserVerified === false ? 0 : flags.userVerified
    const counter = Buffer.alloc(4)
    counter.writeUInt32BE(faults.counter ?? 0)
    return Buffer.concat([
      createHash('sha256').update(domain).digest(),
      Buffer.from([flags.userPresent | verified | (attested.length > 0 ? flags.attested : 0)]),
      counter,
      attested,
    ])
  }
}

/** RFC 9052, section 7: an elliptic curve key for ES256. */
function coseKeyOf(key: KeyObject): Buffer {
  const { x = '', y = '' } = key.export({ format: 'jwk' })
  return Buffer.concat([
    Buffer.from([0xa5, 0x01, 0x02, 0x03, 0x26, 0x20, 0x01, 0x21]),
    cborBytes(Buffer.from(x, 'base64url')),
    Buffer.from([0x22]),
    cborBytes(Buffer.from(y, 'base64url')),
  ])
}

function cborHead(major: number, length: number): Buffer {
  if (length < 24) return Buffer.from([major | length])
  if (length < 256) return Buffer.from([major | 24, length])
  return Buffer.from([major | 25, length >> 8, length & 255])
}

function cborBytes(bytes: Buffer): Buffer {
  return Buffer.concat([cborHead(0x40, bytes.length), bytes])
}

function cborText(text: string): Buffer {
  return Buffer.concat([cborHead(0x60, Buffer.byteLength(text)), Buffer.from(text)])
}

function cborMap(entries: readonly (readonly [string, Buffer])[]): Buffer {
  return Buffer.concat([
    cborHead(0xa0, entries.length),
    ...entries.flatMap(([key, value]) => [cborText(key), value]),
  ])
}
