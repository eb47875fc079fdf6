import type { Redis } from 'ioredis'
import { RateLimiterRedis } from 'rate-limiter-flexible'
import type { Logger } from '../log/logger.ts'
import { createOutageLog, type OutageLog } from '../log/outage-log.ts'
import { consumeFrom, createLimitRegistry } from './limit-registry.ts'
import { openMemoryLimit } from './memory-rate-limits.ts'
import type { RateLimit, RateLimitRule, RateLimits } from './rate-limit.ts'

export interface RedisRateLimitsOptions {
  /** Opened by `openRedis`; may be shared with other users of Redis. */
  readonly client: Redis
  /** In front of every key; what uses the same Redis for another purpose has another one. */
  readonly prefix: string
  readonly log: Logger
}

/**
 * Rate limits counted in Redis for all processes. While Redis is away every process counts by itself, so that an
 * outage neither locks everybody out nor opens the door: a key may then have up to its points in each process.
 */
export function createRedisRateLimits(options: RedisRateLimitsOptions): RateLimits {
  const outage = createOutageLog(options.log, {
    away: 'Rate limits cannot be counted together; this process counts by itself until Redis is back.',
    back: 'Rate limits are counted together again.',
  })
  return createLimitRegistry((rule) => openRedisLimit(rule, options, outage))
}

function openRedisLimit(
  rule: RateLimitRule,
  { client, prefix }: RedisRateLimitsOptions,
  outage: OutageLog,
): RateLimit {
  const limiter = new RateLimiterRedis({
    storeClient: client,
    keyPrefix: prefix + rule.name,
    points: rule.points,
    duration: rule.windowSeconds,
  })
  const insurance = openMemoryLimit(rule)
  return {
    async consume(key, points) {
      try {
        const decision = await consumeFrom(limiter, key, points)
        outage.succeeded()
        return decision
      } catch (err) {
        outage.failed(err)
        return insurance.consume(key, points)
      }
    },
    async refund(key, points) {
      await insurance.refund(key, points)
      try {
        await limiter.reward(key, points)
      } catch (err) {
        outage.failed(err)
      }
    },
    async reset(key) {
      await insurance.reset(key)
      try {
        await limiter.delete(key)
      } catch (err) {
        // The window ends by itself; a login must not fail because its counter could not be cleared.
        outage.failed(err)
      }
    },
  }
}
