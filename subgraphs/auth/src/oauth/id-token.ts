import { SignJWT } from 'jose'
import type { SigningKey } from '../keys/key-ring.ts'
import type { Proof } from './grant.repository.ts'

export interface IdTokenClaims extends Proof {
  readonly issuer: string
  readonly userId: string
  readonly clientId: string
  readonly nonce: string | null
  /** Those that the scopes show (OpenID Connect Core, section 5.4). */
  readonly shown: Readonly<Record<string, unknown>>
  readonly issuedAt: Date
}

const lifeMs = 10 * 60_000

/** Tells a program who has signed in (OpenID Connect Core, section 2). Its type keeps it from being an access token. */
export function signIdToken(key: SigningKey, claims: IdTokenClaims): Promise<string> {
  return new SignJWT({
    ...claims.shown,
    ...(claims.nonce !== null && { nonce: claims.nonce }),
    auth_time: Math.floor(claims.provedAt.getTime() / 1_000),
    amr: claims.methods,
  })
    .setProtectedHeader({ alg: 'EdDSA', kid: key.id, typ: 'JWT' })
    .setIssuer(claims.issuer)
    .setAudience(claims.clientId)
    .setSubject(claims.userId)
    .setIssuedAt(claims.issuedAt)
    .setExpirationTime(new Date(claims.issuedAt.getTime() + lifeMs))
    .sign(key.privateKey)
}
