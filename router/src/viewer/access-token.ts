import type { Viewer } from '@gravity/shared/viewer/viewer'
import { jwtVerify } from 'jose'
import { z } from 'zod'
import type { SigningKeys } from './signing-keys.ts'

export interface AccessTokenExpectations {
  readonly issuer: string
  readonly audience: string
}

/** What the auth service issues, and the only thing that the router accepts. */
export const gravityTokens: AccessTokenExpectations = { issuer: 'gravity', audience: 'gravity' }

/** RFC 9068, section 2.1: keeps every other kind of token that the same keys may sign from being used as this one. */
const ACCESS_TOKEN_TYPE = 'at+jwt'

export interface VerifiedToken {
  readonly viewer: Viewer
  /** The key that signed it. */
  readonly keyId: string
}

export interface VerifyTokenOptions {
  readonly keys: SigningKeys
  readonly expectations: AccessTokenExpectations
  readonly now: () => Date
}

const claimsShape = z.object({
  sub: z.string().min(1),
  sid: z.string().min(1),
  exp: z.number(),
  roles: z.array(z.string()).default([]),
  // RFC 8693, section 4.2: scopes in one string, separated by spaces.
  scope: z.string().default(''),
  // RFC 8693, section 4.1: who acts as the subject.
  act: z.object({ sub: z.string().min(1) }).optional(),
  // When and how the person last proved who they are (RFC 9068, section 2.2.1; RFC 8176).
  auth_time: z.number().optional(),
  amr: z.array(z.string()).default([]),
  // RFC 9068, section 2.2: the program that the token was made for; absent where a person signed in by themselves.
  client_id: z.string().min(1).optional(),
})

/** Verifies signature (EdDSA), `typ`, `iss`, `aud`, `exp` and the claims. Throws jose's errors and zod's. */
export async function verifyAccessToken(
  token: string,
  options: VerifyTokenOptions,
): Promise<VerifiedToken> {
  const { keys, expectations } = options
  const { payload, protectedHeader } = await jwtVerify(token, keys.find, {
    ...expectations,
    algorithms: ['EdDSA'],
    typ: ACCESS_TOKEN_TYPE,
    requiredClaims: ['sub', 'sid', 'exp'],
    currentDate: options.now(),
  })
  const claims = claimsShape.parse(payload)
  return {
    keyId: protectedHeader.kid ?? '',
    viewer: {
      userId: claims.sub,
      sessionId: claims.sid,
      roles: claims.roles,
      scopes: claims.scope.split(' ').filter((scope) => scope !== ''),
      expiresAt: claims.exp,
      ...(claims.act && { impersonatedBy: claims.act.sub }),
      ...proofOf(claims),
      ...(claims.client_id !== undefined && { clientId: claims.client_id }),
    },
  }
}

function proofOf({
  auth_time: provedAt,
  amr: methods,
}: z.output<typeof claimsShape>): Pick<Viewer, 'proof'> {
  return provedAt === undefined ? {} : { proof: { provedAt, methods } }
}
