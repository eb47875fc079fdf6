import { aViewer } from '@gravity/shared/testing/a-viewer'
import { countAllStatements, countStatements } from '@gravity/shared/testing/count-statements'
import { beforeEach, describe, expect, it } from '@jest/globals'
import { change } from './changes.ts'
import { inChatRoom } from './chat-room.ts'
import { createRoom, people, type RoomPageData, readPages, send, setRole } from './fixtures.ts'
import { sequencesFrom } from './listener.ts'

const here = inChatRoom()

describe('a thread', () => {
  const document = `query ($id: ID!, $after: String) {
    message(id: $id) {
      replyCount lastReplyAt replyParticipants { id }
      replies(first: 2, after: $after) {
        nodes { id body replyTo { id } threadRoot { id } replyCount }
        pageInfo { hasNextPage endCursor }
      }
    }
  }`

  interface Thread {
    readonly message: {
      readonly replyCount: number
      readonly replyParticipants: readonly object[]
      readonly replies: RoomPageData
    }
  }

  it('gathers replies and replies to them, page by page', async () => {
    const root = await send(here.chat, here.alice, { roomId: here.roomId })
    const first = await send(here.chat, here.bob, {
      roomId: here.roomId,
      replyToId: root.id.toUpperCase(),
    })
    const second = await send(here.chat, here.carla, { roomId: here.roomId, replyToId: first.id })
    const third = await send(here.chat, here.bob, { roomId: here.roomId, replyToId: second.id })
    const ask = (id: string, after: string | null = null) =>
      here.chat.answer<Thread>(document, { viewer: here.carla, variables: { id, after } })

    const { message } = await ask(root.id)
    const ids = await readPages(async (after) => (await ask(root.id, after)).message.replies)

    expect(message).toMatchObject({
      replyCount: 3,
      replyParticipants: [{ id: here.bob.userId }, { id: here.carla.userId }],
      replies: {
        nodes: [
          { replyTo: { id: root.id }, threadRoot: { id: root.id }, replyCount: 0 },
          { replyTo: { id: first.id }, threadRoot: { id: root.id } },
        ],
      },
    })
    expect(ids).toEqual([first.id, second.id, third.id])
    expect((await ask(first.id)).message).toMatchObject({ replyCount: 0, replyParticipants: [] })
  })

  it('is of one room, and its messages are seen by nobody else', async () => {
    const elsewhere = await createRoom(here.chat, here.alice)
    const foreign = await send(here.chat, here.alice, { roomId: elsewhere })

    for (const replyToId of [foreign.id, here.chat.platform.newId(), 'nonsense']) {
      expect(await send(here.chat, here.alice, { roomId: here.roomId, replyToId })).toMatchObject({
        __typename: 'MessageNotFound',
      })
    }
    expect(
      await here.chat.answer(document, { viewer: here.bob, variables: { id: foreign.id } }),
    ).toEqual({
      message: null,
    })
  })
})

describe('reactions', () => {
  it('are counted once per person and emoji, in the order in which they came', async () => {
    const { id: messageId } = await send(here.chat, here.alice, { roomId: here.roomId })
    await change({ chat: here.chat, viewer: here.bob }, 'addReaction', { messageId, emoji: '🎉' })
    await change({ chat: here.chat, viewer: here.bob }, 'addReaction', {
      messageId,
      emoji: '\u2764',
    })
    await Promise.all(
      [here.carla, here.carla, here.alice].map((viewer) =>
        change({ chat: here.chat, viewer }, 'addReaction', { messageId, emoji: '❤️' }),
      ),
    )

    const seen = await change({ chat: here.chat, viewer: here.alice }, 'removeReaction', {
      messageId,
      emoji: '🎉',
    })

    expect(seen).toMatchObject({
      reactions: [
        { emoji: '🎉', count: 1, viewerReacted: false, people: [{ id: here.bob.userId }] },
        { emoji: '❤️', count: 3, viewerReacted: true },
      ],
    })
    expect(
      await change({ chat: here.chat, viewer: here.bob }, 'removeReaction', {
        messageId,
        emoji: '🎉',
      }),
    ).toMatchObject({
      reactions: [{ emoji: '❤️', count: 3 }],
    })
  })

  it('are one emoji, on a message of a room of one’s own', async () => {
    const { id: messageId } = await send(here.chat, here.alice, { roomId: here.roomId })

    expect(
      await change({ chat: here.chat, viewer: here.bob }, 'addReaction', {
        messageId,
        emoji: 'ok',
      }),
    ).toMatchObject({
      code: 'INVALID_INPUT',
    })
    expect(
      await change({ chat: here.chat, viewer: aViewer() }, 'addReaction', {
        messageId,
        emoji: '👍',
      }),
    ).toMatchObject({
      code: 'MESSAGE_NOT_FOUND',
    })
  })

  it('are of at most fifty kinds', async () => {
    const { id: messageId } = await send(here.chat, here.alice, { roomId: here.roomId })
    await here.chat.sql(
      `insert into reactions select $1, 'emoji ' || n, $2, now() from generate_series(1, 50) as n`,
      [messageId, here.bob.userId],
    )

    expect(
      await change({ chat: here.chat, viewer: here.bob }, 'addReaction', {
        messageId,
        emoji: '👍',
      }),
    ).toMatchObject({
      code: 'LIMIT_REACHED',
    })
  })
})

describe('mentions', () => {
  async function mentionsOf(messageId: string): Promise<string[]> {
    const data = await here.chat.answer<{ message: { mentions: { id: string }[] } }>(
      'query ($id: ID!) { message(id: $id) { mentions { id } } }',
      { viewer: here.alice, variables: { id: messageId } },
    )
    return data.message.mentions.map(({ id }) => id).sort()
  }

  beforeEach(async () => {
    const [stranger = aViewer()] = await people(here.chat, 1)
    await here.chat.sql('update known_people set username = null where username is not null')
    const names = { bob: here.bob.userId, carla: here.carla.userId, stranger: stranger.userId }
    for (const [name, id] of Object.entries(names)) {
      await here.chat.sql('update known_people set username = $1 where id = $2', [name, id])
    }
  })

  it('are the members named in the text or by id, and nobody else', async () => {
    const body = 'Hi @Bob, mail carla@carla.example about @stranger and @alice'
    const written = await send(here.chat, here.alice, { roomId: here.roomId, body })
    const given = await send(here.chat, here.alice, {
      roomId: here.roomId,
      body: '@bob!',
      mentionIds: [here.carla.userId.toUpperCase(), here.bob.userId],
    })

    expect(await mentionsOf(written.id)).toEqual([here.bob.userId])
    expect(await mentionsOf(given.id)).toEqual([here.bob.userId, here.carla.userId].sort())
  })

  it('refuse ids that are no members’', async () => {
    for (const id of [aViewer().userId, 'nonsense']) {
      expect(
        await send(here.chat, here.alice, { roomId: here.roomId, mentionIds: [id] }),
      ).toMatchObject({
        __typename: 'InvalidInput',
        field: 'mentionIds',
      })
    }
  })

  it('are told once: at an edit only those who are new', async () => {
    const { id: messageId } = await send(here.chat, here.alice, {
      roomId: here.roomId,
      body: '@bob',
    })
    await change({ chat: here.chat, viewer: here.alice }, 'editMessage', {
      messageId,
      body: '@bob and @carla',
    })

    const told = await here.chat.sql<{ userIds: string[] }>(
      `select payload -> 'userIds' as "userIds" from outbox
       where aggregate_id = $1 and name = 'chat.people-mentioned.v1' order by position`,
      [here.roomId],
    )
    expect(told).toEqual([{ userIds: [here.bob.userId] }, { userIds: [here.carla.userId] }])
  })
})

describe('pins', () => {
  const document = `query ($id: ID!, $after: String) {
    room(id: $id) {
      pinnedMessages(first: 2, after: $after) {
        nodes { id pinnedBy { id } } pageInfo { hasNextPage endCursor }
      }
    }
  }`

  it('are listed, the latest first, and come off again', async () => {
    const sent = []
    for (const _ of sequencesFrom(1, 4))
      sent.push((await send(here.chat, here.bob, { roomId: here.roomId })).id)
    for (const messageId of [...sent, sent[0] ?? '']) {
      await change({ chat: here.chat, viewer: here.alice }, 'pinMessage', { messageId })
    }
    await change({ chat: here.chat, viewer: here.alice }, 'unpinMessage', {
      messageId: sent[1] ?? '',
    })

    const ids = await readPages(async (after) => {
      const data = await here.chat.answer<{ room: { pinnedMessages: RoomPageData } }>(document, {
        viewer: here.carla,
        variables: { id: here.roomId, after },
      })
      return data.room.pinnedMessages
    })

    expect(new Set(ids)).toEqual(new Set([sent[3], sent[2], sent[0]]))
    expect(ids.length).toBe(3)
  })

  it('are for those whom the room permits it', async () => {
    const { id: messageId } = await send(here.chat, here.bob, { roomId: here.roomId })
    for (const name of ['pinMessage', 'unpinMessage'] as const) {
      expect(
        await change({ chat: here.chat, viewer: here.bob }, name, { messageId }),
      ).toMatchObject({
        code: 'PERMISSION_REQUIRED',
      })
    }
  })
})

describe('changeMemberRole', () => {
  it('is for owners, among members, and keeps an owner', async () => {
    const userId = here.bob.userId
    expect(
      await setRole(here.chat, here.bob, { roomId: here.roomId, userId, role: 'OWNER' }),
    ).toMatchObject({
      code: 'PERMISSION_REQUIRED',
    })
    expect(
      await setRole(here.chat, here.alice, {
        roomId: here.roomId,
        userId: aViewer().userId,
        role: 'OWNER',
      }),
    ).toMatchObject({ code: 'MEMBER_NOT_FOUND' })
    expect(
      await setRole(here.chat, here.alice, {
        roomId: here.roomId,
        userId: here.alice.userId,
        role: 'MEMBER',
      }),
    ).toMatchObject({ code: 'LAST_OWNER' })
    await setRole(here.chat, here.alice, { roomId: here.roomId, userId, role: 'OWNER' })

    await Promise.all([
      setRole(here.chat, here.alice, { roomId: here.roomId, userId, role: 'MEMBER' }),
      setRole(here.chat, here.bob, {
        roomId: here.roomId,
        userId: here.alice.userId,
        role: 'MEMBER',
      }),
    ])

    const owners = await here.chat.sql(
      `select 1 from members where room_id = $1 and role = 'owner'`,
      [here.roomId],
    )
    expect(owners.length).toBe(1)
  })
})

it('needs a fixed number of statements for a page with everything', async () => {
  const document = `query ($id: ID!) {
    room(id: $id) {
      viewerPermissions
      messages { nodes {
        body editedAt revisions { body } replyTo { body } threadRoot { body } replyCount
        replyParticipants { id } replies(first: 3) { nodes { body } }
        reactions { emoji count viewerReacted people { id } } mentions { id } pinnedBy { id }
      } }
      pinnedMessages { nodes { id } }
    }
  }`
  const statementsWith = async (count: number) => {
    for (const _ of sequencesFrom(1, count)) {
      const root = await send(here.chat, here.alice, { roomId: here.roomId })
      await send(here.chat, here.bob, { roomId: here.roomId, replyToId: root.id })
      await change({ chat: here.chat, viewer: here.alice }, 'editMessage', {
        messageId: root.id,
        body: 'edited',
      })
      await change({ chat: here.chat, viewer: here.bob }, 'addReaction', {
        messageId: root.id,
        emoji: '👍',
      })
      await change({ chat: here.chat, viewer: here.alice }, 'pinMessage', { messageId: root.id })
    }
    return countStatements(() =>
      here.chat.answer(document, { viewer: here.bob, variables: { id: here.roomId } }),
    )
  }

  const few = await statementsWith(1)

  // The room, messages, revisions, messages replied to, threads, replies, reactions, pins.
  expect(few).toBe(8)
  expect(await statementsWith(5)).toBe(few)
})

it('reads the pages of requests that come together at once, each as its viewer may see it', async () => {
  const document = `query ($id: ID!, $last: Int) {
    room(id: $id) { id messages(last: $last) { nodes { sequence } } }
  }`
  for (const _ of sequencesFrom(1, 3)) await send(here.chat, here.alice, { roomId: here.roomId })
  const elsewhere = await createRoom(here.chat, here.alice)
  const ask = (viewer: typeof here.alice, id: string, last: number) =>
    here.chat.answer(document, { viewer, variables: { id, last } })
  const page = (id: string, sequences: readonly number[]) => ({
    room: { id, messages: { nodes: sequences.map((sequence) => ({ sequence })) } },
  })
  let answers: unknown

  const statements = await countAllStatements(async () => {
    answers = await Promise.all([
      ask(here.alice, here.roomId, 2),
      ask(here.bob, here.roomId, 3),
      ask(here.alice, elsewhere, 3),
      ask(here.bob, elsewhere, 3),
    ])
  })

  expect(answers).toEqual([
    page(here.roomId, [2, 3]),
    page(here.roomId, [1, 2, 3]),
    page(elsewhere, []),
    { room: null },
  ])
  // The rooms, and the messages of all pages.
  expect(statements).toBe(2)
})
