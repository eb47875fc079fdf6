import { aViewer } from '@gravity/shared/testing/a-viewer'
import { countStatements } from '@gravity/shared/testing/count-statements'
import { openTestSubgraph, type TestSubgraph } from '@gravity/shared/testing/open-test-subgraph'
import type { Viewer } from '@gravity/shared/viewer/viewer'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals'
import { createSubgraph } from '../src/subgraph.ts'
import { change } from './changes.ts'
import { collect } from './collect.ts'
import { createRoom, history, leave, people, readPages, send } from './fixtures.ts'
import { sequencesFrom } from './listener.ts'

let chat: TestSubgraph
let alice: Viewer
let bob: Viewer
let carla: Viewer
let roomId: string

beforeAll(async () => {
  chat = await openTestSubgraph(createSubgraph)
})

beforeEach(async () => {
  const [first = aViewer(), second = aViewer(), third = aViewer()] = await people(chat, 3)
  alice = first
  bob = second
  carla = third
  roomId = await createRoom(chat, alice, [bob, carla])
})

afterAll(() => chat[Symbol.asyncDispose]())

const markFields = `__typename
  ... on Room { viewerLastRead unreadCount unreadMentionCount }
  ... on Problem { code }`

async function mark(viewer: Viewer, sequence: number, input: object = {}): Promise<object> {
  const data = await chat.answer<{ markRoomRead: object }>(
    `mutation ($input: MarkRoomReadInput!) { markRoomRead(input: $input) { ${markFields} } }`,
    { viewer, variables: { input: { roomId, sequence, ...input } } },
  )
  return data.markRoomRead
}

async function unreadOf(viewer: Viewer): Promise<object> {
  const { room } = await chat.answer<{ room: object }>(
    'query ($id: ID!) { room(id: $id) { viewerLastRead unreadCount unreadMentionCount } }',
    { viewer, variables: { id: roomId } },
  )
  return room
}

async function receiptsFor(viewer: Viewer): Promise<object[]> {
  const { room } = await chat.answer<{ room: { receipts: { nodes: object[] } } }>(
    'query ($id: ID!) { room(id: $id) { receipts { nodes { sequence user { id } } } } }',
    { viewer, variables: { id: roomId } },
  )
  return room.receipts.nodes
}

describe('unread messages', () => {
  it('are those of others after the marker, withdrawn ones aside', async () => {
    await send(chat, alice, { roomId, mentionIds: [bob.userId] })
    await send(chat, bob, { roomId })
    const { id } = await send(chat, carla, { roomId })
    await send(chat, alice, { roomId, mentionIds: [bob.userId, carla.userId] })
    expect(await unreadOf(bob)).toEqual({
      viewerLastRead: 0,
      unreadCount: 3,
      unreadMentionCount: 2,
    })

    await change({ chat, viewer: carla }, 'redactMessage', { messageId: id })

    expect(await mark(bob, 1)).toEqual({
      __typename: 'Room',
      viewerLastRead: 1,
      unreadCount: 1,
      unreadMentionCount: 1,
    })
    expect(await mark(bob, 4)).toMatchObject({ unreadCount: 0, unreadMentionCount: 0 })
  })

  it('are counted up to a thousand', async () => {
    await history(chat, alice, { roomId, count: 1_050 })

    expect(await unreadOf(bob)).toMatchObject({ unreadCount: 1_000 })
    expect(await unreadOf(alice)).toMatchObject({ unreadCount: 0 })
  })

  it('do not count what was said before somebody came', async () => {
    await send(chat, alice, { roomId })
    const [dora = aViewer()] = await people(chat, 1)
    await chat.answer(
      'mutation ($input: AddRoomMembersInput!) { addRoomMembers(input: $input) { __typename } }',
      { viewer: alice, variables: { input: { roomId, memberIds: [dora.userId] } } },
    )
    await send(chat, alice, { roomId })

    expect(await unreadOf(dora)).toMatchObject({ viewerLastRead: 1, unreadCount: 1 })
  })

  it('are summed over all rooms that the viewer is in', async () => {
    const other = await createRoom(chat, alice, [bob])
    const left = await createRoom(chat, alice, [bob])
    for (const id of [roomId, other, other, left]) {
      await send(chat, alice, { roomId: id, mentionIds: [bob.userId] })
    }
    await leave(chat, bob, left)

    expect(
      await chat.answer('{ unread { roomCount messageCount mentionCount } }', { viewer: bob }),
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
    const statements = () => countStatements(() => chat.answer(document, { viewer: alice }))
    const few = await statements()
    for (const _ of sequencesFrom(1, 5)) await createRoom(chat, alice)

    expect(await statements()).toBe(few)
    // Rooms, totals, unread counts, drafts, receipts.
    expect(few).toBe(5)
  })
})

describe('markRoomRead', () => {
  beforeEach(async () => {
    for (const _ of sequencesFrom(1, 5)) await send(chat, alice, { roomId })
  })

  it('never goes back, nor beyond the latest message, also at once', async () => {
    await Promise.all([2, 4, 3, 1].map((sequence) => mark(bob, sequence)))
    expect(await unreadOf(bob)).toMatchObject({ viewerLastRead: 4 })

    await mark(bob, 2_000_000)

    expect(await unreadOf(bob)).toMatchObject({ viewerLastRead: 5 })
    expect(await receiptsFor(alice)).toEqual([{ sequence: 5, user: { id: bob.userId } }])
  })

  it('keeps private marks from the others', async () => {
    await mark(bob, 2)
    await mark(bob, 4, { private: true })
    await mark(carla, 3, { private: true })

    expect(await unreadOf(bob)).toMatchObject({ viewerLastRead: 4 })
    expect(await receiptsFor(alice)).toEqual([{ sequence: 2, user: { id: bob.userId } }])
  })

  it('refuses strangers, foreign rooms and what is no sequence', async () => {
    expect(await mark(aViewer(), 1)).toMatchObject({ code: 'ROOM_NOT_FOUND' })
    expect(await mark(bob, 1, { roomId: 'nonsense' })).toMatchObject({ code: 'ROOM_NOT_FOUND' })
    expect(await mark(bob, -1)).toMatchObject({ code: 'INVALID_INPUT' })
  })

  it('lists receipts page by page, without those who left', async () => {
    const crowd = await people(chat, 5)
    roomId = await createRoom(chat, alice, crowd)
    await history(chat, alice, { roomId, count: 5 })
    for (const [index, viewer] of crowd.entries()) await mark(viewer, (index % 3) + 1)
    const [gone = alice, ...present] = crowd
    await leave(chat, gone, roomId)

    const ids = await readPages(async (after) => {
      const data = await chat.answer<{
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
        { viewer: alice, variables: { id: roomId, after } },
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
    await history(chat, alice, { roomId, count: 9 })
    const listener = collect(await chat.listen(document, { viewer: carla, variables: { roomId } }))

    await mark(bob, 7, { private: true })
    await mark(bob, 3)
    await listener.received(1)
    await mark(bob, 9)
    await listener.received(2)
    await leave(chat, carla, roomId)
    await listener.end()

    expect(listener.events).toMatchObject([
      { receiptChanged: { sequence: 3, user: { id: bob.userId } } },
      { receiptChanged: { sequence: 9, user: { id: bob.userId } } },
    ])
  })

  it('refuses strangers', async () => {
    const refused = chat.listen(document, { viewer: aViewer(), variables: { roomId } })
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
    const variables = { input: { roomId, body } }
    const data = await chat.answer<{ saveDraft: object }>(document, { viewer, variables })
    return data.saveDraft
  }

  it('keeps the latest, for the viewer alone, until it is emptied', async () => {
    await save(bob, 'Dear all')
    expect(await save(bob, 'Dear all,\n')).toMatchObject({ viewerDraft: { body: 'Dear all,\n' } })
    expect(await save(alice, ' ')).toEqual({ __typename: 'Room', viewerDraft: null })

    expect(await save(bob, '')).toEqual({ __typename: 'Room', viewerDraft: null })
  })

  it('refuses strangers and what is too long', async () => {
    expect(await save(aViewer(), 'Hi')).toMatchObject({ code: 'ROOM_NOT_FOUND' })
    expect(await save(aViewer(), '')).toMatchObject({ code: 'ROOM_NOT_FOUND' })
    expect(await save(bob, 'x'.repeat(4_001))).toMatchObject({ code: 'INVALID_INPUT' })
  })
})
