import { z } from 'zod'

const address = z.email().max(254)

/** Trimmed and in lower case; undefined when it is no e-mail address of at most 254 characters (RFC 5321, 4.5.3.1.3). */
export function parseEmailAddress(text: string): string | undefined {
  const parsed = address.safeParse(text.trim().toLowerCase())
  return parsed.success ? parsed.data : undefined
}
