import { countAllStatements } from '@gravity/shared/testing/count-statements'
import { eventually } from '@gravity/shared/testing/eventually'
import { openTestSubgraph } from '@gravity/shared/testing/open-test-subgraph'
import type { Viewer } from '@gravity/shared/viewer/viewer'
import { describe, expect, it } from '@jest/globals'
import { createSubgraph } from '../src/subgraph.ts'
import { change } from './changes.ts'
import { inChatRoom } from './chat-room.ts'
import { collect } from './collect.ts'
import { addMembers, createRoom, history, leave, markRead, send } from './fixtures.ts'
import { sequencesFrom } from './listener.ts'

const here = inChatRoom()

const document = `subscription ($after: [InboxPositionInput!]) {
  inbox(after: $after) {
    __typename
    ... on InboxMessage {
      room { id unreadCount unreadMentionCount } message { sequence body } mentionsViewer isNotification
    }
    ... on InboxMessageChange { room { id } change message { body reactions { emoji } } mentionsViewer }
    ... on InboxRoomAdded { room { id latestSequence } }
    ... on InboxRoomRemoved { roomId }
    ... on InboxRoomChanged { room { id name } }
    ... on InboxRoomRead { room { id unreadCount viewerLastRead } }
  }
}`

interface Position {
  readonly roomId: string
  readonly sequence: number
  readonly change?: number
  readonly lastRead?: number
}

interface Told {
  readonly __typename: string
  readonly room?: { readonly id: string }
  readonly message?: { readonly sequence: number; readonly body: string | null }
}

async function openInbox(viewer: Viewer, after?: readonly Position[]) {
  const stream = await here.chat.listen(document, { viewer, variables: { after } })
  const collected = collect(stream)
  return {
    ...collected,
    [Symbol.asyncDispose]: () => collected[Symbol.asyncDispose](),
    /** All that was told so far, by kind. */
    told(kind?: string): Told[] {
      // The test knows what it has subscribed to.
      const events = collected.events.map((event) => (event as { inbox: Told }).inbox)
      return kind === undefined ? events : events.filter(({ __typename }) => __typename === kind)
    },
    sequences(roomId: string): (number | undefined)[] {
      return this.told('InboxMessage')
        .filter(({ room }) => room?.id === roomId)
        .map(({ message }) => message?.sequence)
    },
  }
}

describe('inbox', () => {
  it('tells new messages of all rooms, with counts, and who is mentioned', async () => {
    const { chat, alice, bob, carla, roomId } = here
    const other = await createRoom(chat, carla, [bob])
    await using inbox = await openInbox(bob)

    await send(chat, alice, { roomId, body: 'Hello' })
    await send(chat, carla, { roomId: other, body: 'For you', mentionIds: [bob.userId] })
    await send(chat, bob, { roomId, body: 'Hello yourself' })

    await inbox.received(3)
    expect(inbox.told()).toEqual([
      {
        __typename: 'InboxMessage',
        room: { id: roomId, unreadCount: 1, unreadMentionCount: 0 },
        message: { sequence: 1, body: 'Hello' },
        mentionsViewer: false,
        isNotification: true,
      },
      expect.objectContaining({
        room: { id: other, unreadCount: 1, unreadMentionCount: 1 },
        mentionsViewer: true,
        isNotification: true,
      }),
      expect.objectContaining({
        message: { sequence: 2, body: 'Hello yourself' },
        isNotification: false,
      }),
    ])
  })

  it('tells reactions to own messages, and nothing of what becomes of those of others', async () => {
    const { chat, alice, bob, carla, roomId } = here
    const own = await send(chat, bob, { roomId, body: 'Lunch?' })
    const foreign = await send(chat, carla, { roomId, body: 'No' })
    await using inbox = await openInbox(bob)

    await change({ chat, viewer: alice }, 'addReaction', { messageId: foreign.id, emoji: '👎' })
    await change({ chat, viewer: alice }, 'addReaction', { messageId: own.id, emoji: '👍' })

    await inbox.received(1)
    expect(inbox.told()).toEqual([
      {
        __typename: 'InboxMessageChange',
        room: { id: roomId },
        change: 2,
        message: { body: 'Lunch?', reactions: [{ emoji: '👍' }] },
        mentionsViewer: false,
      },
    ])
  })

  it('is joined by rooms that the person comes into, and left by those that they leave', async () => {
    const { chat, alice, bob } = here
    await using inbox = await openInbox(bob)

    const opened = await createRoom(chat, alice, [bob])
    const joined = await createRoom(chat, alice)
    await addMembers(chat, alice, { roomId: joined, memberIds: [bob.userId] })
    await eventually(() => expect(inbox.told('InboxRoomAdded')).toHaveLength(2))
    await send(chat, alice, { roomId: joined, body: 'Welcome' })
    await eventually(() => expect(inbox.sequences(joined)).toEqual([1]))
    await leave(chat, bob, opened)
    await send(chat, alice, { roomId: opened, body: 'Gone?' })
    await send(chat, alice, { roomId: joined, body: 'Still here' })

    await eventually(() => expect(inbox.sequences(joined)).toEqual([1, 2]))
    expect(inbox.told('InboxRoomRemoved')).toEqual([
      { __typename: 'InboxRoomRemoved', roomId: opened },
    ])
    expect(inbox.sequences(opened)).toEqual([])
  })

  it('tells of invitations, and when they are settled', async () => {
    const { chat, alice, bob } = here
    const roomId = await createRoom(chat, alice)
    await using inbox = collect(
      await chat.listen('subscription { inbox { ... on InboxInvitations { pendingCount } } }', {
        viewer: bob,
      }),
    )

    const { inviteToRoom } = await chat.answer<{ inviteToRoom: { id: string } }>(
      `mutation ($input: InviteToRoomInput!) {
        inviteToRoom(input: $input) { ... on Invitation { id } }
      }`,
      { viewer: alice, variables: { input: { roomId, userId: bob.userId } } },
    )
    await inbox.received(1)
    await chat.answer(
      `mutation ($input: DeclineInvitationInput!) {
        declineInvitation(input: $input) { __typename }
      }`,
      { viewer: bob, variables: { input: { invitationId: inviteToRoom.id } } },
    )

    await inbox.received(2)
    expect(inbox.events).toEqual([{ inbox: { pendingCount: 1 } }, { inbox: { pendingCount: 0 } }])
  })

  it('tells what the person reads on another device, to nobody else', async () => {
    const { chat, alice, bob, roomId } = here
    await history(chat, alice, { roomId, count: 4 })
    await using inbox = await openInbox(bob)
    await using others = await openInbox(alice)

    await markRead(chat, bob, { roomId, sequence: 3, private: true })

    await inbox.received(1)
    expect(inbox.told()).toEqual([
      { __typename: 'InboxRoomRead', room: { id: roomId, unreadCount: 1, viewerLastRead: 3 } },
    ])
    expect(others.told()).toEqual([])
  })

  it('goes on where the reader was, in every room, without a seam', async () => {
    const { chat, alice, bob, roomId } = here
    const other = await createRoom(chat, alice, [bob])
    await history(chat, alice, { roomId, count: 130 })
    await history(chat, alice, { roomId: other, count: 70 })

    await using inbox = await openInbox(bob, [
      { roomId, sequence: 10 },
      { roomId: other.toUpperCase(), sequence: 70 },
    ])
    await send(chat, alice, { roomId })
    await send(chat, alice, { roomId: other })

    await inbox.received(122)
    expect(inbox.sequences(roomId)).toEqual(sequencesFrom(11, 131))
    expect(inbox.sequences(other)).toEqual([71])
  })

  it('tells who comes back of the changes, the rooms and the readings that they missed', async () => {
    const { chat, alice, bob, roomId } = here
    const own = await send(chat, bob, { roomId, body: 'Lunch?' })
    await change({ chat, viewer: alice }, 'addReaction', { messageId: own.id, emoji: '👍' })
    const left = await createRoom(chat, alice, [bob])
    await leave(chat, bob, left)
    const fresh = await createRoom(chat, alice, [bob])
    await markRead(chat, bob, { roomId, sequence: 1 })

    await using inbox = await openInbox(bob, [
      { roomId, sequence: 1, change: 0, lastRead: 0 },
      { roomId: left, sequence: 0 },
    ])

    await inbox.received(4)
    expect(inbox.told('InboxMessageChange')).toMatchObject([{ change: 1 }])
    expect(inbox.told('InboxRoomRemoved')).toMatchObject([{ roomId: left }])
    expect(inbox.told('InboxRoomAdded')).toMatchObject([{ room: { id: fresh } }])
    expect(inbox.told('InboxRoomRead')).toMatchObject([{ room: { id: roomId } }])
  })

  it('refuses a place that the room has not reached', async () => {
    const { chat, bob, roomId } = here
    const variables = { after: [{ roomId, sequence: 1 }] }

    await expect(chat.listen(document, { viewer: bob, variables })).rejects.toThrow(
      'BAD_USER_INPUT',
    )
  })

  it('loses nothing on a reader who is slow, and keeps no withdrawn text for them', async () => {
    const { chat, alice, bob, roomId } = here
    const stream = await chat.listen(document, { viewer: bob })
    const sent = []
    for (const _ of sequencesFrom(1, 230)) sent.push(await send(chat, alice, { roomId }))
    const last = sent[100]
    await change({ chat, viewer: alice }, 'redactMessage', { messageId: last?.id ?? '' })

    await using inbox = collect(stream)

    await inbox.received(230)
    const messages = (inbox.events as { inbox: Told }[]).map(({ inbox: { message } }) => message)
    expect(messages.map((message) => message?.sequence)).toEqual(sequencesFrom(1, 230))
    expect(messages[100]?.body).toBeNull()
  })

  it('finds what no hint has told of, also a room', async () => {
    const { chat, alice, bob, roomId } = here
    const { pubsub } = chat.platform
    // Another process, which dies after every commit.
    await using silent = await openTestSubgraph(createSubgraph, {
      platform: { ...chat.platform, pubsub: { ...pubsub, publish: async () => undefined } },
    })
    await using inbox = await openInbox(bob)

    await send(silent, alice, { roomId, body: 'Heard?' })
    const opened = await createRoom(silent, alice, [bob])

    await eventually(() => {
      expect(inbox.sequences(roomId)).toEqual([1])
      expect(inbox.told('InboxRoomAdded')).toMatchObject([{ room: { id: opened } }])
    })
  })

  it('costs one upstream and a few statements, however many rooms there are', async () => {
    const { chat, alice, bob } = here
    await chat.sql(
      `with opened as (
         insert into rooms (id, created_by, created_at, member_count)
         select gen_random_uuid(), $1, now(), 2 from generate_series(1, 1000) returning id)
       insert into memberships (room_id, user_id, role, joined_at)
       select id, user_id, 'member', now() from opened cross join unnest(array[$1, $2]::uuid[]) as user_id`,
      [alice.userId, bob.userId],
    )
    const open = async () => {
      await using inbox = await openInbox(bob)
      expect(inbox.told()).toEqual([])
    }

    expect(await countAllStatements(open)).toBeLessThanOrEqual(2)
  })
})
