import { aViewer } from '@gravity/shared/testing/a-viewer'
import { countStatements } from '@gravity/shared/testing/count-statements'
import { openTestSubgraph, type TestSubgraph } from '@gravity/shared/testing/open-test-subgraph'
import type { Viewer } from '@gravity/shared/viewer/viewer'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals'
import { createSubgraph } from '../src/subgraph.ts'
import { createRoom, people, type RoomPageData, readPages, send } from './fixtures.ts'

let chat: TestSubgraph
let alice: Viewer
let bob: Viewer

beforeAll(async () => {
  chat = await openTestSubgraph(createSubgraph)
})

beforeEach(async () => {
  const [first = aViewer(), second = aViewer()] = await people(chat, 2)
  alice = first
  bob = second
})

afterAll(() => chat[Symbol.asyncDispose]())

const rooms = `query ($first: Int, $after: String) {
  rooms(first: $first, after: $after) { nodes { id } pageInfo { hasNextPage endCursor } }
}`

function roomsOf(viewer: Viewer): Promise<string[]> {
  return readPages(async (after) => {
    const data = await chat.answer<{ rooms: RoomPageData }>(rooms, {
      viewer,
      variables: { first: 2, after },
    })
    return data.rooms
  })
}

describe('room', () => {
  const roomById = `query ($id: ID!) {
    room(id: $id) {
      id name viewerRole memberCount latestSequence lastMessageAt
      createdBy { id } lastMessage { sequence body }
    }
  }`

  async function seen(viewer: Viewer, id: string): Promise<object | null> {
    const data = await chat.answer<{ room: object | null }>(roomById, { viewer, variables: { id } })
    return data.room
  }

  it('shows what happened last', async () => {
    const id = await createRoom(chat, alice, [bob])
    expect(await seen(bob, id)).toEqual({
      id,
      name: 'A room',
      viewerRole: 'MEMBER',
      memberCount: 2,
      latestSequence: 0,
      lastMessageAt: null,
      createdBy: { id: alice.userId },
      lastMessage: null,
    })

    await send(chat, alice, { roomId: id })
    await send(chat, bob, { roomId: id, body: 'the last word' })

    expect(await seen(alice, id)).toMatchObject({
      latestSequence: 2,
      lastMessageAt: expect.stringMatching(/Z$/),
      lastMessage: { sequence: 2, body: 'the last word' },
    })
  })

  it('is null for strangers, foreign ids and ids that are none', async () => {
    const id = await createRoom(chat, alice)

    expect(await seen(alice, id.toUpperCase())).toMatchObject({ id })
    for (const foreign of [id, chat.platform.newId(), 'nonsense', '', "'; drop table rooms; --"]) {
      expect(await seen(bob, foreign)).toBeNull()
    }
  })

  it('is found by its reference only for members', async () => {
    const id = await createRoom(chat, alice)
    const entities = `query ($representations: [_Any!]!) {
      _entities(representations: $representations) { ... on Room { id name members { nodes { id } } } }
    }`
    const representations = [
      { __typename: 'Room', id },
      { __typename: 'Room', id: 'nonsense' },
    ]

    expect(await chat.answer(entities, { viewer: alice, variables: { representations } })).toEqual({
      _entities: [{ id, name: 'A room', members: { nodes: [{ id: alice.userId }] } }, null],
    })
    expect(await chat.answer(entities, { viewer: bob, variables: { representations } })).toEqual({
      _entities: [null, null],
    })
  })

  it('is not for the anonymous', async () => {
    for (const document of ['{ room(id: "x") { id } }', '{ rooms { nodes { id } } }']) {
      const { errors } = await chat.ask(document, { viewer: null })

      expect(errors?.[0]?.extensions?.['code']).toBe('UNAUTHENTICATED')
    }
  })
})

describe('rooms', () => {
  it('lists the viewer’s rooms once each, the latest activity first, page by page', async () => {
    const ids: string[] = []
    for (let count = 0; count < 5; count += 1) ids.unshift(await createRoom(chat, alice, [bob]))
    const [, second = '', , fourth = ''] = ids
    await createRoom(chat, bob)
    expect(await roomsOf(alice)).toEqual(ids)

    await send(chat, bob, { roomId: fourth })
    await send(chat, alice, { roomId: second })

    const others = ids.filter((id) => id !== second && id !== fourth)
    expect(await roomsOf(alice)).toEqual([second, fourth, ...others])
  })

  it('tells rooms of the same moment apart', async () => {
    const ids = [await createRoom(chat, alice), await createRoom(chat, alice)]
    ids.push(await createRoom(chat, alice))
    await chat.sql(`update rooms set created_at = '2026-01-01T00:00:00Z' where id = any($1)`, [ids])

    expect((await roomsOf(alice)).sort()).toEqual(ids.sort())
  })

  it.each([{ first: 0 }, { first: 101 }, { after: 'x' }, { after: '' }])(
    'refuses %j',
    async (variables) => {
      const { errors } = await chat.ask(rooms, { viewer: alice, variables })

      expect(errors?.[0]?.extensions?.['code']).toBe('BAD_USER_INPUT')
    },
  )

  it('shows rooms with members and messages in a number of statements that does not grow', async () => {
    const overview = `{
      rooms {
        nodes {
          name latestSequence viewerRole
          lastMessage { body author { id } }
          members(first: 3) { nodes { id } }
          messages(last: 2) { nodes { body author { id } room { id } } }
        }
      }
    }`
    const ask = () => countStatements(() => chat.answer(overview, { viewer: alice }))
    await send(chat, alice, { roomId: await createRoom(chat, alice, [bob]) })
    const forOne = await ask()

    for (let count = 0; count < 9; count += 1) {
      await send(chat, alice, { roomId: await createRoom(chat, alice, [bob]) })
    }

    // The rooms, the last messages, the members, the messages.
    expect(forOne).toBe(4)
    expect(await ask()).toBe(4)
  })
})

describe('Room.members', () => {
  it('lists everybody once, page by page', async () => {
    const crowd = await people(chat, 4)
    const id = await createRoom(chat, alice, crowd)

    const listed = await readPages(async (after) => {
      const data = await chat.answer<{ room: { members: RoomPageData } }>(
        `query ($id: ID!, $after: String) {
          room(id: $id) {
            members(first: 2, after: $after) { nodes { id } pageInfo { hasNextPage endCursor } }
          }
        }`,
        { viewer: alice, variables: { id, after } },
      )
      return data.room.members
    })

    expect(listed).toHaveLength(5)
    expect(new Set(listed)).toEqual(new Set([alice, ...crowd].map((viewer) => viewer.userId)))
  })
})
