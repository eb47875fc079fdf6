export interface RateLimitRule {
  /** Names the limit in keys and metrics; unique in the platform, such as `auth.login-by-address`. */
  readonly name: string
  /** How many points a key may consume within one window. */
  readonly points: number
  readonly windowSeconds: number
}

export interface RateLimitDecision {
  readonly allowed: boolean
  readonly remaining: number
  /** Seconds until at least one point is free again; 0 when allowed. */
  readonly retryAfterSeconds: number
}

/** One rule, shared by every process that opened it over the same store. */
export interface RateLimit {
  consume(key: string, points?: number): Promise<RateLimitDecision>
  /** Forgets what a key consumed, for instance after a successful login. */
  reset(key: string): Promise<void>
}

export interface RateLimits {
  define(rule: RateLimitRule): RateLimit
}
