import { randomUUID } from 'node:crypto'
import type { Redis } from 'ioredis'
import { closeRedis, openRedis } from '../src/redis/open-redis.ts'
import { silentLog } from '../src/testing/silent-log.ts'
import { testRedisUrl } from '../src/testing/test-database.ts'

/** One way to fulfil a port, for `describe.each`. */
export interface Implementation<Fixture> {
  readonly name: 'memory' | 'redis'
  open(): Promise<Fixture>
}

export interface Openers<Fixture> {
  readonly memory: () => Promise<Fixture>
  readonly redis: (url: string) => Promise<Fixture>
}

/** What a conformance suite runs over. Without a Redis only memory is left, and the console says so. */
export function memoryAndRedis<Fixture>(
  port: string,
  { memory, redis }: Openers<Fixture>,
): readonly Implementation<Fixture>[] {
  const url = testRedisUrl()
  if (url !== undefined) {
    return [
      { name: 'memory', open: memory },
      { name: 'redis', open: () => redis(url) },
    ]
  }
  warnWithoutRedis(port)
  return [{ name: 'memory', open: memory }]
}

/** The address for tests that are about Redis alone; without one they must not be defined, and the console says so. */
export function redisFor(subject: string): string | undefined {
  const url = testRedisUrl()
  if (url === undefined) warnWithoutRedis(subject)
  return url
}

function warnWithoutRedis(subject: string): void {
  console.warn(`SKIPPED, because there is no Redis: ${subject} over Redis.`)
}

/** Connections of one test, and a prefix that keeps it apart from those running beside it. */
export class RedisConnections implements AsyncDisposable {
  readonly prefix = `test:${randomUUID()}:`
  readonly #url: string
  readonly #open: Redis[] = []

  constructor(url: string) {
    this.#url = url
  }

  async connect(): Promise<Redis> {
    const client = await openRedis({ url: this.#url, name: 'test', log: silentLog })
    this.#open.push(client)
    return client
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.#open.map(closeRedis))
  }
}
