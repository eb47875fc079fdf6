import { generateSecret, generateURI, verifySync } from 'otplib'

/** RFC 6238 as every authenticator app has it: HMAC-SHA-1, six digits, steps of thirty seconds. */
const stepSeconds = 30

/** 160 random bits (RFC 4226, section 4, R6), in Base32. */
export function newTotpSecret(): string {
  return generateSecret()
}

/** What an authenticator app reads from a QR code. */
export function totpUri(parts: {
  readonly issuer: string
  readonly label: string
  readonly secret: string
}): string {
  return generateURI(parts)
}

/** The time step of a code; one step early or late is taken for a clock that is not exact. Undefined when it is wrong. */
export function stepOfCode(secret: string, code: string, now: Date): number | undefined {
  const token = code.replaceAll(/\s/g, '')
  if (!/^\d{6}$/.test(token)) return undefined
  const epoch = Math.floor(now.getTime() / 1_000)
  const result = verifySync({ secret, token, epoch, epochTolerance: stepSeconds })
  return result.valid && 'timeStep' in result ? result.timeStep : undefined
}
