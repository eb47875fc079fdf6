import { aViewer } from '@gravity/shared/testing/a-viewer'
import { openTestSubgraph, type TestSubgraph } from '@gravity/shared/testing/open-test-subgraph'
import type { Viewer } from '@gravity/shared/viewer/viewer'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals'
import { createSubgraph } from '../src/subgraph.ts'
import { arrive, createRoom, leave, people } from './fixtures.ts'

let chat: TestSubgraph
let alice: Viewer
let bob: Viewer
let carla: Viewer

beforeAll(async () => {
  chat = await openTestSubgraph(createSubgraph)
})

beforeEach(async () => {
  const viewers = await people(chat, 3)
  const [first = aViewer(), second = aViewer(), third = aViewer()] = viewers
  alice = first
  bob = second
  carla = third
})

afterAll(() => chat[Symbol.asyncDispose]())

const roomById = `query ($id: ID!) {
  room(id: $id) {
    id viewerRole memberCount
  }
}`

const create = `mutation ($input: CreateRoomInput!) {
  createRoom(input: $input) {
    __typename
    ... on Room { id name viewerRole memberCount createdBy { id } members { nodes { id } } }
    ... on Problem { code }
    ... on InvalidInput { field }
    ... on UnknownPeople { personIds }
    ... on TooManyMembers { limit }
  }
}`

const add = `mutation ($input: AddRoomMembersInput!) {
  addRoomMembers(input: $input) {
    __typename
    ... on Room { id memberCount viewerRole }
    ... on Problem { code }
    ... on UnknownPeople { personIds }
  }
}`

async function created(viewer: Viewer, input: object): Promise<object> {
  const data = await chat.answer<{ createRoom: object }>(create, { viewer, variables: { input } })
  return data.createRoom
}

async function added(
  viewer: Viewer,
  roomId: string,
  memberIds: readonly string[],
): Promise<object> {
  const data = await chat.answer<{ addRoomMembers: object }>(add, {
    viewer,
    variables: { input: { roomId, memberIds } },
  })
  return data.addRoomMembers
}

async function seen(viewer: Viewer, id: string): Promise<object | null> {
  const data = await chat.answer<{ room: object | null }>(roomById, { viewer, variables: { id } })
  return data.room
}

function events(roomId: string): Promise<unknown[]> {
  return chat.sql(
    `select name, aggregate_version::integer as version, payload
     from outbox where aggregate_id = $1 order by position`,
    [roomId],
  )
}

describe('createRoom', () => {
  it('opens a room with the viewer as its owner', async () => {
    const room = await created(alice, { name: '  Tea  room ', memberIds: [bob.userId] })

    expect(room).toMatchObject({
      __typename: 'Room',
      name: 'Tea room',
      viewerRole: 'OWNER',
      memberCount: 2,
      createdBy: { id: alice.userId },
    })
    expect(room).toHaveProperty('members.nodes', expect.arrayContaining([{ id: bob.userId }]))
  })

  it('tells the event with the room', async () => {
    const roomId = await createRoom(chat, alice, [bob])

    expect(await events(roomId)).toEqual([
      {
        name: 'chat.room-created.v1',
        version: 1,
        payload: { roomId, createdBy: alice.userId, memberIds: [alice.userId, bob.userId] },
      },
    ])
  })

  it('needs neither a name nor other members', async () => {
    expect(await created(alice, {})).toMatchObject({ name: null, memberCount: 1 })
    expect(await created(alice, { name: null, memberIds: [] })).toMatchObject({ memberCount: 1 })
  })

  it('counts nobody twice, neither the viewer nor a person named again in capitals', async () => {
    const memberIds = [bob.userId, bob.userId.toUpperCase(), alice.userId]

    expect(await created(alice, { memberIds })).toMatchObject({ memberCount: 2 })
  })

  it.each(['', '   ', 'a\nb', 'x'.repeat(81)])('refuses the name %j', async (name) => {
    expect(await created(alice, { name })).toMatchObject({
      __typename: 'InvalidInput',
      field: 'name',
    })
  })

  it.each(['nobody', '', "'; drop table rooms; --", 'x'.repeat(10_000)])(
    'refuses the foreign member id %#',
    async (id) => {
      expect(await created(alice, { memberIds: [bob.userId, id] })).toMatchObject({
        __typename: 'InvalidInput',
        field: 'memberIds',
      })
    },
  )

  it('names the people who do not exist, and opens nothing', async () => {
    // Made long ago, so that nobody waits for them.
    const stranger = '0179e7a0-1111-7abc-8def-0123456789ab'
    const room = await created(alice, { memberIds: [bob.userId, stranger] })

    expect(room).toEqual({
      __typename: 'UnknownPeople',
      code: 'UNKNOWN_PEOPLE',
      personIds: [stranger],
    })
    expect(await chat.answer('{ rooms { nodes { id } } }', { viewer: alice })).toEqual({
      rooms: { nodes: [] },
    })
  })

  it('waits for a person who has registered only just now', async () => {
    const fresh = aViewer({ userId: chat.platform.newId() })

    const arriving = arrive(chat, fresh)
    const room = await created(alice, { memberIds: [fresh.userId] })
    await arriving

    expect(room).toMatchObject({ __typename: 'Room', memberCount: 2 })
  })

  it('refuses more members than a room may have', async () => {
    const memberIds = Array.from({ length: 2_000 }, () => chat.platform.newId())

    expect(await created(alice, { memberIds })).toEqual({
      __typename: 'TooManyMembers',
      code: 'TOO_MANY_MEMBERS',
      limit: 2_000,
    })
  })

  it('is not for the anonymous', async () => {
    const { errors } = await chat.ask(create, { viewer: null, variables: { input: {} } })

    expect(errors?.[0]?.extensions?.['code']).toBe('UNAUTHENTICATED')
  })
})

describe('addRoomMembers', () => {
  it('brings people in, tells the event, and changes nothing the second time', async () => {
    const roomId = await createRoom(chat, alice, [bob])
    const memberIds = [bob.userId, carla.userId]

    const room = { __typename: 'Room', id: roomId, memberCount: 3, viewerRole: 'OWNER' }
    expect(await added(alice, roomId, memberIds)).toEqual(room)
    expect(await added(alice, roomId, memberIds)).toEqual(room)

    expect(await seen(carla, roomId)).toMatchObject({ viewerRole: 'MEMBER', memberCount: 3 })
    expect((await events(roomId)).slice(1)).toEqual([
      {
        name: 'chat.members-joined.v1',
        version: 2,
        payload: { roomId, userIds: [carla.userId], addedBy: alice.userId },
      },
    ])
  })

  it('counts rightly when the same people are brought in at once', async () => {
    const roomId = await createRoom(chat, alice)
    const crowd = (await people(chat, 10)).map((viewer) => viewer.userId)

    await Promise.all(
      crowd.map((_, index) => added(alice, roomId, crowd.slice(0, index + 1).reverse())),
    )

    expect(await seen(alice, roomId)).toMatchObject({ memberCount: 11 })
  })

  it('is for owners: a member is told so, a stranger finds no room', async () => {
    const roomId = await createRoom(chat, alice, [bob])

    expect(await added(bob, roomId, [carla.userId])).toMatchObject({ code: 'OWNER_REQUIRED' })
    expect(await added(carla, roomId, [carla.userId])).toMatchObject({ code: 'ROOM_NOT_FOUND' })
    expect(await added(alice, 'nonsense', [])).toMatchObject({ code: 'ROOM_NOT_FOUND' })
    expect(await seen(carla, roomId)).toBeNull()
  })

  it('refuses unknown people and more members than a room may have', async () => {
    const roomId = await createRoom(chat, alice, [bob])
    const stranger = '0179e7a0-1111-7abc-8def-0123456789ab'
    const crowd = (await people(chat, 1_999)).map((viewer) => viewer.userId)

    expect(await added(alice, roomId, [stranger])).toMatchObject({ personIds: [stranger] })
    expect(await added(alice, roomId, crowd)).toMatchObject({ code: 'TOO_MANY_MEMBERS' })
    expect(await seen(alice, roomId)).toMatchObject({ memberCount: 2 })
  })
})

describe('leaveRoom', () => {
  it('hides the room from who leaves, tells the event, and succeeds a second time', async () => {
    const roomId = await createRoom(chat, alice, [bob])

    expect(await leave(chat, bob, roomId)).toEqual({ __typename: 'RoomLeft', roomId })
    expect(await leave(chat, bob, roomId)).toEqual({ __typename: 'RoomLeft', roomId })

    expect(await seen(bob, roomId)).toBeNull()
    expect(await seen(alice, roomId)).toMatchObject({ memberCount: 1 })
    expect((await events(roomId)).slice(1)).toEqual([
      { name: 'chat.member-left.v1', version: 2, payload: { roomId, userId: bob.userId } },
    ])
  })

  it('makes the longest member the owner when the last owner leaves', async () => {
    const roomId = await createRoom(chat, alice, [bob])
    await added(alice, roomId, [carla.userId])

    await leave(chat, alice, roomId)

    expect(await seen(bob, roomId)).toMatchObject({ viewerRole: 'OWNER' })
    expect(await seen(carla, roomId)).toMatchObject({ viewerRole: 'MEMBER' })
  })

  it('lets somebody come back, as a member', async () => {
    const roomId = await createRoom(chat, alice, [bob])
    await leave(chat, bob, roomId)

    await added(alice, roomId, [bob.userId])

    expect(await seen(bob, roomId)).toMatchObject({ viewerRole: 'MEMBER', memberCount: 2 })
  })

  it('finds no room for a stranger or a foreign id', async () => {
    const roomId = await createRoom(chat, alice)

    for (const id of [roomId, chat.platform.newId(), 'nonsense', '']) {
      expect(await leave(chat, bob, id)).toEqual({
        __typename: 'RoomNotFound',
        code: 'ROOM_NOT_FOUND',
      })
    }
  })
})
