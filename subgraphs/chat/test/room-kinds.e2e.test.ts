import { aViewer } from '@gravity/shared/testing/a-viewer'
import { openTestSubgraph, type TestSubgraph } from '@gravity/shared/testing/open-test-subgraph'
import type { Viewer } from '@gravity/shared/viewer/viewer'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals'
import { createSubgraph } from '../src/subgraph.ts'
import { leave, people, type RoomPageData, readPages, send } from './fixtures.ts'
import { bodiesOf, type Outcome, seenRoom, toldOf, wishes } from './room-changes.ts'

let chat: TestSubgraph
let say: ReturnType<typeof wishes>
let alice: Viewer
let bob: Viewer

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

const asRoom = '... on Room { id kind name topic history joinRule memberCount viewerRole }'

async function openChannel(owner: Viewer, input: object = {}): Promise<string> {
  const room = await say(owner, 'createRoom', {
    kind: 'CHANNEL',
    name: 'Announcements',
    ...input,
    fields: asRoom,
  })
  return room.id ?? ''
}

async function found(viewer: Viewer, search?: string): Promise<string[]> {
  return readPages(async (after) => {
    const data = await chat.answer<{ channels: RoomPageData }>(
      `query ($search: String, $after: String) {
        channels(search: $search, first: 2, after: $after) {
          nodes { id } pageInfo { hasNextPage endCursor }
        }
      }`,
      { viewer, variables: { search, after } },
    )
    return data.channels
  })
}

describe('a channel', () => {
  it('is found by everybody, by all words of its name, topic and description, in any case', async () => {
    const tea = await openChannel(alice, { name: 'Tea & Time', topic: 'ÖFFENTLICH, of course' })
    const five = await openChannel(alice, { name: 'Five o’clock', description: 'also tea' })
    const work = await openChannel(alice, { name: 'Work' })

    expect(await found(bob)).toEqual(expect.arrayContaining([tea, five, work]))
    expect(await found(bob, 'TEA')).toEqual([five, tea])
    expect(await found(bob, 'öffentlich tea')).toEqual([tea])
    expect(await found(bob, "nothing '; --%")).toEqual([])
  })

  it('shows strangers what it is, and not what is said in it', async () => {
    const id = await openChannel(alice, { topic: 'News' })
    await send(chat, alice, { roomId: id })
    const document = `query ($id: ID!) {
      channel(id: $id) { name topic memberCount viewerIsMember room { id } messages { nodes { body } } }
    }`

    expect(
      await chat.answer(document, { viewer: bob, variables: { id: id.toUpperCase() } }),
    ).toEqual({
      channel: {
        name: 'Announcements',
        topic: 'News',
        memberCount: 1,
        viewerIsMember: false,
        room: null,
        messages: { nodes: [] },
      },
    })
    expect(await seenRoom(chat, bob, { id, fields: 'id' })).toBeNull()
  })

  it('lets everybody in who wants to, once, and tells that they came', async () => {
    const roomId = await openChannel(alice)

    const joined = await say(bob, 'joinRoom', { roomId: roomId.toUpperCase(), fields: asRoom })
    await say(bob, 'joinRoom', { roomId })

    expect(joined).toMatchObject({ id: roomId, memberCount: 2, viewerRole: 'MEMBER' })
    expect(await toldOf(chat, roomId, 'chat.members-joined.v1')).toEqual([
      { roomId, userIds: [bob.userId], addedBy: bob.userId },
    ])
  })

  it('lets nobody in when it is not open, and groups are as if they did not exist', async () => {
    const roomId = await openChannel(alice)
    await say(alice, 'changeRoomSettings', { roomId, joinRule: 'INVITE' })
    const group = await say(alice, 'createRoom', { fields: asRoom })

    expect(await say(bob, 'joinRoom', { roomId })).toMatchObject({ code: 'INVITATION_REQUIRED' })
    expect(await say(bob, 'joinRoom', { roomId: group.id })).toMatchObject({
      code: 'ROOM_NOT_FOUND',
    })
    expect(await say(bob, 'joinRoom', { roomId: 'nonsense' })).toMatchObject({
      code: 'ROOM_NOT_FOUND',
    })
  })

  it('has a name, also later', async () => {
    const roomId = await openChannel(alice)

    expect(await say(alice, 'createRoom', { kind: 'CHANNEL' })).toMatchObject({
      code: 'INVALID_INPUT',
    })
    expect(await say(alice, 'renameRoom', { roomId, name: null })).toMatchObject({
      code: 'INVALID_INPUT',
    })
  })
})

describe('changeRoomSettings', () => {
  it('changes what is named and nothing else, and tells it once', async () => {
    const roomId = await openChannel(alice, { topic: 'News', description: 'All of it' })

    const changed = await say(alice, 'changeRoomSettings', {
      roomId,
      topic: null,
      slowModeSeconds: 10,
      retentionDays: 30,
      fields: '... on Room { topic description slowModeSeconds retentionDays }',
    })
    await say(alice, 'changeRoomSettings', { roomId, retentionDays: 30 })

    expect(changed).toMatchObject({
      topic: null,
      description: 'All of it',
      slowModeSeconds: 10,
      retentionDays: 30,
    })
    expect(await toldOf(chat, roomId, 'chat.room-configured.v1')).toHaveLength(1)
  })

  it.each([
    [{ topic: 'x'.repeat(251) }, 'INVALID_INPUT'],
    [{ topic: 'two\nlines' }, 'INVALID_INPUT'],
    [{ slowModeSeconds: -1 }, 'INVALID_INPUT'],
    [{ retentionDays: 0 }, 'INVALID_INPUT'],
  ])('refuses %j', async (settings, code) => {
    const roomId = await openChannel(alice)
    expect(await say(alice, 'changeRoomSettings', { roomId, ...settings })).toMatchObject({ code })
  })

  it('is for those whom the permissions name', async () => {
    const roomId = await openChannel(alice)
    await say(bob, 'joinRoom', { roomId })
    const topic = { roomId, topic: 'Ours' }
    const kept = { roomId, retentionDays: 1 }

    expect(await say(bob, 'changeRoomSettings', topic)).toMatchObject({
      code: 'PERMISSION_REQUIRED',
    })
    await say(alice, 'changeMemberRole', { roomId, userId: bob.userId, role: 'MODERATOR' })
    expect(await say(bob, 'changeRoomSettings', topic)).toMatchObject({ __typename: 'Room' })
    expect(await say(bob, 'changeRoomSettings', kept)).toMatchObject({
      code: 'PERMISSION_REQUIRED',
    })
    expect(await say(aViewer(), 'changeRoomSettings', topic)).toMatchObject({
      code: 'ROOM_NOT_FOUND',
    })
  })
})

describe('an archived room', () => {
  it('is read-only for everybody, until it is restored', async () => {
    const roomId = await openChannel(alice)
    await say(bob, 'joinRoom', { roomId })
    const { id: messageId } = await send(chat, bob, { roomId, body: 'the last word' })

    expect(await say(bob, 'archiveRoom', { roomId })).toMatchObject({ code: 'PERMISSION_REQUIRED' })
    await say(alice, 'archiveRoom', { roomId })
    expect(await say(alice, 'archiveRoom', { roomId })).toMatchObject({ __typename: 'Room' })

    const wanted = { roomId, clientMessageId: 'c', body: 'one more' }
    const refused = { code: 'ROOM_ARCHIVED' }
    expect(await say(alice, 'sendMessage', wanted)).toMatchObject(refused)
    expect(await say(bob, 'editMessage', { messageId, body: 'x' })).toMatchObject(refused)
    expect(await say(alice, 'addReaction', { messageId, emoji: '👍' })).toMatchObject(refused)
    expect(await say(alice, 'pinMessage', { messageId })).toMatchObject(refused)
    expect(await say(aViewer(), 'joinRoom', { roomId })).toMatchObject(refused)
    expect(await bodiesOf(chat, bob, roomId)).toEqual(['the last word'])
    expect(await found(bob)).not.toContain(roomId)

    await say(alice, 'restoreRoom', { roomId })
    expect(await say(alice, 'sendMessage', wanted)).toMatchObject({ __typename: 'Message' })
    expect(await toldOf(chat, roomId, 'chat.room-configured.v1')).toHaveLength(2)
  })
})

describe('openDirectRoom', () => {
  const direct = '... on Room { id kind name memberCount viewerRole directWith { id } }'

  function open(viewer: Viewer, userId: string): Promise<Outcome> {
    return say(viewer, 'openDirectRoom', { userId, fields: direct })
  }

  it('gives each pair one room, also when both open it fifty times at once', async () => {
    const rooms = await Promise.all(
      Array.from({ length: 50 }, (_, index) =>
        index % 2 === 0 ? open(alice, bob.userId) : open(bob, alice.userId.toUpperCase()),
      ),
    )

    expect(new Set(rooms.map((room) => room.id)).size).toBe(1)
    expect(rooms[0]).toMatchObject({
      kind: 'DIRECT',
      name: null,
      memberCount: 2,
      directWith: { id: bob.userId },
    })
    expect(rooms[1]).toMatchObject({ directWith: { id: alice.userId } })
    expect(await toldOf(chat, rooms[0]?.id ?? '', 'chat.room-created.v1')).toHaveLength(1)
  })

  it('is for two people, both of whom exist', async () => {
    const stranger = '0179e7a0-1111-7abc-8def-0123456789ab'

    expect(await open(alice, alice.userId)).toMatchObject({ code: 'INVALID_INPUT' })
    expect(await open(alice, 'nobody')).toMatchObject({ code: 'INVALID_INPUT' })
    expect(await open(alice, stranger)).toMatchObject({ code: 'UNKNOWN_PEOPLE' })
    expect(
      await say(alice, 'createRoom', { kind: 'DIRECT', memberIds: [bob.userId] }),
    ).toMatchObject({ code: 'INVALID_INPUT' })
  })

  it('stays a room of two: nobody leaves, comes, is banned, or changes it', async () => {
    const { id: roomId = '' } = await open(alice, bob.userId)
    const [carla = aViewer()] = await people(chat, 1)

    expect(await leave(chat, alice, roomId)).toMatchObject({ code: 'WRONG_ROOM_KIND' })
    expect(await say(alice, 'addRoomMembers', { roomId, memberIds: [carla.userId] })).toMatchObject(
      {
        code: 'OWNER_REQUIRED',
      },
    )
    expect(await say(alice, 'banPerson', { roomId, userId: bob.userId })).toMatchObject({
      code: 'PERMISSION_REQUIRED',
    })
    expect(await say(alice, 'changeRoomSettings', { roomId, topic: 'us' })).toMatchObject({
      code: 'WRONG_ROOM_KIND',
    })
  })

  it('is one of the database’s own rules', async () => {
    const { id: roomId = '' } = await open(alice, bob.userId)
    const copy = `insert into rooms (id, kind, created_by, created_at, member_count, direct_first, direct_second)
      select gen_random_uuid(), 'direct', created_by, now(), 2, direct_first, direct_second
      from rooms where id = $1`

    await expect(chat.sql(copy, [roomId])).rejects.toThrow('rooms_of_pair')
  })
})
