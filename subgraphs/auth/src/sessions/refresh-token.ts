import { createHash, createHmac, randomBytes } from 'node:crypto'

/** 256 random bits. Only the hash is stored; the token itself is shown once. */
export function newRefreshToken(): string {
  return randomBytes(32).toString('base64url')
}

export function newSuccessorSalt(): Buffer {
  return randomBytes(32)
}

/**
 * The token that follows another one. Whoever holds the first can be given the same successor again while the salt is
 * kept; the salt alone is worth nothing.
 */
export function successorOf(refreshToken: string, salt: Buffer): string {
  return createHmac('sha256', refreshToken).update(salt).digest('base64url')
}

/** SHA-256: the token has full entropy, so a slow hash would add nothing. */
export function hashRefreshToken(token: string): Buffer {
  return createHash('sha256').update(token).digest()
}
