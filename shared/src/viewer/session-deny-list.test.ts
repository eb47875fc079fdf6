import { describe, expect, it } from '@jest/globals'
import type { Cache } from '../cache/cache.ts'
import { createMemoryCache } from '../cache/memory-cache.ts'
import { createMemoryPubSub } from '../pubsub/memory-pubsub.ts'
import type { PubSub } from '../pubsub/pubsub.ts'
import { createSessionDenyList } from './session-deny-list.ts'

/** What the ports do while Redis is away. */
const cacheAway: Cache = {
  get: async () => undefined,
  set: async () => false,
  delete: async () => Promise.reject(new Error('away')),
  ping: async () => Promise.reject(new Error('away')),
  close: async () => undefined,
}
const pubsubAway: PubSub = {
  publish: async () => Promise.reject(new Error('away')),
  subscribe: async () => Promise.reject(new Error('away')),
  ping: async () => Promise.reject(new Error('away')),
  close: async () => undefined,
}

describe('createSessionDenyList', () => {
  it('lets sessions through during an outage, except those that it knows', async () => {
    const list = createSessionDenyList({ cache: cacheAway, pubsub: pubsubAway })

    await expect(list.deny('known', 600)).rejects.toThrow('away')

    expect(await list.isDenied('known')).toBe(true)
    expect(await list.isDenied('unknown')).toBe(false)
  })

  it('says so when only the cache is away, so that the caller tries again', async () => {
    const list = createSessionDenyList({ cache: cacheAway, pubsub: createMemoryPubSub() })

    await expect(list.deny('s1', 600)).rejects.toMatchObject({ code: 'SUBGRAPH_UNAVAILABLE' })
  })

  it('knows by its mirror what it heard before the outage', async () => {
    const pubsub = createMemoryPubSub()
    const here = createSessionDenyList({ cache: cacheAway, pubsub })
    const there = createSessionDenyList({ cache: createMemoryCache(), pubsub })
    await here.isDenied('s1')
    const heard = new Promise((resolve) => void pubsub.subscribe('gravity.session-denied', resolve))

    await there.deny('s1', 600)
    await heard

    expect(await here.isDenied('s1')).toBe(true)
  })

  it('begins to hear when the pub/sub is back', async () => {
    const memory = createMemoryPubSub()
    let away = true
    const pubsub: PubSub = {
      ...memory,
      subscribe: (topic, listener, options) =>
        (away ? pubsubAway : memory).subscribe(topic, listener, options),
    }
    const here = createSessionDenyList({ cache: cacheAway, pubsub })
    await here.isDenied('s1')
    away = false
    await here.isDenied('s1')
    const heard = new Promise((resolve) => void memory.subscribe('gravity.session-denied', resolve))

    await memory.publish('gravity.session-denied', { sessionId: 's1', ttlSeconds: 600 })
    await heard

    expect(await here.isDenied('s1')).toBe(true)
  })

  it('forgets a session when no token of it can live any more', async () => {
    let nowMs = 0
    const list = createSessionDenyList({
      cache: cacheAway,
      pubsub: createMemoryPubSub(),
      now: () => new Date(nowMs),
    })
    await list.deny('s1', 600).catch(() => undefined)

    nowMs = 599_999
    expect(await list.isDenied('s1')).toBe(true)
    nowMs = 600_000
    expect(await list.isDenied('s1')).toBe(false)
  })

  it('keeps the longer of two denials', async () => {
    let nowMs = 0
    const list = createSessionDenyList({
      cache: cacheAway,
      pubsub: createMemoryPubSub(),
      now: () => new Date(nowMs),
    })
    await list.deny('s1', 600).catch(() => undefined)
    await list.deny('s1', 60).catch(() => undefined)

    nowMs = 300_000

    expect(await list.isDenied('s1')).toBe(true)
  })
})
