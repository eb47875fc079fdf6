import { personBlocked, personUnblocked } from '@gravity/shared/events/contracts/users'
import { aViewer } from '@gravity/shared/testing/a-viewer'
import { deliverEvent } from '@gravity/shared/testing/deliver-event'
import { openTestSubgraph, type TestSubgraph } from '@gravity/shared/testing/open-test-subgraph'
import { settleEvents } from '@gravity/shared/testing/settle-events'
import type { Viewer } from '@gravity/shared/viewer/viewer'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals'
import { createSubgraph } from '../src/subgraph.ts'
import { createRoom, people, send } from './fixtures.ts'
import { wishes } from './room-changes.ts'

let chat: TestSubgraph
let say: ReturnType<typeof wishes>
let alice: Viewer
let bob: Viewer
let version = 0

beforeAll(async () => {
  chat = await openTestSubgraph(createSubgraph)
  say = wishes(chat)
})

beforeEach(async () => {
  const [first = aViewer(), second = aViewer()] = await people(chat, 2)
  alice = first
  bob = second
})

afterAll(() => chat[Symbol.asyncDispose]())

const at = '2026-05-01T10:00:00.000Z'

async function block(blocker: Viewer, blocked: Viewer, { times = 1 } = {}): Promise<void> {
  version += 1
  await deliverEvent(chat.platform, 'chat', {
    contract: personBlocked,
    payload: { blockerId: blocker.userId, blockedId: blocked.userId, blockedAt: at },
    aggregateId: blocker.userId,
    aggregateVersion: version,
    times,
  })
  await settleEvents(chat)
}

async function unblock(blocker: Viewer, blocked: Viewer): Promise<void> {
  version += 1
  await deliverEvent(chat.platform, 'chat', {
    contract: personUnblocked,
    payload: { blockerId: blocker.userId, blockedId: blocked.userId, unblockedAt: at },
    aggregateId: blocker.userId,
    aggregateVersion: version,
  })
  await settleEvents(chat)
}

describe('people of whom one has blocked the other', () => {
  it('cannot open a direct room, and neither learns who has blocked', async () => {
    await block(alice, bob, { times: 2 })
    const fields = '... on Problem { message }'

    const one = await say(alice, 'openDirectRoom', { userId: bob.userId, fields })
    const other = await say(bob, 'openDirectRoom', { userId: alice.userId, fields })

    expect(one).toMatchObject({ code: 'PERSON_UNAVAILABLE' })
    expect(other).toEqual(one)
  })

  it('cannot write in their direct room any more, until the block is lifted', async () => {
    const room = await say(alice, 'openDirectRoom', {
      userId: bob.userId,
      fields: '... on Room { id }',
    })
    const roomId = room.id ?? ''
    const { id: messageId } = await send(chat, alice, { roomId, body: 'Hello' })
    await block(bob, alice)

    for (const viewer of [alice, bob]) {
      expect((await send(chat, viewer, { roomId })).__typename).toBe('PersonUnavailable')
      expect(await say(viewer, 'addReaction', { messageId, emoji: '👍' })).toMatchObject({
        code: 'PERSON_UNAVAILABLE',
      })
    }

    await unblock(bob, alice)
    expect((await send(chat, alice, { roomId })).__typename).toBe('Message')
  })

  it('do not bring each other into rooms, nor invite each other', async () => {
    const roomId = await createRoom(chat, alice)
    await block(bob, alice)
    const memberIds = [bob.userId]
    const refused = { code: 'PEOPLE_UNAVAILABLE', personIds: memberIds }
    const fields = '... on PeopleUnavailable { personIds }'

    expect(await say(alice, 'createRoom', { memberIds, fields })).toMatchObject(refused)
    expect(await say(alice, 'addRoomMembers', { roomId, memberIds, fields })).toMatchObject(refused)
    expect(await say(alice, 'inviteToRoom', { roomId, userId: bob.userId })).toMatchObject({
      code: 'PERSON_UNAVAILABLE',
    })
  })

  it('do not mention each other where they are together', async () => {
    const roomId = await createRoom(chat, alice, [bob])
    await block(bob, alice)
    await chat.sql('update known_people set username = $2 where id = $1', [bob.userId, 'bob_b'])

    const named = await say(alice, 'sendMessage', {
      roomId,
      clientMessageId: 'named',
      body: '@bob_b come here',
      fields: '... on Message { mentions { id } }',
    })
    const byId = { roomId, mentionIds: [bob.userId] }

    expect(named).toMatchObject({ __typename: 'Message', mentions: [] })
    expect(await send(chat, alice, byId)).toMatchObject({ field: 'mentionIds' })
  })

  it('are told apart by the latest news, in whatever order it comes', async () => {
    version += 1
    await unblock(alice, bob)
    version -= 2
    await block(alice, bob)
    version += 1

    expect(await say(alice, 'openDirectRoom', { userId: bob.userId })).toMatchObject({
      __typename: 'Room',
    })
  })
})
