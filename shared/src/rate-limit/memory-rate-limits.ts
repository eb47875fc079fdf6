import { RateLimiterMemory } from 'rate-limiter-flexible'
import { consumeFrom, createLimitRegistry } from './limit-registry.ts'
import type { RateLimit, RateLimitRule, RateLimits } from './rate-limit.ts'

/** Rate limits within one process. */
export function createMemoryRateLimits(): RateLimits {
  return createLimitRegistry(openMemoryLimit)
}

/** One rule, counted in this process only. */
export function openMemoryLimit(rule: RateLimitRule): RateLimit {
  const limiter = new RateLimiterMemory({
    keyPrefix: rule.name,
    points: rule.points,
    duration: rule.windowSeconds,
  })
  return {
    consume: (key, points) => consumeFrom(limiter, key, points),
    async refund(key, points) {
      await limiter.reward(key, points)
    },
    async reset(key) {
      await limiter.delete(key)
    },
  }
}
