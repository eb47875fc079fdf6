import { aViewer } from '@gravity/shared/testing/a-viewer'
import { openTestSubgraph, type TestSubgraph } from '@gravity/shared/testing/open-test-subgraph'
import { runJob } from '@gravity/shared/testing/run-job'
import type { Viewer } from '@gravity/shared/viewer/viewer'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals'
import { createSubgraph } from '../src/subgraph.ts'
import { createRoom, history, people, send } from './fixtures.ts'
import { listen, sequencesFrom } from './listener.ts'
import { seenRoom, toldOf, wishes } from './room-changes.ts'

let chat: TestSubgraph
let say: ReturnType<typeof wishes>
let alice: Viewer
let bob: Viewer
let roomId: string

beforeAll(async () => {
  chat = await openTestSubgraph(createSubgraph)
  say = wishes(chat)
})

beforeEach(async () => {
  const [first = aViewer(), second = aViewer()] = await people(chat, 2)
  alice = first
  bob = second
  roomId = await createRoom(chat, alice, [bob])
})

afterAll(() => chat[Symbol.asyncDispose]())

/** Puts the messages up to a sequence so many days into the past. */
async function age(through: number, days: number): Promise<void> {
  await chat.sql(
    `update messages set sent_at = now() - make_interval(days => $3)
     where room_id = $1 and sequence <= $2`,
    [roomId, through, days],
  )
}

/** Lets the room keep messages for thirty days, and removes what is older. */
async function forget(): Promise<void> {
  await say(alice, 'changeRoomSettings', { roomId, retentionDays: 30 })
  await runJob(chat.platform, 'chat', { name: 'remove-old-messages' })
}

async function sequencesIn(viewer: Viewer): Promise<number[]> {
  const data = await chat.answer<{
    room: { messages: { nodes: { sequence: number }[] } }
  }>('query ($id: ID!) { room(id: $id) { messages(last: 100) { nodes { sequence } } } }', {
    viewer,
    variables: { id: roomId },
  })
  return data.room.messages.nodes.map(({ sequence }) => sequence)
}

describe('a room that keeps messages for some days', () => {
  it('forgets what is older, batch by batch, and goes on counting', async () => {
    await history(chat, alice, { roomId, count: 500 })
    await age(450, 31)

    await forget()
    await runJob(chat.platform, 'chat', { name: 'remove-old-messages' })
    const next = await send(chat, bob, { roomId })

    expect(await sequencesIn(alice)).toEqual(sequencesFrom(451, 501).slice(-100))
    expect(next.sequence).toBe(501)
    expect(
      await seenRoom(chat, alice, { id: roomId, fields: 'completeFrom latestSequence' }),
    ).toEqual({ completeFrom: 451, latestSequence: 501 })
    expect(await toldOf(chat, roomId, 'chat.messages-removed.v1')).toEqual([
      { roomId, removedThrough: 200, count: 200 },
      { roomId, removedThrough: 400, count: 200 },
      { roomId, removedThrough: 450, count: 50 },
    ])
  })

  it('keeps everything while it was not asked to forget', async () => {
    await history(chat, alice, { roomId, count: 3 })
    await age(3, 4_000)
    await runJob(chat.platform, 'chat', { name: 'remove-old-messages' })

    expect(await sequencesIn(alice)).toEqual([1, 2, 3])
  })

  it('keeps what is pinned, and threads until their latest reply is that old', async () => {
    const sent: string[] = []
    for (const _ of sequencesFrom(1, 3)) sent.push((await send(chat, alice, { roomId })).id)
    const [pinned = '', root = '', old = ''] = sent
    await say(alice, 'pinMessage', { messageId: pinned })
    await send(chat, bob, { roomId, replyToId: old })
    const reply = await send(chat, bob, { roomId, replyToId: root })
    await send(chat, alice, { roomId, replyToId: reply.id })
    await age(5, 31)

    await forget()

    expect(await sequencesIn(alice)).toEqual([1, 2, 5, 6])
    const thread = `query ($id: ID!) {
      message(id: $id) { replyCount replies { nodes { sequence replyTo { sequence } } } }
    }`
    expect(await chat.answer(thread, { viewer: bob, variables: { id: root } })).toEqual({
      message: {
        replyCount: 2,
        replies: {
          nodes: [
            { sequence: 5, replyTo: { sequence: 2 } },
            { sequence: 6, replyTo: { sequence: 5 } },
          ],
        },
      },
    })

    await say(alice, 'unpinMessage', { messageId: pinned })
    await age(6, 31)
    await runJob(chat.platform, 'chat', { name: 'remove-old-messages' })
    expect(await sequencesIn(alice)).toEqual([])
  })

  it('takes with a message what belongs to it', async () => {
    const { id: messageId } = await send(chat, alice, { roomId, body: 'secret' })
    await say(alice, 'editMessage', { messageId, body: 'another secret' })
    await say(bob, 'addReaction', { messageId, emoji: '👍' })
    await age(1, 31)

    await forget()

    for (const table of ['revisions', 'reactions']) {
      expect(await chat.sql(`select 1 from ${table} where message_id = $1`, [messageId])).toEqual(
        [],
      )
    }
    expect(
      await chat.answer('query ($id: ID!) { message(id: $id) { body } }', {
        viewer: alice,
        variables: { id: messageId },
      }),
    ).toEqual({ message: null })
  })

  it('counts as unread what is still there', async () => {
    await history(chat, alice, { roomId, count: 10 })
    await age(7, 31)
    await forget()

    expect(
      await seenRoom(chat, bob, { id: roomId, fields: 'unreadCount lastMessage { sequence }' }),
    ).toEqual({ unreadCount: 3, lastMessage: { sequence: 10 } })
    await say(bob, 'markRoomRead', { roomId, sequence: 9 })
    expect(await seenRoom(chat, bob, { id: roomId, fields: 'unreadCount' })).toEqual({
      unreadCount: 1,
    })
  })

  it('replays what is left, with the gap that says that the replay is limited', async () => {
    await history(chat, alice, { roomId, count: 150 })
    await age(140, 31)
    await using open = await listen(chat, bob, { roomId, afterSequence: 145 })
    await open.received(5)

    await forget()
    await using late = await listen(chat, bob, { roomId, afterSequence: 20 })
    await send(chat, alice, { roomId })

    await late.received(11)
    await open.received(6)
    expect(late.sequences).toEqual(sequencesFrom(141, 151))
    expect(open.sequences).toEqual(sequencesFrom(146, 151))
  })

  it('goes on live when nothing at all is left', async () => {
    await history(chat, alice, { roomId, count: 5 })
    await age(5, 31)
    await forget()

    await using listener = await listen(chat, bob, { roomId, afterSequence: 2 })
    await send(chat, alice, { roomId })

    await listener.received(1)
    expect(listener.sequences).toEqual([6])
  })
})

describe('the evidence of a report', () => {
  it('outlives the message, and is forgotten a month after the report was settled', async () => {
    const { id: messageId } = await send(chat, bob, { roomId, body: 'rude' })
    await say(alice, 'reportMessage', { messageId, reason: 'OTHER' })
    await age(1, 31)
    await forget()
    const evidence = () =>
      chat.sql('select evidence from reports where message_id = $1', [messageId])

    expect(await evidence()).toEqual([{ evidence: 'rude' }])
    await chat.sql(
      `update reports set status = 'dismissed', settled_by = author_id,
         settled_at = now() - interval '31 days' where message_id = $1`,
      [messageId],
    )
    await runJob(chat.platform, 'chat', { name: 'remove-old-messages' })
    expect(await evidence()).toEqual([{ evidence: null }])
  })
})
