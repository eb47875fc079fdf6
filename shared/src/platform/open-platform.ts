import { v7 } from 'uuid'
import type { Cache } from '../cache/cache.ts'
import { createMemoryCache } from '../cache/memory-cache.ts'
import { createRedisCache } from '../cache/redis-cache.ts'
import { StartError } from '../config/start-error.ts'
import { createLogger, type Logger } from '../log/logger.ts'
import { createMemoryPubSub } from '../pubsub/memory-pubsub.ts'
import type { PubSub } from '../pubsub/pubsub.ts'
import { createRedisPubSub } from '../pubsub/redis-pubsub.ts'
import { openQueues } from '../queues/open-queues.ts'
import type { Queues } from '../queues/queues.ts'
import { createMemoryRateLimits } from '../rate-limit/memory-rate-limits.ts'
import type { RateLimits } from '../rate-limit/rate-limit.ts'
import { createRedisRateLimits } from '../rate-limit/redis-rate-limits.ts'
import { closeRedis, openRedis } from '../redis/open-redis.ts'
import { type PlatformConfig, readPlatformConfig } from './config.ts'
import { deriveSecret } from './derived-secrets.ts'
import type { Platform } from './platform.ts'

export interface OpenPlatformOptions {
  /** Who this process is, on every log line and in the lists of PostgreSQL's and Redis' connections. */
  readonly name: string
  /** `process.env` by default. */
  readonly env?: NodeJS.ProcessEnv
  /** True when other processes do a part of the work. Then REDIS_URL must be set: memory is not shared. */
  readonly distributed?: boolean
  /** Used instead of a logger of its own. */
  readonly log?: Logger
}

/**
 * Opens what a process lends to its subgraphs. With REDIS_URL, pub/sub, cache, limits and queues are in Redis and shared
 * by all processes; without, they are in memory and the queues in the PostgreSQL database `gravity_queues`. Throws a
 * StartError when the environment does not allow that or a server cannot be reached; nothing stays open then.
 */
export async function openPlatform(options: OpenPlatformOptions): Promise<Platform> {
  const config = readPlatformConfig(options.env)
  if (options.distributed && config.redisUrl === undefined) {
    throw new StartError(
      'REDIS_URL is not set, but must be a Redis address such as redis://host:6379 when Gravity runs as several processes.',
    )
  }
  const format = config.environment === 'production' ? 'json' : 'pretty'
  const { name, log = createLogger({ name, level: config.logLevel, format }) } = options

  await using opening = new AsyncDisposableStack()
  const shared = config.redisUrl
    ? await openOnRedis({ name, log, config, url: config.redisUrl }, opening)
    : openInMemory(log, opening)
  const queues = opening.adopt(await openPlatformQueues(config, log), (open) => open.close())

  const open = opening.move()
  return {
    environment: config.environment,
    seed: config.seed,
    log,
    ...shared,
    queues,
    databaseUrl: (service) => config.databaseUrl(service),
    secretFor: (purpose) => deriveSecret(config.secret, `purpose:${purpose}`),
    now: () => new Date(),
    newId: () => v7(),
    close: () => open.disposeAsync(),
  }
}

interface SharedParts {
  readonly pubsub: PubSub
  readonly cache: Cache
  readonly rateLimits: RateLimits
}

function openInMemory(log: Logger, opening: AsyncDisposableStack): SharedParts {
  return {
    pubsub: opening.adopt(createMemoryPubSub({ log }), (pubsub) => pubsub.close()),
    cache: opening.adopt(createMemoryCache(), (cache) => cache.close()),
    rateLimits: createMemoryRateLimits(),
  }
}

interface RedisPlace {
  readonly name: string
  readonly log: Logger
  readonly config: PlatformConfig
  readonly url: string
}

async function openOnRedis(place: RedisPlace, opening: AsyncDisposableStack): Promise<SharedParts> {
  const { log, url } = place
  const connect = async (use: string) =>
    opening.adopt(await openRedis({ url, name: `${place.name}-${use}`, log }), closeRedis)
  const client = await connect('commands')
  const subscriber = await connect('subscriptions')
  const prefixFor = (use: string) => `${place.config.redisPrefix}:${use}:`
  const pubsub = createRedisPubSub({
    publisher: client,
    subscriber,
    prefix: prefixFor('topic'),
    log,
  })
  return {
    pubsub: opening.adopt(pubsub, (open) => open.close()),
    cache: createRedisCache({ client, prefix: prefixFor('cache'), log }),
    rateLimits: createRedisRateLimits({ client, prefix: prefixFor('limit'), log }),
  }
}

async function openPlatformQueues(config: PlatformConfig, log: Logger): Promise<Queues> {
  const { redisUrl, redisPrefix } = config
  try {
    return redisUrl === undefined
      ? await openQueues({ backend: 'postgres', url: config.databaseUrl('queues'), log })
      : await openQueues({ backend: 'redis', url: redisUrl, prefix: redisPrefix, log })
  } catch (cause) {
    if (cause instanceof StartError) throw cause
    const place = redisUrl === undefined ? 'the PostgreSQL database gravity_queues' : 'Redis'
    const reason = cause instanceof Error ? cause.message : String(cause)
    throw new StartError(`The queues in ${place} cannot be opened: ${reason}`, { cause })
  }
}
