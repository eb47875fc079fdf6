import { createHash, randomBytes } from 'node:crypto'

/** 256 random bits. Only the hash is stored; the token itself is shown once. */
export function newRefreshToken(): string {
  return randomBytes(32).toString('base64url')
}

/** SHA-256: the token has full entropy, so a slow hash would add nothing. */
export function hashRefreshToken(token: string): Buffer {
  return createHash('sha256').update(token).digest()
}
