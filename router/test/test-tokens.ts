import type { PublicRoute } from '@gravity/shared/server/subgraph'
import { calculateJwkThumbprint, exportJWK, generateKeyPair, type JWK, SignJWT } from 'jose'
import type { KeySource } from '../src/viewer/key-source.ts'

export interface TokenFacts {
  readonly userId?: string
  readonly sessionId?: string
  readonly expiresAt?: Date
  readonly issuer?: string
  readonly audience?: string
  readonly typ?: string
  readonly scope?: string
  readonly claims?: Readonly<Record<string, unknown>>
}

/** A key that signs access tokens as the auth service does. */
export interface TestKey {
  readonly id: string
  readonly publicKey: JWK
  sign(facts?: TokenFacts): Promise<string>
}

export async function createTestKey(): Promise<TestKey> {
  const { privateKey, publicKey } = await generateKeyPair('EdDSA', { extractable: true })
  const jwk = await exportJWK(publicKey)
  const id = await calculateJwkThumbprint(jwk)
  return {
    id,
    publicKey: { ...jwk, kid: id, alg: 'EdDSA', use: 'sig' },
    sign: (facts = {}) =>
      new SignJWT({
        sid: facts.sessionId ?? 'session-1',
        roles: ['customer'],
        scope: facts.scope ?? 'chat:read chat:write',
        ...facts.claims,
      })
        .setProtectedHeader({ alg: 'EdDSA', kid: id, typ: facts.typ ?? 'at+jwt' })
        .setIssuer(facts.issuer ?? 'gravity')
        .setAudience(facts.audience ?? 'gravity')
        .setSubject(facts.userId ?? 'user-1')
        .setIssuedAt()
        .setExpirationTime(facts.expiresAt ?? new Date(Date.now() + 600_000))
        .sign(privateKey),
  }
}

/** A source of keys that counts how often it is asked and may be told to fail. */
export class TestKeySource {
  keys: TestKey[]
  asked = 0
  away = false

  constructor(...keys: TestKey[]) {
    this.keys = keys
  }

  readonly read: KeySource = async () => {
    this.asked += 1
    if (this.away) throw new Error('The key source is away')
    return { keys: this.keys.map((key) => ({ kty: 'OKP', ...key.publicKey })) }
  }

  /** The same keys as the auth service publishes them. */
  route(): PublicRoute {
    return {
      method: 'GET',
      path: '/.well-known/jwks.json',
      handle: async () => ({ status: 200, body: JSON.stringify(await this.read()) }),
    }
  }
}
