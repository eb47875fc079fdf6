import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { createRedisCache } from '../src/cache/redis-cache.ts'
import { createLogger, type Logger } from '../src/log/logger.ts'
import { createRedisPubSub } from '../src/pubsub/redis-pubsub.ts'
import { createRedisRateLimits } from '../src/rate-limit/redis-rate-limits.ts'
import { closeRedis, openRedis } from '../src/redis/open-redis.ts'
import { eventually } from '../src/testing/eventually.ts'
import { silentLog } from '../src/testing/silent-log.ts'
import { BreakableProxy } from './breakable-proxy.ts'
import { redisFor } from './memory-and-redis.ts'

const minute = { ttlSeconds: 60 }
const unavailable = { code: 'SUBGRAPH_UNAVAILABLE' }

const redisUrl = redisFor('opening connections and recovery from outages')

describe('openRedis', () => {
  it('says which Redis cannot be used, without its password', async () => {
    const proxy = await BreakableProxy.open('redis://:hunter2@127.0.0.1')
    await proxy.cut()

    const opening = openRedis({ url: proxy.url, name: 'test', log: silentLog, patienceMs: 100 })

    await expect(opening).rejects.toMatchObject({
      name: 'StartError',
      message: expect.stringMatching(
        /^Redis at redis:\/\/:‹hidden›@127.* cannot be used: .*ECONNREFUSED/,
      ),
    })
  })

  if (redisUrl !== undefined) describeOpening(redisUrl)
})

if (redisUrl !== undefined) describe('an outage of Redis', () => describeOutages(redisUrl))

function describeOpening(url: string): void {
  it('waits for a Redis that is only starting', async () => {
    await using proxy = await BreakableProxy.open(url)
    await proxy.cut()

    const opening = openRedis({ url: proxy.url, name: 'test', log: silentLog })
    await proxy.restore()

    const client = await opening
    expect(await client.ping()).toBe('PONG')
    await closeRedis(client)
  })

  it('does not wait when Redis refuses', async () => {
    const address = new URL(url)
    address.username = 'nobody'
    address.password = 'wrong'

    const opening = openRedis({
      url: address.href,
      name: 'test',
      log: silentLog,
      patienceMs: 3_600_000,
    })

    await expect(opening).rejects.toMatchObject({
      name: 'StartError',
      message: expect.stringContaining('WRONGPASS'),
    })
  })

  it('closes at once while Redis is away', async () => {
    await using proxy = await BreakableProxy.open(url)
    const client = await openRedis({ url: proxy.url, name: 'test', log: silentLog })
    await proxy.cut()

    await closeRedis(client)
    await closeRedis(client)

    await expect(client.ping()).rejects.toThrow()
  })
}

function describeOutages(url: string): void {
  let proxy: BreakableProxy
  let cleanUp: AsyncDisposableStack
  let lines: string[]
  let log: Logger
  const prefix = `test:outage:${process.pid}:`

  beforeEach(async () => {
    cleanUp = new AsyncDisposableStack()
    proxy = cleanUp.use(await BreakableProxy.open(url))
    lines = []
    const destination = { write: (line: string) => void lines.push(line) }
    log = createLogger({ name: 'test', level: 'info', format: 'json', destination })
  })
  afterEach(() => cleanUp.disposeAsync())

  /** Through the proxy, which may break. */
  async function connect() {
    const client = await openRedis({
      url: proxy.url,
      name: 'test',
      log,
      heartbeatMs: 100,
      commandTimeoutMs: 300,
    })
    return cleanUp.adopt(client, closeRedis)
  }

  async function openPubSub() {
    const [publisher, subscriber] = [await connect(), await connect()]
    const pubsub = createRedisPubSub({ publisher, subscriber, prefix, log })
    return cleanUp.adopt(pubsub, (open) => open.close())
  }

  /** Past the proxy: what another machine sees. */
  async function publishFromElsewhere(topic: string, message: unknown) {
    const client = await openRedis({ url, name: 'test', log: silentLog })
    await client.publish(prefix + topic, JSON.stringify(message))
    await closeRedis(client)
  }

  function warnings(containing: string): string[] {
    return lines.filter((line) => line.includes('"level":"warn"') && line.includes(containing))
  }

  describe('for the pub/sub', () => {
    it('subscribes all topics with listeners again by itself, and tells them of the gap', async () => {
      const pubsub = await openPubSub()
      const received: unknown[] = []
      let gaps = 0
      const listen = (topic: string) =>
        pubsub.subscribe(topic, (message) => received.push(message), { onGap: () => (gaps += 1) })
      const [, , left] = [await listen('a'), await listen('b'), await listen('c')]

      await proxy.cut()
      await left.close()
      await publishFromElsewhere('a', 'lost')
      await proxy.restore()
      await eventually(() => expect(gaps).toBe(2))
      await publishFromElsewhere('c', 'nobody listens')
      await publishFromElsewhere('a', 1)
      await publishFromElsewhere('b', 2)

      await eventually(() => expect(received).toEqual([1, 2]))
    })

    it('rejects what it cannot do meanwhile, and does it afterwards', async () => {
      const pubsub = await openPubSub()
      const received: unknown[] = []
      const listener = (message: unknown) => void received.push(message)

      await proxy.cut()
      await eventually(() => expect(pubsub.ping()).rejects.toMatchObject(unavailable))
      await expect(pubsub.publish('a', 1)).rejects.toMatchObject(unavailable)
      await expect(pubsub.subscribe('a', listener)).rejects.toMatchObject(unavailable)
      await proxy.restore()
      await eventually(() => pubsub.ping())
      await pubsub.subscribe('a', listener)
      await pubsub.publish('a', 2)

      await eventually(() => expect(received).toEqual([2]))
    })

    it('is in force for a listener that joins a topic at the moment of the return', async () => {
      const pubsub = await openPubSub()
      const received: unknown[] = []
      await pubsub.subscribe('a', () => undefined)

      await proxy.cut()
      await eventually(() => expect(pubsub.ping()).rejects.toMatchObject(unavailable))
      await proxy.restore()
      await eventually(() => pubsub.subscribe('a', (message) => received.push(message)), {
        intervalMs: 1,
      })
      await publishFromElsewhere('a', 1)

      await eventually(() => expect(received).toEqual([1]))
    })

    it('survives a connection that is lost again and again', async () => {
      const pubsub = await openPubSub()
      const received: unknown[] = []
      await pubsub.subscribe('a', (message) => received.push(message))

      for (let loss = 0; loss < 5; loss += 1) {
        proxy.drop()
        await eventually(() => expect(pubsub.ping()).rejects.toMatchObject(unavailable))
        await eventually(() => pubsub.ping())
      }

      await eventually(async () => {
        await publishFromElsewhere('a', 1)
        expect(received).toContain(1)
      })
    })

    it('notices a Redis that vanished without a word, and comes back', async () => {
      const pubsub = await openPubSub()
      const received: unknown[] = []
      const gap = new Promise<void>((resolve) => {
        const listener = (message: unknown) => void received.push(message)
        void pubsub.subscribe('a', listener, { onGap: resolve })
      })
      await pubsub.ping()

      proxy.freeze()
      await gap
      await publishFromElsewhere('a', 1)

      await eventually(() => expect(received).toEqual([1]))
    })

    it('ignores a message that is no JSON', async () => {
      const pubsub = await openPubSub()
      const received: unknown[] = []
      await pubsub.subscribe('a', (message) => received.push(message))
      const client = await connect()

      await client.publish(`${prefix}a`, '{')
      await pubsub.publish('a', 1)

      await eventually(() => expect(received).toEqual([1]))
      expect(warnings('no JSON')).toHaveLength(1)
    })
  })

  describe('for the cache', () => {
    it('makes everything a miss, rejects pings, and is logged once', async () => {
      const cache = createRedisCache({ client: await connect(), prefix, log })
      await cache.set('key', 1, minute)

      await proxy.cut()
      await eventually(() => expect(cache.ping()).rejects.toMatchObject(unavailable))
      for (let call = 0; call < 10; call += 1) {
        expect(await cache.get('key')).toBeUndefined()
        expect(await cache.set('key', 2, minute)).toBe(false)
      }
      await expect(cache.delete('key')).rejects.toMatchObject(unavailable)

      expect(warnings('The cache cannot be reached')).toHaveLength(1)
      expect(warnings('Redis is away')).toHaveLength(1)
    })

    it('ends by itself, and the next one is logged again', async () => {
      const cache = createRedisCache({ client: await connect(), prefix, log })

      for (let round = 0; round < 2; round += 1) {
        await proxy.cut()
        await eventually(async () => expect(await cache.set('key', 1, minute)).toBe(false))
        await proxy.restore()
        await eventually(async () => expect(await cache.set('key', 1, minute)).toBe(true))
        expect(await cache.get('key')).toBe(1)
      }

      expect(warnings('The cache cannot be reached')).toHaveLength(2)
      expect(lines.filter((line) => line.includes('The cache is back.'))).toHaveLength(2)
    })

    it('is a miss too when Redis hangs', async () => {
      const cache = createRedisCache({ client: await connect(), prefix, log })
      await cache.set('key', 1, minute)

      proxy.freeze()

      expect(await cache.get('key')).toBeUndefined()
    })
  })

  describe('for the rate limits', () => {
    it('lets every process count by itself, and counts together again afterwards', async () => {
      const client = await connect()
      const limits = createRedisRateLimits({ client, prefix: `${prefix}${Math.random()}`, log })
      const limit = limits.define({ name: 'test', points: 2, windowSeconds: 60 })
      await limit.consume('alice', 2)

      await proxy.cut()
      await eventually(() => expect(client.status).not.toBe('ready'))
      const during = [
        await limit.consume('alice'),
        await limit.consume('alice'),
        await limit.consume('alice'),
      ]
      await limit.reset('alice')
      const afterReset = await limit.consume('alice')
      await proxy.restore()
      await eventually(() => expect(client.status).toBe('ready'))

      expect(during.map(({ allowed }) => allowed)).toEqual([true, true, false])
      expect(afterReset.allowed).toBe(true)
      expect((await limit.consume('alice')).allowed).toBe(false)
      expect(warnings('Rate limits')).toHaveLength(1)
    })
  })
}
