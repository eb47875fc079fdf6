import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { createMemoryPubSub } from '../src/pubsub/memory-pubsub.ts'
import type { PubSub } from '../src/pubsub/pubsub.ts'
import { createRedisPubSub } from '../src/pubsub/redis-pubsub.ts'
import { eventually } from '../src/testing/eventually.ts'
import { silentLog } from '../src/testing/silent-log.ts'
import { memoryAndRedis, RedisConnections } from './memory-and-redis.ts'

/** Two ends of one pub/sub: the same object in memory, two processes' worth of connections in Redis. */
interface TwoEnds extends AsyncDisposable {
  readonly here: PubSub
  readonly there: PubSub
}

const implementations = memoryAndRedis<TwoEnds>('pub/sub', {
  async memory() {
    const pubsub = createMemoryPubSub({ log: silentLog })
    return { here: pubsub, there: pubsub, [Symbol.asyncDispose]: () => pubsub.close() }
  },
  async redis(url) {
    const connections = new RedisConnections(url)
    const { prefix } = connections
    const open = async () =>
      createRedisPubSub({
        publisher: await connections.connect(),
        subscriber: await connections.connect(),
        prefix,
        log: silentLog,
      })
    const [here, there] = [await open(), await open()]
    return {
      here,
      there,
      async [Symbol.asyncDispose]() {
        await Promise.all([here.close(), there.close()])
        await connections[Symbol.asyncDispose]()
      },
    }
  },
})

describe.each(implementations)('pub/sub over $name', ({ open }) => {
  let ends: TwoEnds
  let here: PubSub
  let there: PubSub

  beforeEach(async () => {
    ends = await open()
    here = ends.here
    there = ends.there
  })
  afterEach(async () => {
    await ends[Symbol.asyncDispose]()
  })

  /** Subscribes at `here` and collects. */
  async function collect(topic: string, received: unknown[] = []) {
    const subscription = await here.subscribe(topic, (message) => received.push(message))
    return { received, subscription }
  }

  it('delivers to every listener of the topic, whoever publishes', async () => {
    const first = await collect('room')
    const second = await collect('room')

    await there.publish('room', { text: 'from there' })
    await here.publish('room', { text: 'from here' })

    await eventually(() => {
      for (const { received } of [first, second]) {
        expect(received).toHaveLength(2)
        expect(received).toEqual(
          expect.arrayContaining([{ text: 'from there' }, { text: 'from here' }]),
        )
      }
    })
  })

  it('delivers nothing to listeners of other topics', async () => {
    const { received } = await collect('room.1')
    const other = await collect('room.11')

    await there.publish('room.11', 'for the other')
    await there.publish('room.1', 'end')

    await eventually(() => expect(received).toEqual(['end']))
    await eventually(() => expect(other.received).toEqual(['for the other']))
  })

  it('keeps the order of publishing', async () => {
    const { received } = await collect('room')
    const numbers = Array.from({ length: 500 }, (_, index) => index)

    await Promise.all(numbers.map((number) => there.publish('room', number)))

    await eventually(() => expect(received).toEqual(numbers))
  })

  it('calls listeners after publish has returned to its caller', async () => {
    const { received } = await collect('room')

    const published = here.publish('room', 1)

    expect(received).toEqual([])
    await published
    await eventually(() => expect(received).toEqual([1]))
  })

  it('is in force as soon as subscribe resolves', async () => {
    const received: unknown[] = []
    const topics = Array.from({ length: 50 }, (_, index) => `room.${index}`)

    await Promise.all(
      topics.map(async (topic) => {
        await here.subscribe(topic, (message) => received.push(message))
        await there.publish(topic, topic)
      }),
    )

    await eventually(() => expect(received.toSorted()).toEqual(topics.toSorted()))
  })

  it('delivers nothing that was published before the subscription', async () => {
    await here.publish('room', 'before')
    const { received } = await collect('room')

    await here.publish('room', 'after')

    await eventually(() => expect(received).toEqual(['after']))
  })

  it('carries copies that no listener can change for another', async () => {
    const { received } = await collect('room')
    const message = { tags: ['a'], at: new Date(0), absent: undefined }

    const published = here.publish('room', message)
    message.tags.push('later')
    await published

    await eventually(() => {
      expect(received).toEqual([{ tags: ['a'], at: '1970-01-01T00:00:00.000Z' }])
    })
    expect(() => (received[0] as { tags: string[] }).tags.push('b')).toThrow(TypeError)
  })

  it.each([null, 'ü ✓ 😀 \u0000', 0, false, [], { nested: { list: [1, null] } }])(
    'carries %j',
    async (message) => {
      const { received } = await collect('räume/1 *?[a]')

      await there.publish('räume/1 *?[a]', message)

      await eventually(() => expect(received).toEqual([message]))
    },
  )

  it('carries a megabyte', async () => {
    const { received } = await collect('room')
    const message = 'x'.repeat(1_000_000)

    await there.publish('room', message)

    await eventually(() => expect(received.length).toBe(1))
    expect(received[0] === message).toBe(true)
  })

  it.each([undefined, () => 1, 1n])('refuses %p, which JSON cannot carry', async (message) => {
    await expect(here.publish('room', message)).rejects.toThrow(TypeError)
  })

  it('keeps the failure of a listener from the others', async () => {
    await here.subscribe('room', () => {
      throw new Error('a listener that throws')
    })
    await here.subscribe('room', async () => {
      throw new Error('a listener that rejects')
    })
    const { received } = await collect('room')

    await there.publish('room', 1)
    await there.publish('room', 2)

    await eventually(() => expect(received).toEqual([1, 2]))
  })

  it('counts listeners: one that leaves, even twice, takes no other along', async () => {
    const leaving = await collect('room')
    const { received } = await collect('room')

    await leaving.subscription.close()
    await leaving.subscription.close()
    await there.publish('room', 'still here')

    await eventually(() => expect(received).toEqual(['still here']))
    expect(leaving.received).toEqual([])
  })

  it('counts one function that subscribed twice as two listeners', async () => {
    const received: unknown[] = []
    const listener = (message: unknown) => void received.push(message)
    const first = await here.subscribe('room', listener)
    await here.subscribe('room', listener)

    await there.publish('room', 'both')
    await eventually(() => expect(received).toEqual(['both', 'both']))
    await first.close()
    await there.publish('room', 'one')

    await eventually(() => expect(received).toEqual(['both', 'both', 'one']))
  })

  it('delivers nothing to a listener that has left', async () => {
    const { received, subscription } = await collect('room')
    const witness = await collect('room')

    const published = there.publish('room', 'too late')
    await subscription.close()
    await published
    await there.publish('room', 'much too late')

    await eventually(() => expect(witness.received).toContain('much too late'))
    expect(received).not.toContain('much too late')
  })

  it('lets a listener leave while it is being called', async () => {
    const received: unknown[] = []
    const subscription = await here.subscribe('room', (message) => {
      received.push(message)
      void subscription.close()
    })
    const witness = await collect('room')

    await there.publish('room', 1)
    await there.publish('room', 2)

    await eventually(() => expect(witness.received).toEqual([1, 2]))
    expect(received).toEqual([1])
  })

  it('hears again after the last listener left and another came', async () => {
    for (const round of [1, 2, 3]) {
      const { received, subscription } = await collect('room')
      await there.publish('room', round)
      await eventually(() => expect(received).toEqual([round]))
      await subscription.close()
    }
  })

  it('stays in force for who comes while the last one leaves', async () => {
    for (let round = 0; round < 20; round += 1) {
      const leaving = await collect('room')
      const [, coming] = await Promise.all([leaving.subscription.close(), collect('room')])

      await there.publish('room', round)

      await eventually(() => expect(coming.received).toEqual([round]))
      await coming.subscription.close()
    }
  })

  it('leaves at the end of an `await using` block', async () => {
    const received: unknown[] = []
    {
      await using _subscription = await here.subscribe('room', (message) => received.push(message))
    }
    const witness = await collect('room')

    await there.publish('room', 1)

    await eventually(() => expect(witness.received).toEqual([1]))
    expect(received).toEqual([])
  })

  it('answers a ping', async () => {
    await expect(here.ping()).resolves.toBeUndefined()
  })

  it('does nothing more once it is closed', async () => {
    await collect('room')

    await here.close()

    await expect(here.publish('room', 1)).rejects.toThrow('closed')
    await expect(here.subscribe('room', () => undefined)).rejects.toThrow('closed')
    await expect(here.ping()).rejects.toThrow('closed')
    await expect(here.close()).resolves.toBeUndefined()
  })
})
