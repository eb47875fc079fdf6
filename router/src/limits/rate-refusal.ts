import type { RateLimitDecision, RateLimitRule } from '@gravity/shared/rate-limit/rate-limit'
import { HttpRefusal } from '../transport/http-refusal.ts'

/** A rule that does not let something in now. */
export interface RateExcess {
  /** As clients and owners know it. */
  readonly name: string
  readonly rule: Pick<RateLimitRule, 'points' | 'windowSeconds'>
  readonly decision: RateLimitDecision
}

/**
 * The refusal of what comes too often: 429 `RATE_LIMITED` with `retry-after`, and the rule in the `RateLimit` headers
 * of https://datatracker.ietf.org/doc/draft-ietf-httpapi-ratelimit-headers/.
 */
export function createRateRefusal({ name, rule, decision }: RateExcess): HttpRefusal {
  const seconds = Math.max(1, Math.ceil(decision.retryAfterSeconds))
  return new HttpRefusal({
    status: 429,
    code: 'RATE_LIMITED',
    message: `Too many requests. Try again in ${seconds} seconds.`,
    extensions: { retryAfterSeconds: seconds, rule: name },
    headers: {
      'retry-after': String(seconds),
      'ratelimit-policy': `"${name}";q=${rule.points};w=${rule.windowSeconds}`,
      ratelimit: `"${name}";r=${Math.max(0, decision.remaining)};t=${seconds}`,
    },
  })
}
