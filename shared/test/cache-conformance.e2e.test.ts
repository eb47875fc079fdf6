import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import type { Cache } from '../src/cache/cache.ts'
import { createMemoryCache } from '../src/cache/memory-cache.ts'
import { createRedisCache } from '../src/cache/redis-cache.ts'
import { eventually } from '../src/testing/eventually.ts'
import { silentLog } from '../src/testing/silent-log.ts'
import { memoryAndRedis, RedisConnections } from './memory-and-redis.ts'

interface OpenCache extends AsyncDisposable {
  readonly cache: Cache
}

const implementations = memoryAndRedis<OpenCache>('cache', {
  async memory() {
    const cache = createMemoryCache()
    return { cache, [Symbol.asyncDispose]: () => cache.close() }
  },
  async redis(url) {
    const connections = new RedisConnections(url)
    const client = await connections.connect()
    const cache = createRedisCache({ client, prefix: connections.prefix, log: silentLog })
    return {
      cache,
      async [Symbol.asyncDispose]() {
        await cache.close()
        await connections[Symbol.asyncDispose]()
      },
    }
  },
})

const minute = { ttlSeconds: 60 }

describe.each(implementations)('cache over $name', ({ open }) => {
  let opened: OpenCache
  let cache: Cache

  beforeEach(async () => {
    opened = await open()
    cache = opened.cache
  })
  afterEach(async () => {
    await opened[Symbol.asyncDispose]()
  })

  it('misses what was never stored', async () => {
    expect(await cache.get('nothing')).toBeUndefined()
  })

  it.each([null, '', 0, false, 'ü ✓ 😀 \u0000', [1, null], { nested: { list: ['a'] } }])(
    'gives back %j',
    async (value) => {
      expect(await cache.set('key: ü *', value, minute)).toBe(true)

      expect(await cache.get('key: ü *')).toEqual(value)
    },
  )

  it('keeps the latest of several values', async () => {
    await cache.set('key', 1, minute)
    await cache.set('key', 2, minute)

    expect(await cache.get('key')).toBe(2)
  })

  it('stores and gives copies', async () => {
    const value = { tags: ['a'] }
    await cache.set('key', value, minute)
    value.tags.push('later')

    const first = await cache.get<typeof value>('key')
    first?.tags.push('mine')

    expect(first).toEqual({ tags: ['a', 'mine'] })
    expect(await cache.get('key')).toEqual({ tags: ['a'] })
  })

  it.each([undefined, () => 1, 1n])('refuses %p, which JSON cannot carry', async (value) => {
    await expect(cache.set('key', value, minute)).rejects.toThrow(TypeError)
  })

  it.each([0, -1, Number.NaN, Number.POSITIVE_INFINITY])(
    'refuses a time to live of %p seconds',
    async (ttlSeconds) => {
      await expect(cache.set('key', 1, { ttlSeconds })).rejects.toThrow('time to live')
    },
  )

  it('forgets a value when its time to live has passed, and only then', async () => {
    await cache.set('short', 1, { ttlSeconds: 0.05 })
    await cache.set('long', 1, minute)

    await eventually(async () => expect(await cache.get('short')).toBeUndefined())
    expect(await cache.get('long')).toBe(1)
  })

  it('measures the time to live from the latest set', async () => {
    await cache.set('key', 1, { ttlSeconds: 0.05 })
    await cache.set('other', 1, { ttlSeconds: 0.05 })
    await cache.set('key', 2, minute)

    await eventually(async () => expect(await cache.get('other')).toBeUndefined())
    expect(await cache.get('key')).toBe(2)
  })

  it('deletes a value, and what is not there as well', async () => {
    await cache.set('key', 1, minute)

    await cache.delete('key')
    await cache.delete('key')

    expect(await cache.get('key')).toBeUndefined()
  })

  it('answers a ping', async () => {
    await expect(cache.ping()).resolves.toBeUndefined()
  })
})
