import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { createMemoryCache } from '../src/cache/memory-cache.ts'
import { createRedisCache } from '../src/cache/redis-cache.ts'
import { createMemoryPubSub } from '../src/pubsub/memory-pubsub.ts'
import { createRedisPubSub } from '../src/pubsub/redis-pubsub.ts'
import { eventually } from '../src/testing/eventually.ts'
import { silentLog } from '../src/testing/silent-log.ts'
import { createSessionDenyList, type SessionDenyList } from '../src/viewer/session-deny-list.ts'
import { memoryAndRedis, RedisConnections } from './memory-and-redis.ts'

/** The list of two processes; in memory both are in one. */
interface TwoLists extends AsyncDisposable {
  readonly here: SessionDenyList
  readonly there: SessionDenyList
}

const implementations = memoryAndRedis<TwoLists>('the session deny list', {
  async memory() {
    const ports = { cache: createMemoryCache(), pubsub: createMemoryPubSub({ log: silentLog }) }
    return {
      here: createSessionDenyList(ports),
      there: createSessionDenyList(ports),
      [Symbol.asyncDispose]: () => ports.pubsub.close(),
    }
  },
  async redis(url) {
    const connections = new RedisConnections(url)
    const { prefix } = connections
    const open = async () => {
      const client = await connections.connect()
      const subscriber = await connections.connect()
      return {
        cache: createRedisCache({ client, prefix: `${prefix}cache:`, log: silentLog }),
        pubsub: createRedisPubSub({
          publisher: client,
          subscriber,
          prefix: `${prefix}topic:`,
          log: silentLog,
        }),
      }
    }
    const [here, there] = [await open(), await open()]
    return {
      here: createSessionDenyList(here),
      there: createSessionDenyList(there),
      async [Symbol.asyncDispose]() {
        await Promise.all([here.pubsub.close(), there.pubsub.close()])
        await connections[Symbol.asyncDispose]()
      },
    }
  },
})

describe.each(implementations)('session deny list over $name', ({ open }) => {
  let lists: TwoLists
  let here: SessionDenyList
  let there: SessionDenyList

  beforeEach(async () => {
    lists = await open()
    here = lists.here
    there = lists.there
  })
  afterEach(async () => {
    await lists[Symbol.asyncDispose]()
  })

  it('knows nothing of a session that was not denied', async () => {
    expect(await here.isDenied('s1')).toBe(false)
  })

  it('denies a session in every process as soon as deny resolves', async () => {
    await here.isDenied('s1')

    await there.deny('s1', 600)

    expect(await there.isDenied('s1')).toBe(true)
    expect(await here.isDenied('s1')).toBe(true)
    expect(await here.isDenied('s2')).toBe(false)
  })

  it('knows in a process that asks for the first time after the denial', async () => {
    await there.deny('s1', 600)

    expect(await here.isDenied('s1')).toBe(true)
  })

  it('tells who listens', async () => {
    const denied: string[] = []
    const subscription = await here.onDenied((sessionId) => denied.push(sessionId))

    await there.deny('s1', 600)
    await eventually(() => expect(denied).toEqual(['s1']))
    await subscription.close()
    await there.deny('s2', 600)

    expect(await here.isDenied('s2')).toBe(true)
    expect(denied).toEqual(['s1'])
  })

  it('bears being told twice', async () => {
    await here.deny('s1', 600)
    await there.deny('s1', 600)

    expect(await here.isDenied('s1')).toBe(true)
  })

  it('answers after it was closed', async () => {
    await here.isDenied('s1')
    await here.close()
    await there.deny('s1', 600)

    expect(await here.isDenied('s1')).toBe(true)
  })
})
