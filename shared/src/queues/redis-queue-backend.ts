import { createRedisBackend } from 'bullmq'
import { Redis } from 'ioredis'
import type { Logger } from '../log/logger.ts'
import { closeRedis, openRedis } from '../redis/open-redis.ts'
import type { QueueBackend } from './queue-backend.ts'

/** Which Redis keeps the queues. */
export interface RedisQueueOptions {
  readonly url: string
  readonly log: Logger
  /** In front of every key. */
  readonly prefix: string
}

/**
 * Queues share one connection, on which a call fails at once while Redis is away, and workers another one, which waits
 * for Redis as long as it takes. Each worker has one more, in which it waits for jobs. Throws a StartError when Redis
 * cannot be reached.
 */
export async function openRedisQueueBackend(options: RedisQueueOptions): Promise<QueueBackend> {
  const { log, prefix, url } = options
  const producer = await openRedis({ url, name: 'gravity-queues', log })
  const consumer = new Redis(url, {
    connectionName: 'gravity-workers',
    // BullMQ's condition for workers: commands are repeated until Redis is back.
    maxRetriesPerRequest: null,
    keepAlive: 10_000,
    // Longer than the ten seconds for which a worker waits in one command.
    commandTimeout: 30_000,
    // ioredis holds a timer for this long when a connection is closed twice, as BullMQ does after a forced stop.
    disconnectTimeout: 200,
  })
  // The producer tells about outages; without a listener, an error would end the process.
  consumer.on('error', (error) => log.debug({ err: error }, 'The connection of the workers failed'))
  return {
    kind: 'redis',
    idleSeconds: 10,
    // The braces keep all keys of a queue in one slot of a Redis Cluster.
    storedName: (queue) => `{${queue}}`,
    // Each call of BullMQ is one script, which Redis runs alone.
    alone: (_key, work) => work(),
    isAway: isRedisAway,
    factory(name, queueOptions, need) {
      const connection = need?.withBlockingConnection ? consumer : producer
      const prefixed = { ...queueOptions, connection, prefix }
      return createRedisBackend(name, prefixed, need)
    },
    async ping() {
      await producer.ping()
    },
    async close() {
      // By now every worker has stopped; a farewell could wait for a Redis that is away.
      consumer.disconnect()
      await closeRedis(producer)
    },
  }
}

const awaySentence =
  /max retries per request|command timed out|connection is closed|stream isn't writeable|socket timeout|ECONN|EPIPE/i

function isRedisAway(error: unknown): boolean {
  return error instanceof Error && awaySentence.test(`${error.name} ${error.message}`)
}
