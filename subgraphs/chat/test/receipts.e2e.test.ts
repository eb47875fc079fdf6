import { aViewer } from '@gravity/shared/testing/a-viewer'
import { countStatements } from '@gravity/shared/testing/count-statements'
import type { Viewer } from '@gravity/shared/viewer/viewer'
import { beforeEach, describe, expect, it } from '@jest/globals'
import { change } from './changes.ts'
import { inChatRoom } from './chat-room.ts'
import { collect } from './collect.ts'
import {
  addMembers,
  createRoom,
  history,
  leave,
  markRead,
  people,
  readPages,
  send,
} from './fixtures.ts'
import { sequencesFrom } from './listener.ts'

const here = inChatRoom()

function mark(viewer: Viewer, sequence: number, input: object = {}): Promise<object> {
  return markRead(here.chat, viewer, { roomId: here.roomId, sequence, ...input })
}

async function unreadOf(viewer: Viewer): Promise<object> {
  const { room } = await here.chat.answer<{ room: object }>(
    'query ($id: ID!) { room(id: $id) { viewerLastRead unreadCount unreadMentionCount } }',
    { viewer, variables: { id: here.roomId } },
  )
  return room
}

async function receiptsFor(viewer: Viewer): Promise<object[]> {
  const { room } = await here.chat.answer<{ room: { receipts: { nodes: object[] } } }>(
    'query ($id: ID!) { room(id: $id) { receipts { nodes { sequence user { id } } } } }',
    { viewer, variables: { id: here.roomId } },
  )
  return room.receipts.nodes
}

describe('unread messages', () => {
  it('are those of others after the marker, withdrawn ones aside', async () => {
    await send(here.chat, here.alice, { roomId: here.roomId, mentionIds: [here.bob.userId] })
    await send(here.chat, here.bob, { roomId: here.roomId })
    const { id } = await send(here.chat, here.carla, { roomId: here.roomId })
    await send(here.chat, here.alice, {
      roomId: here.roomId,
      mentionIds: [here.bob.userId, here.carla.userId],
    })
    expect(await unreadOf(here.bob)).toEqual({
      viewerLastRead: 0,
      unreadCount: 3,
      unreadMentionCount: 2,
    })

    await change({ chat: here.chat, viewer: here.carla }, 'redactMessage', { messageId: id })

    expect(await mark(here.bob, 1)).toEqual({
      __typename: 'Room',
      viewerLastRead: 1,
      unreadCount: 1,
      unreadMentionCount: 1,
    })
    expect(await mark(here.bob, 4)).toMatchObject({ unreadCount: 0, unreadMentionCount: 0 })
  })

  it('are counted up to a thousand', async () => {
    await history(here.chat, here.alice, { roomId: here.roomId, count: 1_050 })

    expect(await unreadOf(here.bob)).toMatchObject({ unreadCount: 1_000 })
    expect(await unreadOf(here.alice)).toMatchObject({ unreadCount: 0 })
  })

  it('do not count what was said before somebody came', async () => {
    await send(here.chat, here.alice, { roomId: here.roomId })
    const [dora = aViewer()] = await people(here.chat, 1)
    await here.chat.answer(
      'mutation ($input: AddRoomMembersInput!) { addRoomMembers(input: $input) { __typename } }',
      {
        viewer: here.alice,
        variables: { input: { roomId: here.roomId, memberIds: [dora.userId] } },
      },
    )
    await send(here.chat, here.alice, { roomId: here.roomId })

    expect(await unreadOf(dora)).toMatchObject({ viewerLastRead: 1, unreadCount: 1 })
  })

  it('are summed over all rooms that the viewer is in', async () => {
    const other = await createRoom(here.chat, here.alice, [here.bob])
    const left = await createRoom(here.chat, here.alice, [here.bob])
    for (const id of [here.roomId, other, other, left]) {
      await send(here.chat, here.alice, { roomId: id, mentionIds: [here.bob.userId] })
    }
    await leave(here.chat, here.bob, left)

    expect(
      await here.chat.answer('{ unread { roomCount messageCount mentionCount } }', {
        viewer: here.bob,
      }),
    ).toEqual({ unread: { roomCount: 2, messageCount: 3, mentionCount: 3 } })
  })

  it('need a fixed number of statements for a page of rooms', async () => {
    const document = `{
      rooms { nodes {
        unreadCount unreadMentionCount viewerLastRead viewerDraft { body }
        receipts(first: 3) { nodes { sequence user { id } } }
      } }
      unread { messageCount }
    }`
    const statements = () =>
      countStatements(() => here.chat.answer(document, { viewer: here.alice }))
    const few = await statements()
    for (const _ of sequencesFrom(1, 5)) await createRoom(here.chat, here.alice)

    expect(await statements()).toBe(few)
    // Rooms, totals, unread counts, drafts, receipts.
    expect(few).toBe(5)
  })
})

describe('Message.unreadReplyCount', () => {
  it('counts what others have replied since the viewer has read', async () => {
    const { chat, alice, bob, carla, roomId } = here
    const { id } = await send(chat, alice, { roomId, body: 'Where do we eat?' })
    await send(chat, carla, { roomId, replyToId: id })
    await mark(alice, 2)
    for (const author of [bob, carla, alice]) await send(chat, author, { roomId, replyToId: id })
    const unreadReplies = async (viewer: Viewer) => {
      const document = 'query ($id: ID!) { message(id: $id) { unreadReplyCount replyCount } }'
      return chat.answer(document, { viewer, variables: { id } })
    }

    expect(await unreadReplies(alice)).toEqual({ message: { unreadReplyCount: 2, replyCount: 4 } })
    await mark(alice, 5)

    expect(await unreadReplies(alice)).toEqual({ message: { unreadReplyCount: 0, replyCount: 4 } })
  })
})

describe('markRoomRead', () => {
  beforeEach(async () => {
    for (const _ of sequencesFrom(1, 5)) await send(here.chat, here.alice, { roomId: here.roomId })
  })

  it('never goes back, nor beyond the latest message, also at once', async () => {
    await Promise.all([2, 4, 3, 1].map((sequence) => mark(here.bob, sequence)))
    expect(await unreadOf(here.bob)).toMatchObject({ viewerLastRead: 4 })

    await mark(here.bob, 2_000_000)

    expect(await unreadOf(here.bob)).toMatchObject({ viewerLastRead: 5 })
    expect(await receiptsFor(here.alice)).toEqual([{ sequence: 5, user: { id: here.bob.userId } }])
  })

  it('keeps private marks from the others', async () => {
    await mark(here.bob, 2)
    await mark(here.bob, 4, { private: true })
    await mark(here.carla, 3, { private: true })

    expect(await unreadOf(here.bob)).toMatchObject({ viewerLastRead: 4 })
    expect(await receiptsFor(here.alice)).toEqual([{ sequence: 2, user: { id: here.bob.userId } }])
  })

  it('refuses strangers, foreign rooms and what is no sequence', async () => {
    expect(await mark(aViewer(), 1)).toMatchObject({ code: 'ROOM_NOT_FOUND' })
    expect(await mark(here.bob, 1, { roomId: 'nonsense' })).toMatchObject({
      code: 'ROOM_NOT_FOUND',
    })
    expect(await mark(here.bob, -1)).toMatchObject({ code: 'INVALID_INPUT' })
  })

  it('lists receipts page by page, without those who left', async () => {
    const crowd = await people(here.chat, 5)
    const memberIds = crowd.map(({ userId }) => userId)
    await addMembers(here.chat, here.alice, { roomId: here.roomId, memberIds })
    for (const [index, viewer] of crowd.entries()) await mark(viewer, (index % 3) + 1)
    const [gone = here.alice, ...present] = crowd
    await leave(here.chat, gone, here.roomId)

    const ids = await readPages(async (after) => {
      const data = await here.chat.answer<{
        room: {
          receipts: {
            nodes: { user: { id: string } }[]
            pageInfo: { hasNextPage: boolean; endCursor: string | null }
          }
        }
      }>(
        `query ($id: ID!, $after: String) {
          room(id: $id) {
            receipts(first: 2, after: $after) {
              nodes { user { id } } pageInfo { hasNextPage endCursor }
            }
          }
        }`,
        { viewer: here.alice, variables: { id: here.roomId, after } },
      )
      const { nodes, pageInfo } = data.room.receipts
      return { nodes: nodes.map(({ user }) => user), pageInfo }
    })

    expect(ids.length).toBe(4)
    expect(new Set(ids)).toEqual(new Set(present.map(({ userId }) => userId)))
  })
})

describe('receiptChanged', () => {
  const document = `subscription ($roomId: ID!) {
    receiptChanged(roomId: $roomId) { sequence user { id } readAt }
  }`

  it('tells the others what may be known, and ends for who leaves', async () => {
    await history(here.chat, here.alice, { roomId: here.roomId, count: 9 })
    const listener = collect(
      await here.chat.listen(document, { viewer: here.carla, variables: { roomId: here.roomId } }),
    )

    await mark(here.bob, 7, { private: true })
    await mark(here.bob, 3)
    await listener.received(1)
    await mark(here.bob, 9)
    await listener.received(2)
    await leave(here.chat, here.carla, here.roomId)
    await listener.end()

    expect(listener.events).toMatchObject([
      { receiptChanged: { sequence: 3, user: { id: here.bob.userId } } },
      { receiptChanged: { sequence: 9, user: { id: here.bob.userId } } },
    ])
  })

  it('refuses strangers', async () => {
    const refused = here.chat.listen(document, {
      viewer: aViewer(),
      variables: { roomId: here.roomId },
    })
    await expect(refused).rejects.toThrow('NOT_FOUND')
  })
})

describe('saveDraft', () => {
  const document = `mutation ($input: SaveDraftInput!) {
    saveDraft(input: $input) {
      __typename
      ... on Room { viewerDraft { body } }
      ... on Problem { code }
    }
  }`

  async function save(viewer: Viewer, body: string): Promise<object> {
    const variables = { input: { roomId: here.roomId, body } }
    const data = await here.chat.answer<{ saveDraft: object }>(document, { viewer, variables })
    return data.saveDraft
  }

  it('keeps the latest, for the viewer alone, until it is emptied', async () => {
    await save(here.bob, 'Dear all')
    expect(await save(here.bob, 'Dear all,\n')).toMatchObject({
      viewerDraft: { body: 'Dear all,\n' },
    })
    expect(await save(here.alice, ' ')).toEqual({ __typename: 'Room', viewerDraft: null })

    expect(await save(here.bob, '')).toEqual({ __typename: 'Room', viewerDraft: null })
  })

  it('refuses strangers and what is too long', async () => {
    expect(await save(aViewer(), 'Hi')).toMatchObject({ code: 'ROOM_NOT_FOUND' })
    expect(await save(aViewer(), '')).toMatchObject({ code: 'ROOM_NOT_FOUND' })
    expect(await save(here.bob, 'x'.repeat(4_001))).toMatchObject({ code: 'INVALID_INPUT' })
  })
})
