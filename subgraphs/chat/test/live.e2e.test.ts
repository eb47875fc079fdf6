import type { PubSub } from '@gravity/shared/pubsub/pubsub'
import { aViewer } from '@gravity/shared/testing/a-viewer'
import { countAllStatements } from '@gravity/shared/testing/count-statements'
import { eventually } from '@gravity/shared/testing/eventually'
import { openTestSubgraph, type TestSubgraph } from '@gravity/shared/testing/open-test-subgraph'
import { createTestPlatform, type TestPlatform } from '@gravity/shared/testing/test-platform'
import type { Viewer } from '@gravity/shared/viewer/viewer'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals'
import { createSubgraph } from '../src/subgraph.ts'
import { createRoom, history, leave, people, send } from './fixtures.ts'
import { type Listener, listen, sequencesFrom } from './listener.ts'

/** What becomes of a hint on its way; returns how often it is delivered. */
type Fate = (published: number) => number

let platform: TestPlatform
let chat: TestSubgraph
let topics: Map<string, number>
let fate: Fate
let alice: Viewer
let bob: Viewer
let roomId: string

/** Pub/sub that loses and repeats messages as the test says, and counts who listens. */
function unreliable(pubsub: PubSub): PubSub {
  let published = 0
  return {
    ...pubsub,
    async publish(topic, message) {
      if (!topic.startsWith('chat.room.')) return pubsub.publish(topic, message)
      published += 1
      for (const _ of sequencesFrom(1, fate(published))) await pubsub.publish(topic, message)
    },
    async subscribe(topic, listener, options) {
      const subscription = await pubsub.subscribe(topic, listener, options)
      topics.set(topic, (topics.get(topic) ?? 0) + 1)
      const close = async () => {
        topics.set(topic, (topics.get(topic) ?? 0) - 1)
        await subscription.close()
      }
      return { close, [Symbol.asyncDispose]: close }
    },
  }
}

beforeAll(async () => {
  platform = await createTestPlatform()
  chat = await openTestSubgraph(createSubgraph, {
    platform: { ...platform, pubsub: unreliable(platform.pubsub) },
  })
})

beforeEach(async () => {
  topics = new Map()
  fate = () => 1
  const [first = aViewer(), second = aViewer()] = await people(chat, 2)
  alice = first
  bob = second
  roomId = await createRoom(chat, alice, [bob])
})

afterAll(async () => {
  await chat[Symbol.asyncDispose]()
  await platform.close()
})

describe('messageAdded', () => {
  it('delivers what is sent from now on, to every member and in order', async () => {
    await send(chat, alice, { roomId, body: 'before' })
    await using first = await listen(chat, alice, { roomId })
    await using second = await listen(chat, bob, { roomId: roomId.toUpperCase() })

    await send(chat, alice, { roomId, body: 'Hello' })
    await send(chat, bob, { roomId, body: 'Hi' })

    for (const listener of [first, second]) {
      await listener.received(2)
      expect(listener.bodies).toEqual(['Hello', 'Hi'])
      expect(listener.sequences).toEqual([2, 3])
    }
  })

  it('replays what was missed and goes on without a seam', async () => {
    await history(chat, alice, { roomId, count: 230 })

    await using listener = await listen(chat, bob, { roomId, afterSequence: 10 })
    await send(chat, alice, { roomId })

    await listener.received(221)
    expect(listener.sequences).toEqual(sequencesFrom(11, 231))
  })

  it('has no gap and no duplicate while many people send', async () => {
    const senders = await people(chat, 8)
    const crowd = await createRoom(chat, alice, senders)
    const sending = Promise.all(
      senders.map(async (viewer) => {
        for (const _ of sequencesFrom(1, 10)) await send(chat, viewer, { roomId: crowd })
      }),
    )

    const listeners: Listener[] = []
    for (const _ of sequencesFrom(1, 10)) {
      listeners.push(await listen(chat, alice, { roomId: crowd, afterSequence: 0 }))
    }
    await sending

    for (const listener of listeners) {
      await listener.received(80)
      expect(listener.sequences).toEqual(sequencesFrom(1, 80))
      await listener[Symbol.asyncDispose]()
    }
  })

  it('reaches those who listen through another process', async () => {
    const other = await openTestSubgraph(createSubgraph, { platform })
    const listener = await listen(other, bob, { roomId })

    for (const _ of sequencesFrom(1, 3)) await send(chat, alice, { roomId })

    await listener.received(3)
    await leave(chat, bob, roomId)
    await listener.end()
    expect(listener.sequences).toEqual(sequencesFrom(1, 3))
    await other[Symbol.asyncDispose]()
  })

  it('needs no statement per subscriber', async () => {
    const listeners = [await listen(chat, alice, { roomId })]
    const subscribing = await countAllStatements(async () => {
      const crowd = sequencesFrom(1, 20).map(() => listen(chat, bob, { roomId }))
      listeners.push(...(await Promise.all(crowd)))
    })
    expect(subscribing).toBe(1)
    const quiet = await createRoom(chat, alice)
    let sent = 0

    const alone = await countAllStatements(() => send(chat, alice, { roomId: quiet }))
    const heard = await countAllStatements(async () => {
      await send(chat, alice, { roomId })
      sent += 1
      for (const listener of listeners) await listener.received(sent)
    })

    expect(heard).toBe(alone)
    for (const listener of listeners) await listener[Symbol.asyncDispose]()
  })

  it('brings every message once when hints are lost or come twice', async () => {
    await using listener = await listen(chat, bob, { roomId })
    fate = (published) => published % 3

    for (const _ of sequencesFrom(1, 30)) await send(chat, alice, { roomId })

    await listener.received(30)
    expect(listener.sequences).toEqual(sequencesFrom(1, 30))
  })

  it('brings messages whose process died before it could tell anybody', async () => {
    await using listener = await listen(chat, bob, { roomId })
    fate = () => 0

    await send(chat, alice, { roomId })
    await send(chat, alice, { roomId })

    await listener.received(2)
    expect(listener.sequences).toEqual([1, 2])
  })

  it('is told by the sender’s second try when the first died before it could tell', async () => {
    await using listener = await listen(chat, bob, { roomId })
    const input = { roomId, clientMessageId: 'tried twice' }
    fate = () => 0
    await send(chat, alice, input)

    fate = () => 1
    await send(chat, alice, input)

    await listener.received(1)
    expect(listener.sequences).toEqual([1])
  })

  it('refuses strangers, foreign rooms and the anonymous', async () => {
    const document = 'subscription ($roomId: ID!) { messageAdded(roomId: $roomId) { id } }'

    for (const id of [roomId, chat.platform.newId(), 'nonsense', '']) {
      const refused = chat.listen(document, { viewer: aViewer(), variables: { roomId: id } })
      await expect(refused).rejects.toThrow('NOT_FOUND')
    }
    await expect(chat.listen(document, { viewer: null, variables: { roomId } })).rejects.toThrow(
      'UNAUTHENTICATED',
    )
    expect([...topics.values()].some((count) => count > 0)).toBe(false)
  })

  it.each([-1, 1, 2_147_483_647])('refuses to begin after %d in an empty room', async (after) => {
    await expect(listen(chat, alice, { roomId, afterSequence: after })).rejects.toThrow(
      'BAD_USER_INPUT',
    )
  })
})

describe('the end of a stream', () => {
  it('comes when the member leaves, and nothing is delivered after', async () => {
    const leaving = await listen(chat, bob, { roomId })
    await using staying = await listen(chat, alice, { roomId })
    await send(chat, alice, { roomId, body: 'for both' })
    await leaving.received(1)

    await leave(chat, bob, roomId)
    await send(chat, alice, { roomId, body: 'for one' })
    await leaving.end()
    await staying.received(2)

    expect(leaving.bodies).toEqual(['for both'])
  })

  it('comes also when nobody hears of the leaving', async () => {
    const leaving = await listen(chat, bob, { roomId })
    fate = () => 0

    await leave(chat, bob, roomId)
    await send(chat, alice, { roomId })

    await leaving.end()
    expect(leaving.sequences).toEqual([])
  })

  it('never lets a message that was sent after leaving through', async () => {
    const crowd = await people(chat, 20)
    const room = await createRoom(chat, alice, crowd)
    await using owner = await listen(chat, alice, { roomId: room })
    const listeners = await Promise.all(
      crowd.map((viewer) => listen(chat, viewer, { roomId: room })),
    )

    const lastSeen = await Promise.all(
      crowd.map(async (viewer) => {
        await send(chat, alice, { roomId: room })
        await leave(chat, viewer, room)
        return (await send(chat, alice, { roomId: room })).sequence - 1
      }),
    )
    await Promise.all(listeners.map((listener) => listener.end()))

    for (const [index, listener] of listeners.entries()) {
      const last = listener.sequences.at(-1) ?? 0
      expect(last).toBeLessThanOrEqual(lastSeen[index] ?? 0)
      expect(listener.sequences).toEqual(sequencesFrom(1, last))
    }
    await owner.received(40)
    expect(owner.sequences).toEqual(sequencesFrom(1, 40))
  })

  it('lets a person who was brought in a moment ago listen', async () => {
    await using first = await listen(chat, alice, { roomId })
    const [carla = aViewer()] = await people(chat, 1)
    fate = () => 0
    await chat.answer(
      `mutation ($input: AddRoomMembersInput!) { addRoomMembers(input: $input) { __typename } }`,
      { viewer: alice, variables: { input: { roomId, memberIds: [carla.userId] } } },
    )

    await using second = await listen(chat, carla, { roomId })
    fate = () => 1
    await send(chat, alice, { roomId })

    await second.received(1)
    await first.received(1)
  })

  it('closes the topic when the last subscriber has gone', async () => {
    const listeners = [await listen(chat, alice, { roomId }), await listen(chat, bob, { roomId })]
    expect([...topics.values()]).toEqual([1])

    for (const listener of listeners) await listener[Symbol.asyncDispose]()

    await eventually(() => expect([...topics.values()]).toEqual([0]))
  })
})
