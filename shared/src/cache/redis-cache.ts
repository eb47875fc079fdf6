import type { Redis } from 'ioredis'
import { GravityError } from '../errors/gravity-error.ts'
import type { Logger } from '../log/logger.ts'
import { createOutageLog, type OutageLog } from '../log/outage-log.ts'
import type { Cache } from './cache.ts'
import { decodeValue, encodeValue, toMilliseconds } from './cached-value.ts'

export interface RedisCacheOptions {
  /** Opened by `openRedis`; may be shared with other users of Redis. */
  readonly client: Redis
  /** In front of every key; what uses the same Redis for another purpose has another one. */
  readonly prefix: string
  readonly log: Logger
}

/**
 * A cache in Redis, shared by all processes. It is bounded by the times to live and by what Redis does at its
 * `maxmemory`. The connection stays open at `close`: whoever opened it closes it.
 */
export function createRedisCache(options: RedisCacheOptions): Cache {
  const { client, prefix, log } = options
  const outage = createOutageLog(log, {
    away: 'The cache cannot be reached; everything is a miss until it is back.',
    back: 'The cache is back.',
  })
  return {
    async get<T>(key: string) {
      const text = await attempt(() => client.get(prefix + key), outage)
      return typeof text === 'string' ? decodeValue<T>(text) : undefined
    },
    async set(key, value, lifetime) {
      const text = encodeValue(value)
      const ttlMs = toMilliseconds(lifetime)
      return (await attempt(() => client.set(prefix + key, text, 'PX', ttlMs), outage)) === 'OK'
    },
    async delete(key) {
      await orUnavailable(client.del(prefix + key))
    },
    async ping() {
      await orUnavailable(client.ping())
    },
    async close() {
      // Nothing of its own to close.
    },
  }
}

/** The answer, or undefined when there is none; the outage is logged once. */
async function attempt<T>(ask: () => Promise<T>, outage: OutageLog): Promise<T | undefined> {
  try {
    const answer = await ask()
    outage.succeeded()
    return answer
  } catch (err) {
    outage.failed(err)
    return undefined
  }
}

async function orUnavailable(answer: Promise<unknown>): Promise<void> {
  try {
    await answer
  } catch (cause) {
    throw unavailable(cause)
  }
}

function unavailable(cause: unknown): GravityError {
  return new GravityError('SUBGRAPH_UNAVAILABLE', 'The cache cannot be reached now.', { cause })
}
