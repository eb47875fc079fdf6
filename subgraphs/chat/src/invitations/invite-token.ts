import { createHash, randomBytes } from 'node:crypto'

const tokenBytes = 24

/** What an invite link carries, 32 characters that nobody guesses and that are safe in a URL, and what is stored of it. */
export function newInviteToken(): { readonly token: string; readonly hash: Buffer } {
  const token = randomBytes(tokenBytes).toString('base64url')
  return { token, hash: hashOf(token) }
}

/** What is stored of a token; undefined for a text that is none. */
export function hashInviteToken(token: string): Buffer | undefined {
  return /^[\w-]{32}$/.test(token) ? hashOf(token) : undefined
}

/** There is enough chance in a token that it needs no salt. */
function hashOf(token: string): Buffer {
  return createHash('sha256').update(token).digest()
}
