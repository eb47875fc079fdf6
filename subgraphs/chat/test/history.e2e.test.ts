import { aViewer } from '@gravity/shared/testing/a-viewer'
import { openTestSubgraph, type TestSubgraph } from '@gravity/shared/testing/open-test-subgraph'
import type { Viewer } from '@gravity/shared/viewer/viewer'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals'
import { createSubgraph } from '../src/subgraph.ts'
import { listenToChanges } from './changes.ts'
import { leave, people, send } from './fixtures.ts'
import { listen } from './listener.ts'
import { bodiesOf, seenRoom, wishes } from './room-changes.ts'

let chat: TestSubgraph
let say: ReturnType<typeof wishes>
let alice: Viewer
let bob: Viewer
let roomId: string
let oldId: string

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

/** A channel of Alice's with two messages, the first of them pinned. */
async function openChannel(history: string): Promise<void> {
  const fields = '... on Room { id }'
  const room = await say(alice, 'createRoom', { kind: 'CHANNEL', name: 'Past', history, fields })
  roomId = room.id ?? ''
  oldId = (await send(chat, alice, { roomId, body: 'before' })).id
  await send(chat, alice, { roomId, body: 'also before' })
  await say(alice, 'pinMessage', { messageId: oldId })
}

function found(viewer: Viewer, id: string): Promise<{ message: object | null }> {
  return chat.answer('query ($id: ID!) { message(id: $id) { body } }', {
    viewer,
    variables: { id },
  })
}

describe('a room that shows newcomers what is said after they came', () => {
  beforeEach(async () => {
    await openChannel('SINCE_JOINED')
    await say(bob, 'joinRoom', { roomId })
  })

  it('hides what was said before wherever one may look', async () => {
    const fields = 'completeFrom unreadCount lastMessage { body } pinnedMessages { nodes { body } }'

    expect(await bodiesOf(chat, bob, roomId)).toEqual([])
    expect(await seenRoom(chat, bob, { id: roomId, fields })).toEqual({
      completeFrom: 3,
      unreadCount: 0,
      lastMessage: null,
      pinnedMessages: { nodes: [] },
    })
    expect(await found(bob, oldId)).toEqual({ message: null })
    expect(await bodiesOf(chat, alice, roomId)).toEqual(['before', 'also before'])
  })

  it('lets nobody do anything with what they do not see', async () => {
    const refused = { code: 'MESSAGE_NOT_FOUND' }

    expect(await say(bob, 'addReaction', { messageId: oldId, emoji: '👍' })).toMatchObject(refused)
    expect(await say(bob, 'reportMessage', { messageId: oldId, reason: 'SPAM' })).toMatchObject(
      refused,
    )
    expect((await send(chat, bob, { roomId, replyToId: oldId })).__typename).toBe('MessageNotFound')
  })

  it('shows a reply to what is hidden without what it replies to', async () => {
    const reply = await send(chat, alice, { roomId, body: 'as I said', replyToId: oldId })
    const document = `query ($id: ID!) {
      message(id: $id) { body replyTo { body } threadRoot { body } }
    }`

    expect(await chat.answer(document, { viewer: bob, variables: { id: reply.id } })).toEqual({
      message: { body: 'as I said', replyTo: null, threadRoot: null },
    })
  })

  it('replays from there, and tells no changes of what was before', async () => {
    await using messages = await listen(chat, bob, { roomId, afterSequence: 0 })
    await using changes = await listenToChanges(chat, bob, { roomId, afterChange: 0 })

    await say(alice, 'editMessage', { messageId: oldId, body: 'before, and otherwise' })
    const { id } = await send(chat, alice, { roomId, body: 'after' })
    await say(alice, 'editMessage', { messageId: id, body: 'after all' })

    await changes.received(1)
    await messages.received(1)
    expect(messages.sequences).toEqual([3])
    expect(changes.changes.map(({ message }) => message.body)).toEqual(['after all'])
  })

  it('hides from who comes back what was said while they were away, also on a stream', async () => {
    await send(chat, alice, { roomId, body: 'together' })
    await leave(chat, bob, roomId)
    await send(chat, alice, { roomId, body: 'alone' })

    await say(bob, 'joinRoom', { roomId })
    await send(chat, alice, { roomId, body: 'together again' })

    expect(await bodiesOf(chat, bob, roomId)).toEqual(['together again'])
    await using replay = await listen(chat, bob, { roomId, afterSequence: 0 })
    await replay.received(1)
    expect(replay.bodies).toEqual(['together again'])
  })

  it('keeps to what held when somebody came', async () => {
    await say(alice, 'changeRoomSettings', { roomId, history: 'ALL' })
    const [carla = aViewer()] = await people(chat, 1)
    await say(carla, 'joinRoom', { roomId })

    expect(await bodiesOf(chat, bob, roomId)).toEqual([])
    expect(await bodiesOf(chat, carla, roomId)).toEqual(['before', 'also before'])
  })
})

describe('a channel that everybody may read', () => {
  const document = `query ($id: ID!) {
    channel(id: $id) { messages { nodes { body room { id } replyTo { body } } } }
  }`

  beforeEach(() => openChannel('WORLD'))

  it('shows its messages to strangers, and lets them neither write nor listen', async () => {
    const variables = { id: roomId }

    expect(await chat.answer(document, { viewer: bob, variables })).toEqual({
      channel: {
        messages: {
          nodes: [
            { body: 'before', room: { id: roomId }, replyTo: null },
            { body: 'also before', room: { id: roomId }, replyTo: null },
          ],
        },
      },
    })
    expect(await found(bob, oldId)).toEqual({ message: { body: 'before' } })
    expect((await send(chat, bob, { roomId })).__typename).toBe('RoomNotFound')
    await expect(listen(chat, bob, { roomId })).rejects.toThrow('NOT_FOUND')
    expect(await seenRoom(chat, bob, { id: roomId, fields: 'id' })).toBeNull()
  })

  it('shows nothing to who is banned', async () => {
    await say(alice, 'banPerson', { roomId, userId: bob.userId })

    expect(await chat.answer(document, { viewer: bob, variables: { id: roomId } })).toEqual({
      channel: { messages: { nodes: [] } },
    })
    expect(await found(bob, oldId)).toEqual({ message: null })
  })

  it('is a channel: a group cannot be read by everybody', async () => {
    expect(await say(alice, 'createRoom', { history: 'WORLD' })).toMatchObject({
      code: 'INVALID_INPUT',
    })
  })
})
