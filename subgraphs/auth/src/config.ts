import { parseEnvironment } from '@gravity/shared/config/parse-environment'
import { z } from 'zod'

const schema = z.object({
  /** Life of an access token. It cannot be taken back by itself, so it is short; sessions are denied by their id. */
  GRAVITY_AUTH_ACCESS_TOKEN_SECONDS: z.coerce.number().int().min(10).max(3_600).default(600),
  /** How long a refresh token waits for its one use. */
  GRAVITY_AUTH_REFRESH_TOKEN_DAYS: z.coerce.number().positive().max(90).default(14),
  /** The absolute life of a session, however often it is refreshed. */
  GRAVITY_AUTH_SESSION_DAYS: z.coerce.number().positive().max(365).default(90),
  /** Password hashes computed at once. */
  GRAVITY_AUTH_HASHING_CONCURRENCY: z.coerce.number().int().min(1).max(64).default(2),
  /** Failed logins within 15 minutes after which an account is asked to wait. */
  GRAVITY_AUTH_FAILURES_PER_ACCOUNT: z.coerce.number().int().min(1).default(10),
  /** The same for one client address. */
  GRAVITY_AUTH_FAILURES_PER_ADDRESS: z.coerce.number().int().min(1).default(100),
})

export interface AuthConfig {
  readonly accessTokenSeconds: number
  readonly refreshTokenDays: number
  readonly sessionDays: number
  readonly hashingConcurrency: number
  readonly failuresPerAccount: number
  readonly failuresPerAddress: number
}

export function readAuthConfig(environment: NodeJS.ProcessEnv = process.env): AuthConfig {
  const env = parseEnvironment(schema, environment)
  return {
    accessTokenSeconds: env.GRAVITY_AUTH_ACCESS_TOKEN_SECONDS,
    refreshTokenDays: env.GRAVITY_AUTH_REFRESH_TOKEN_DAYS,
    sessionDays: env.GRAVITY_AUTH_SESSION_DAYS,
    hashingConcurrency: env.GRAVITY_AUTH_HASHING_CONCURRENCY,
    failuresPerAccount: env.GRAVITY_AUTH_FAILURES_PER_ACCOUNT,
    failuresPerAddress: env.GRAVITY_AUTH_FAILURES_PER_ADDRESS,
  }
}
