export interface RateLimitRule {
  /** Names the limit in keys and metrics; unique in the platform, such as `auth.login-by-address`. */
  readonly name: string
  /** How many points a key may consume within one window. */
  readonly points: number
  /** A whole number. A key's window begins when it first consumes, and its points come back together at the end. */
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
  /** Takes points, one by default; a refused attempt counts too. Decides by this process alone while the store is away. */
  consume(key: string, points?: number): Promise<RateLimitDecision>
  /** Gives back what `consume` took, one point by default, for instance when an attempt turned out to be harmless. */
  refund(key: string, points?: number): Promise<void>
  /** Forgets what a key consumed, for instance after a successful login. */
  reset(key: string): Promise<void>
}

export interface RateLimits {
  /** Defining a rule twice gives the same limit; with other numbers under the same name it is a bug and throws. */
  define(rule: RateLimitRule): RateLimit
}
