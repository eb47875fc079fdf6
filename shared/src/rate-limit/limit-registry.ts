import { createHash } from 'node:crypto'
import { type RateLimiterAbstract, RateLimiterRes } from 'rate-limiter-flexible'
import { invariant } from '../errors/invariant.ts'
import type { RateLimit, RateLimitDecision, RateLimitRule, RateLimits } from './rate-limit.ts'

/**
 * Rate limits that open a rule once, however often it is defined, and check what they are given. `open` is handed
 * bounded keys and whole points.
 */
export function createLimitRegistry(open: (rule: RateLimitRule) => RateLimit): RateLimits {
  const limits = new Map<string, { readonly rule: RateLimitRule; readonly limit: RateLimit }>()
  return {
    define(rule) {
      const defined = limits.get(rule.name)
      if (!defined) {
        assertRule(rule)
        const limit = checked(open(rule))
        limits.set(rule.name, { rule, limit })
        return limit
      }
      const same =
        defined.rule.points === rule.points && defined.rule.windowSeconds === rule.windowSeconds
      invariant(same, `the rate limit ${rule.name} is defined twice with different numbers`)
      return defined.limit
    },
  }
}

function checked(limit: RateLimit): RateLimit {
  return {
    async consume(key, points = 1) {
      invariant(isWhole(points), 'points to consume are a whole number above zero')
      return limit.consume(boundedKey(key), points)
    },
    async refund(key, points = 1) {
      invariant(isWhole(points), 'points to give back are a whole number above zero')
      return limit.refund(boundedKey(key), points)
    },
    reset: (key) => limit.reset(boundedKey(key)),
  }
}

function assertRule({ name, points, windowSeconds }: RateLimitRule): void {
  invariant(name !== '', 'a rate limit has a name')
  invariant(isWhole(points), `${name}: points are a whole number above zero`)
  invariant(isWhole(windowSeconds), `${name}: seconds are a whole number above zero`)
}

function isWhole(value: number): boolean {
  return Number.isSafeInteger(value) && value > 0
}

const longestKey = 128

/** Keys may hold what a client sent, so a long one is replaced by its SHA-256. */
function boundedKey(key: string): string {
  if (key.length <= longestKey) return key
  return `sha256:${createHash('sha256').update(key).digest('base64url')}`
}

/** Takes points from a limiter of `rate-limiter-flexible`, which reports a refusal as a rejection. */
export async function consumeFrom(
  limiter: Pick<RateLimiterAbstract, 'consume'>,
  key: string,
  points: number | undefined,
): Promise<RateLimitDecision> {
  try {
    const { remainingPoints } = await limiter.consume(key, points)
    return { allowed: true, remaining: remainingPoints, retryAfterSeconds: 0 }
  } catch (refusal) {
    if (!(refusal instanceof RateLimiterRes)) throw refusal
    const retryAfterSeconds = Math.max(1, Math.ceil(refusal.msBeforeNext / 1_000))
    return { allowed: false, remaining: refusal.remainingPoints, retryAfterSeconds }
  }
}
