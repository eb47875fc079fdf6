import { type JWTPayload, SignJWT } from 'jose'
import type { SigningKey } from '../keys/key-ring.ts'

export interface AccessTokenClaims {
  readonly userId: string
  readonly sessionId: string
  readonly roles: readonly string[]
  readonly scopes: readonly string[]
  /** When and how the person last proved who they are. */
  readonly provedAt: Date
  readonly methods: readonly string[]
  /** The administrator who acts as this person; then nobody has proved that they are it. */
  readonly actorId?: string
  /** The program that the token is made for, which is bound by the scopes (RFC 9068, section 2.2). */
  readonly clientId?: string
  readonly issuedAt: Date
  readonly expiresAt: Date
  readonly tokenId: string
}

/** A signed access token in the form of RFC 9068: `typ` is `at+jwt`, issuer and audience are `gravity`. */
export function signAccessToken(key: SigningKey, claims: AccessTokenClaims): Promise<string> {
  return new SignJWT({
    sid: claims.sessionId,
    roles: claims.roles,
    scope: claims.scopes.join(' '),
    ...proofOf(claims),
    ...(claims.clientId !== undefined && { client_id: claims.clientId }),
  })
    .setProtectedHeader({ alg: 'EdDSA', kid: key.id, typ: 'at+jwt' })
    .setIssuer('gravity')
    .setAudience('gravity')
    .setSubject(claims.userId)
    .setJti(claims.tokenId)
    .setIssuedAt(claims.issuedAt)
    .setExpirationTime(claims.expiresAt)
    .sign(key.privateKey)
}

/** RFC 8693, section 4.1, for whom somebody else acts: without a proof of their own. */
function proofOf({ actorId, methods, provedAt }: AccessTokenClaims): JWTPayload {
  if (actorId !== undefined) return { act: { sub: actorId } }
  return { auth_time: Math.floor(provedAt.getTime() / 1_000), amr: [...methods] }
}
