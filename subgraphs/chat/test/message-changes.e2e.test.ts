import { aViewer } from '@gravity/shared/testing/a-viewer'
import { describe, expect, it } from '@jest/globals'
import { DataSource } from 'typeorm'
import { ChangeMessages1795000200000 } from '../src/migrations/1795000200000-change-messages.ts'
import { ReadRooms1795000300000 } from '../src/migrations/1795000300000-read-rooms.ts'
import { change, listenToChanges } from './changes.ts'
import { inChatRoom } from './chat-room.ts'
import { leave, send, setRole } from './fixtures.ts'
import { listen, sequencesFrom } from './listener.ts'

const here = inChatRoom()

function events(): Promise<{ name: string; version: string }[]> {
  return here.chat.sql(
    `select name, aggregate_version as version from outbox where aggregate_id = $1 order by position`,
    [here.roomId],
  )
}

describe('editMessage', () => {
  it('changes the text, keeps what it was, and says when', async () => {
    const { id: messageId } = await send(here.chat, here.bob, { roomId: here.roomId, body: 'one' })

    await change({ chat: here.chat, viewer: here.bob }, 'editMessage', { messageId, body: 'two' })
    const edited = await change({ chat: here.chat, viewer: here.bob }, 'editMessage', {
      messageId: messageId.toUpperCase(),
      body: 'three',
    })

    const writtenBy = { id: here.bob.userId }
    expect(edited).toMatchObject({
      __typename: 'Message',
      body: 'three',
      editedAt: expect.any(String),
      revisions: [
        { number: 1, body: 'one', writtenBy },
        { number: 2, body: 'two', writtenBy },
      ],
    })
    expect((await events()).slice(1)).toEqual([
      { name: 'chat.message-sent.v1', version: '2' },
      { name: 'chat.message-edited.v1', version: '3' },
      { name: 'chat.message-edited.v1', version: '4' },
    ])
  })

  it('does nothing when the text is the same', async () => {
    const { id: messageId } = await send(here.chat, here.bob, { roomId: here.roomId, body: 'same' })

    const edited = await change({ chat: here.chat, viewer: here.bob }, 'editMessage', {
      messageId,
      body: 'same',
    })

    expect(edited).toMatchObject({ editedAt: null, revisions: [] })
    expect((await events()).length).toBe(2)
  })

  it('is for the author alone, who must still be a member', async () => {
    const { id: messageId } = await send(here.chat, here.bob, { roomId: here.roomId })
    const wish = { messageId, body: 'other' }

    expect(
      await change({ chat: here.chat, viewer: here.alice }, 'editMessage', wish),
    ).toMatchObject({
      code: 'AUTHOR_REQUIRED',
    })
    await leave(here.chat, here.bob, here.roomId)
    for (const viewer of [here.bob, aViewer()]) {
      expect(await change({ chat: here.chat, viewer }, 'editMessage', wish)).toMatchObject({
        code: 'MESSAGE_NOT_FOUND',
      })
    }
  })

  it.each(['', ' ', 'x'.repeat(4_001)])('refuses the text %#', async (body) => {
    const { id: messageId } = await send(here.chat, here.bob, { roomId: here.roomId })

    expect(
      await change({ chat: here.chat, viewer: here.bob }, 'editMessage', { messageId, body }),
    ).toMatchObject({
      code: 'INVALID_INPUT',
    })
  })

  it('is possible fifty times, also at once', async () => {
    const { id: messageId } = await send(here.chat, here.bob, { roomId: here.roomId })

    const edits = await Promise.all(
      sequencesFrom(1, 52).map((body) =>
        change({ chat: here.chat, viewer: here.bob }, 'editMessage', {
          messageId,
          body: `edit ${body}`,
        }),
      ),
    )

    const counts = Map.groupBy(edits, (edit) => edit.__typename)
    expect(counts.get('Message')?.length).toBe(50)
    expect(counts.get('LimitReached')?.length).toBe(2)
  })
})

describe('redactMessage', () => {
  it('leaves a tombstone in its place, without the content anywhere', async () => {
    const { id: messageId } = await send(here.chat, here.bob, {
      roomId: here.roomId,
      body: 'secret one',
    })
    await change({ chat: here.chat, viewer: here.bob }, 'editMessage', {
      messageId,
      body: 'secret two',
      mentionIds: [here.carla.userId],
    })
    await change({ chat: here.chat, viewer: here.carla }, 'addReaction', { messageId, emoji: '👍' })
    await change({ chat: here.chat, viewer: here.alice }, 'pinMessage', { messageId })

    const redacted = await change({ chat: here.chat, viewer: here.bob }, 'redactMessage', {
      messageId,
    })

    expect(redacted).toMatchObject({
      sequence: 1,
      body: null,
      redactedBy: { id: here.bob.userId },
      pinnedAt: null,
      revisions: [],
      reactions: [],
      mentions: [],
    })
    const tables = ['messages', 'revisions', 'reactions', 'outbox']
    for (const table of tables) {
      const rows = await here.chat.sql(`select 1 from ${table} t where t::text like '%secret%'`)
      expect([table, rows]).toEqual([table, []])
    }
  })

  it('is gone from live streams that read it before, and stays withdrawn when it is sent again', async () => {
    await send(here.chat, here.bob, {
      roomId: here.roomId,
      body: 'secret',
      clientMessageId: 'mine',
    })
    await using early = await listen(here.chat, here.carla, { roomId: here.roomId })
    const [{ id: messageId } = { id: '' }] = await here.chat.sql<{ id: string }>(
      'select id from messages where room_id = $1',
      [here.roomId],
    )
    await change({ chat: here.chat, viewer: here.bob }, 'redactMessage', { messageId })

    await using late = await listen(here.chat, here.alice, {
      roomId: here.roomId,
      afterSequence: 0,
    })
    await late.received(1)
    const again = await send(here.chat, here.bob, {
      roomId: here.roomId,
      body: 'secret',
      clientMessageId: 'mine',
    })

    expect(late.bodies).toEqual([null])
    expect(again.body).toBeNull()
    expect(early.bodies).toEqual([])
  })

  it('is for moderators too, and done once', async () => {
    const { id: messageId } = await send(here.chat, here.bob, { roomId: here.roomId })
    expect(
      await change({ chat: here.chat, viewer: here.carla }, 'redactMessage', { messageId }),
    ).toMatchObject({
      code: 'PERMISSION_REQUIRED',
    })
    expect(
      await setRole(here.chat, here.alice, {
        roomId: here.roomId,
        userId: here.carla.userId,
        role: 'MODERATOR',
      }),
    ).toEqual({
      __typename: 'Room',
    })

    await change({ chat: here.chat, viewer: here.carla }, 'redactMessage', { messageId })
    const again = await change({ chat: here.chat, viewer: here.alice }, 'redactMessage', {
      messageId,
    })

    expect(again).toMatchObject({ redactedBy: { id: here.carla.userId } })
    const told = (await events()).filter(({ name }) => name === 'chat.message-redacted.v1')
    expect(told.length).toBe(1)
    for (const name of ['editMessage', 'addReaction', 'pinMessage'] as const) {
      const viewer = name === 'editMessage' ? here.bob : here.alice
      const extra =
        name === 'editMessage' ? { body: 'x' } : name === 'addReaction' ? { emoji: '👍' } : {}
      expect(
        await change({ chat: here.chat, viewer }, name, { messageId, ...extra }),
      ).toMatchObject({
        code: 'MESSAGE_REDACTED',
      })
    }
  })
})

describe('messageChanged', () => {
  it('brings edits, reactions, pins and redactions, in order and to every member', async () => {
    const { id: messageId } = await send(here.chat, here.bob, { roomId: here.roomId, body: 'one' })
    await using first = await listenToChanges(here.chat, here.alice, { roomId: here.roomId })
    await using second = await listenToChanges(here.chat, here.carla, {
      roomId: here.roomId,
      afterChange: 0,
    })

    const wishes = [
      () =>
        change({ chat: here.chat, viewer: here.bob }, 'editMessage', { messageId, body: 'two' }),
      () =>
        change({ chat: here.chat, viewer: here.carla }, 'addReaction', { messageId, emoji: '🎉' }),
      () =>
        change({ chat: here.chat, viewer: here.carla }, 'removeReaction', {
          messageId,
          emoji: '🎉',
        }),
      () => change({ chat: here.chat, viewer: here.alice }, 'pinMessage', { messageId }),
      () => change({ chat: here.chat, viewer: here.alice }, 'unpinMessage', { messageId }),
      () => change({ chat: here.chat, viewer: here.bob }, 'redactMessage', { messageId }),
    ]
    for (const [index, wish] of wishes.entries()) {
      await wish()
      for (const listener of [first, second]) await listener.received(index + 1)
    }

    for (const { changes } of [first, second]) {
      expect(changes.map((one) => one.change)).toEqual([1, 2, 3, 4, 5, 6])
      expect(changes.map((one) => one.message.body)).toEqual([...Array(5).fill('two'), null])
    }
  })

  it('is resumed after a change without a loss, each message as it is now', async () => {
    const sent = []
    for (const body of ['a', 'b', 'c'])
      sent.push(await send(here.chat, here.bob, { roomId: here.roomId, body }))
    for (const { id, body } of [...sent, ...sent]) {
      await change({ chat: here.chat, viewer: here.bob }, 'editMessage', {
        messageId: id,
        body: `${body}!`,
      })
      await change({ chat: here.chat, viewer: here.bob }, 'editMessage', {
        messageId: id,
        body: `${body}?`,
      })
    }

    await using listener = await listenToChanges(here.chat, here.carla, {
      roomId: here.roomId,
      afterChange: 2,
    })

    await listener.received(3)
    expect(listener.changes).toEqual([
      { change: 8, message: { sequence: 1, body: 'a?' } },
      { change: 10, message: { sequence: 2, body: 'b?' } },
      { change: 12, message: { sequence: 3, body: 'c?' } },
    ])
  })

  it('ends for who leaves and refuses strangers', async () => {
    const { id: messageId } = await send(here.chat, here.bob, { roomId: here.roomId, body: 'one' })
    const leaving = await listenToChanges(here.chat, here.carla, { roomId: here.roomId })
    await leave(here.chat, here.carla, here.roomId)
    await change({ chat: here.chat, viewer: here.bob }, 'editMessage', { messageId, body: 'two' })

    await leaving.end()

    expect(leaving.changes).toEqual([])
    await expect(listenToChanges(here.chat, here.carla, { roomId: here.roomId })).rejects.toThrow(
      'NOT_FOUND',
    )
    await expect(
      listenToChanges(here.chat, here.bob, { roomId: here.roomId, afterChange: 9 }),
    ).rejects.toThrow('BAD_USER_INPUT')
  })
})

describe('the migrations', () => {
  it('go back and forth', async () => {
    const database = new DataSource({
      type: 'postgres',
      url: here.chat.platform.databaseUrl('chat'),
    })
    await database.initialize()
    const runner = database.createQueryRunner()
    await runner.startTransaction()
    const steps = [new ChangeMessages1795000200000(), new ReadRooms1795000300000()]
    for (const step of steps.toReversed()) await step.down(runner)
    for (const step of steps) await step.up(runner)
    const unread = await runner.query(
      `select 1 from members m join rooms r on r.id = m.room_id
       join read_markers k on k.room_id = m.room_id and k.user_id = m.user_id
       where k.last_read <> r.latest_sequence`,
    )
    await runner.rollbackTransaction()
    await runner.release()
    await database.destroy()

    expect(unread).toEqual([])
  })
})
