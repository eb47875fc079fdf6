import { createHmac, timingSafeEqual } from 'node:crypto'
import { z } from 'zod'
import { GravityError } from '../errors/gravity-error.ts'
import { invariant } from '../errors/invariant.ts'
import type { RequestIdentity } from './viewer.ts'

/** The header that carries a signed request identity from the router to a subgraph. */
export const IDENTITY_HEADER = 'gravity-identity'

const version = 'v1'
const lifetimeMs = 30_000
const clockDifferenceMs = 5_000
const longestHeader = 16_384
const shortestSecret = 32

export interface IdentitySignerOptions {
  /** At least 32 characters, shared by the router and the subgraphs. */
  readonly secret: string
  /** Still accepted, never used to sign: set it while the secret is being replaced. */
  readonly previousSecret?: string | undefined
  readonly now?: () => Date
}

export interface IdentitySigner {
  /** The header's value, good for one audience (a subgraph's name) and for 30 seconds. */
  sign(identity: RequestIdentity, audience: string): string
  /**
   * The identity in a header's value. Throws GravityError UNAUTHENTICATED, with the reason as its cause, when the value
   * is missing, forged, too old, from more than five seconds in the future, or meant for another subgraph.
   */
  verify(header: string | undefined, audience: string): RequestIdentity
}

/** Signs and verifies request identities with HMAC-SHA256 (RFC 2104). */
export function createIdentitySigner(options: IdentitySignerOptions): IdentitySigner {
  const now = options.now ?? (() => new Date())
  const secrets = [options.secret, ...(options.previousSecret ? [options.previousSecret] : [])]
  for (const secret of secrets) {
    invariant(secret.length >= shortestSecret, 'a mesh secret has at least 32 characters')
  }
  return {
    sign(identity, audience) {
      const claims = { audience, signedAt: now().getTime(), identity }
      const payload = Buffer.from(JSON.stringify(claims)).toString('base64url')
      return `${version}.${payload}.${signatureOf(payload, options.secret).toString('base64url')}`
    },
    verify(header, audience) {
      try {
        return checkAge(readClaims(header, secrets), audience, now().getTime()).identity
      } catch (cause) {
        throw refused(cause)
      }
    },
  }
}

function refused(cause: unknown): GravityError {
  // One sentence for every reason: a forger learns nothing, the log has the cause.
  return new GravityError('UNAUTHENTICATED', 'This call does not come from the router.', { cause })
}

// Unknown properties are dropped, not refused, so that router and subgraphs may be updated one after the other.
const claimsShape = z.object({
  audience: z.string(),
  signedAt: z.number(),
  identity: z.object({
    viewer: z
      .object({
        userId: z.string(),
        sessionId: z.string(),
        roles: z.array(z.string()),
        scopes: z.array(z.string()),
        expiresAt: z.number(),
        impersonatedBy: z.string().optional(),
        clientId: z.string().optional(),
        proof: z.object({ provedAt: z.number(), methods: z.array(z.string()) }).optional(),
      })
      .nullable(),
    requestId: z.string(),
    traceparent: z.string(),
    clientAddress: z.string().nullable(),
    userAgent: z.string().optional(),
  }),
})
type Claims = z.output<typeof claimsShape>

function signatureOf(payload: string, secret: string): Buffer {
  // The name in front keeps a signature made for another purpose with the same secret from being accepted here.
  return createHmac('sha256', secret).update(`${IDENTITY_HEADER}.${version}.${payload}`).digest()
}

/** Claims whose signature is good; nothing is parsed before that is known. */
function readClaims(header: string | undefined, secrets: readonly string[]): Claims {
  if (!header) throw new Error(`The header ${IDENTITY_HEADER} is missing.`)
  if (header.length > longestHeader) throw new Error('The signed identity is too long.')
  const [given, payload, signature, ...rest] = header.split('.')
  if (given !== version || !payload || !signature || rest.length > 0) {
    throw new Error('The signed identity is malformed.')
  }
  const bytes = Buffer.from(signature, 'base64url')
  const genuine = secrets.some((secret) => {
    const expected = signatureOf(payload, secret)
    return bytes.length === expected.length && timingSafeEqual(bytes, expected)
  })
  if (!genuine) throw new Error('The signature of the identity is wrong.')
  return claimsShape.parse(JSON.parse(Buffer.from(payload, 'base64url').toString('utf8')))
}

function checkAge(claims: Claims, audience: string, nowMs: number): Claims {
  if (claims.audience !== audience) {
    throw new Error(`The identity was signed for ${claims.audience}, not for ${audience}.`)
  }
  if (claims.signedAt > nowMs + clockDifferenceMs) {
    throw new Error('The identity was signed in the future: the clocks of two machines differ.')
  }
  if (nowMs >= claims.signedAt + lifetimeMs) throw new Error('The signed identity has expired.')
  return claims
}
