import { createHash, randomBytes, timingSafeEqual } from 'node:crypto'

/** 256 random bits in base64url. Only the hash is stored; the token itself is shown once. */
export function newSecretToken(): string {
  return randomBytes(32).toString('base64url')
}

/** SHA-256: the token has full entropy, so a slow hash would add nothing. */
export function hashSecretToken(token: string): Buffer {
  return createHash('sha256').update(token).digest()
}

/** Whether the hash is that of the token; takes as long when it is not. */
export function isHashOf(hash: Buffer, token: string): boolean {
  return timingSafeEqual(hash, hashSecretToken(token))
}
