import { aViewer } from '@gravity/shared/testing/a-viewer'
import { eventually } from '@gravity/shared/testing/eventually'
import type { Viewer } from '@gravity/shared/viewer/viewer'
import { describe, expect, it } from '@jest/globals'
import { inChatRoom } from './chat-room.ts'
import { collect } from './collect.ts'
import { markRead, people, type RoomPageData, readPages, send, setRole } from './fixtures.ts'

const here = inChatRoom()

async function wish(viewer: Viewer, input: object): Promise<object> {
  const data = await here.chat.answer<{ setRoomNotifications: object }>(
    `mutation ($input: SetRoomNotificationsInput!) {
      setRoomNotifications(input: $input) {
        __typename
        ... on Room { viewerNotifications { level isUsual mutedUntil } }
        ... on Problem { code }
      }
    }`,
    { viewer, variables: { input: { roomId: here.roomId, ...input } } },
  )
  return data.setRoomNotifications
}

async function change(viewer: Viewer, input: object): Promise<object> {
  const data = await here.chat.answer<{ changeChatSettings: object }>(
    `mutation ($input: ChangeChatSettingsInput!) {
      changeChatSettings(input: $input) {
        ... on ChatSettings { notificationLevel receiptsArePrivate isInvisible sharesLastActive }
      }
    }`,
    { viewer, variables: { input } },
  )
  return data.changeChatSettings
}

async function ignore(viewer: Viewer, userId: string): Promise<object> {
  const data = await here.chat.answer<{ ignorePerson: object }>(
    `mutation ($input: IgnorePersonInput!) {
      ignorePerson(input: $input) {
        __typename ... on PersonIgnored { user { id } } ... on Problem { code }
      }
    }`,
    { viewer, variables: { input: { userId } } },
  )
  return data.ignorePerson
}

/** Whom the events of mentions named, in the order of the messages. */
async function mentioned(): Promise<string[][]> {
  const rows = await here.chat.sql<{ ids: string[] }>(
    `select payload -> 'userIds' as ids from outbox
     where aggregate_id = $1 and name = 'chat.people-mentioned.v1' order by position`,
    [here.roomId],
  )
  return rows.map(({ ids }) => ids)
}

async function unread(viewer: Viewer): Promise<object> {
  const { room } = await here.chat.answer<{ room: object }>(
    'query ($id: ID!) { room(id: $id) { unreadCount unreadMentionCount } }',
    { viewer, variables: { id: here.roomId } },
  )
  return room
}

describe('setRoomNotifications', () => {
  it('is the wish of one person for one room', async () => {
    const { alice, bob } = here
    expect(await wish(aViewer(), { level: 'NOTHING' })).toMatchObject({ code: 'ROOM_NOT_FOUND' })
    expect(await wish(bob, { mutedUntil: '2020-01-01T00:00:00Z' })).toMatchObject({
      code: 'INVALID_INPUT',
    })

    expect(await wish(bob, { level: 'MENTIONS' })).toEqual({
      __typename: 'Room',
      viewerNotifications: { level: 'MENTIONS', isUsual: false, mutedUntil: null },
    })
    expect(await wish(alice, {})).toMatchObject({
      viewerNotifications: { level: 'ALL', isUsual: true },
    })
  })

  it('gives way to what the person wants everywhere when it is taken back', async () => {
    const { bob } = here
    await wish(bob, { level: 'ALL' })

    expect(await change(bob, { notificationLevel: 'NOTHING' })).toEqual({
      notificationLevel: 'NOTHING',
      receiptsArePrivate: false,
      isInvisible: false,
      sharesLastActive: true,
    })

    expect(await wish(bob, { level: null })).toMatchObject({
      viewerNotifications: { level: 'NOTHING', isUsual: true },
    })
  })

  it('decides who is told of a mention', async () => {
    const { chat, alice, bob, carla, roomId } = here
    const mentionIds = [bob.userId, carla.userId]

    await send(chat, alice, { roomId, mentionIds })
    await wish(bob, { mutedUntil: new Date(Date.now() + 60_000).toISOString() })
    await send(chat, alice, { roomId, mentionIds })
    await wish(carla, { level: 'NOTHING' })
    await send(chat, alice, { roomId, mentionIds })

    expect(await mentioned()).toEqual([[bob.userId, carla.userId].toSorted(), [carla.userId]])
  })

  it('decides what an inbox is notified of', async () => {
    const { chat, alice, bob, roomId } = here
    await wish(bob, { level: 'MENTIONS' })
    await using inbox = collect(
      await chat.listen(
        'subscription { inbox { ... on InboxMessage { isNotification mentionsViewer } } }',
        { viewer: bob },
      ),
    )

    await send(chat, alice, { roomId })
    await send(chat, alice, { roomId, mentionIds: [bob.userId] })

    await inbox.received(2)
    expect(inbox.events).toEqual([
      { inbox: { isNotification: false, mentionsViewer: false } },
      { inbox: { isNotification: true, mentionsViewer: true } },
    ])
  })
})

describe('@everyone and @here', () => {
  it('mention all members when the author may, and are plain text when not', async () => {
    const { chat, alice, bob, carla, roomId } = here

    await send(chat, bob, { roomId, body: '@everyone please read' })
    expect(await mentioned()).toEqual([])
    await setRole(chat, alice, { roomId, userId: bob.userId, role: 'MODERATOR' })
    await send(chat, bob, { roomId, body: '@everyone please read' })

    expect(await mentioned()).toEqual([[alice.userId, carla.userId].toSorted()])
    expect(await unread(carla)).toEqual({ unreadCount: 2, unreadMentionCount: 1 })
  })

  it('mean those who are there by @here', async () => {
    const { chat, alice, carla, roomId } = here
    await using _open = collect(
      await chat.listen('subscription { inbox { __typename } }', { viewer: carla }),
    )
    const document = `query ($who: [_Any!]!) {
      _entities(representations: $who) { ... on User { presence { status } } }
    }`
    const who = [{ __typename: 'User', id: carla.userId }]
    await eventually(async () => {
      expect(await chat.answer(document, { viewer: alice, variables: { who } })).toEqual({
        _entities: [{ presence: { status: 'ONLINE' } }],
      })
    })

    await send(chat, alice, { roomId, body: 'Quick question, @here' })

    expect(await mentioned()).toEqual([[carla.userId]])
  })
})

describe('ignorePerson', () => {
  it('hides somebody everywhere from one person, who alone knows', async () => {
    const { chat, alice, bob, carla, roomId } = here
    expect(await ignore(bob, alice.userId.toUpperCase())).toEqual({
      __typename: 'PersonIgnored',
      user: { id: alice.userId },
    })
    await using inbox = collect(
      await chat.listen('subscription { inbox { ... on InboxMessage { message { body } } } }', {
        viewer: bob,
      }),
    )

    await send(chat, alice, { roomId, body: 'noise', mentionIds: [bob.userId] })
    await send(chat, carla, { roomId, body: 'signal' })

    await inbox.received(1)
    expect(inbox.events).toEqual([{ inbox: { message: { body: 'signal' } } }])
    expect(await mentioned()).toEqual([])
    expect(await unread(bob)).toEqual({ unreadCount: 1, unreadMentionCount: 0 })
    const flags = `query ($id: ID!) { room(id: $id) { messages { nodes { isFromIgnored } } } }`
    expect(await chat.answer(flags, { viewer: bob, variables: { id: roomId } })).toEqual({
      room: { messages: { nodes: [{ isFromIgnored: true }, { isFromIgnored: false }] } },
    })
    expect(await chat.answer(flags, { viewer: carla, variables: { id: roomId } })).toEqual({
      room: { messages: { nodes: [{ isFromIgnored: false }, { isFromIgnored: false }] } },
    })
  })

  it('refuses oneself and nobody, and may be repeated and ended', async () => {
    const { chat, alice, bob } = here
    expect(await ignore(bob, bob.userId)).toMatchObject({ code: 'INVALID_INPUT' })
    expect(await ignore(bob, 'nobody')).toMatchObject({ code: 'UNKNOWN_PEOPLE' })
    await ignore(bob, alice.userId)
    expect(await ignore(bob, alice.userId)).toMatchObject({ __typename: 'PersonIgnored' })

    await chat.answer(
      `mutation ($input: StopIgnoringPersonInput!) {
        stopIgnoringPerson(input: $input) { ... on PersonNotIgnored { user { id } } }
      }`,
      { viewer: bob, variables: { input: { userId: alice.userId } } },
    )

    expect(await ignoredBy(bob)).toEqual([])
  })

  it('is listed page by page', async () => {
    const others = await people(here.chat, 5)
    for (const { userId } of others) await ignore(here.bob, userId)

    expect((await ignoredBy(here.bob)).toSorted()).toEqual(
      others.map(({ userId }) => userId).toSorted(),
    )
  })
})

function ignoredBy(viewer: Viewer): Promise<string[]> {
  return readPages(async (after) => {
    const data = await here.chat.answer<{ ignoredPeople: RoomPageData }>(
      `query ($after: String) {
        ignoredPeople(first: 2, after: $after) { nodes { id } pageInfo { hasNextPage endCursor } }
      }`,
      { viewer, variables: { after } },
    )
    return data.ignoredPeople
  })
}

describe('private receipts', () => {
  it('never leave who wants all of theirs to be private', async () => {
    const { chat, alice, bob, roomId } = here
    await change(bob, { receiptsArePrivate: true })
    await send(chat, alice, { roomId })
    await using receipts = collect(
      await chat.listen(
        'subscription ($roomId: ID!) { receiptChanged(roomId: $roomId) { user { id } } }',
        { viewer: alice, variables: { roomId } },
      ),
    )

    expect(await markRead(chat, bob, { roomId, sequence: 1 })).toMatchObject({
      viewerLastRead: 1,
      unreadCount: 0,
    })
    await markRead(chat, alice, { roomId, sequence: 1 })

    await receipts.received(1)
    expect(receipts.events).toEqual([{ receiptChanged: { user: { id: alice.userId } } }])
  })
})
