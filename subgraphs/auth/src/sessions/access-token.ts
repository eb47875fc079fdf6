import { SignJWT } from 'jose'
import type { SigningKey } from '../keys/key-ring.ts'

export interface AccessTokenClaims {
  readonly userId: string
  readonly sessionId: string
  readonly roles: readonly string[]
  readonly scopes: readonly string[]
  readonly issuedAt: Date
  readonly expiresAt: Date
  readonly tokenId: string
}

/** A signed access token in the form of RFC 9068: `typ` is `at+jwt`, issuer and audience are `gravity`. */
export function signAccessToken(key: SigningKey, claims: AccessTokenClaims): Promise<string> {
  return new SignJWT({ sid: claims.sessionId, roles: claims.roles, scope: claims.scopes.join(' ') })
    .setProtectedHeader({ alg: 'EdDSA', kid: key.id, typ: 'at+jwt' })
    .setIssuer('gravity')
    .setAudience('gravity')
    .setSubject(claims.userId)
    .setJti(claims.tokenId)
    .setIssuedAt(claims.issuedAt)
    .setExpirationTime(claims.expiresAt)
    .sign(key.privateKey)
}
