import { aViewer } from '@gravity/shared/testing/a-viewer'
import { openTestSubgraph, type TestSubgraph } from '@gravity/shared/testing/open-test-subgraph'
import type { Viewer } from '@gravity/shared/viewer/viewer'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals'
import { createSubgraph } from '../src/subgraph.ts'
import { createRoom, leave, people, send } from './fixtures.ts'
import { sequencesFrom } from './listener.ts'

let chat: TestSubgraph
/** Another process of the same service: what it does at once meets in the database only. */
let twin: TestSubgraph
let alice: Viewer
let bob: Viewer
let roomId: string

beforeAll(async () => {
  chat = await openTestSubgraph(createSubgraph)
  twin = await openTestSubgraph(createSubgraph, { platform: chat.platform })
  await createRoom(twin, aViewer())
})

beforeEach(async () => {
  const [first = aViewer(), second = aViewer()] = await people(chat, 2)
  alice = first
  bob = second
  roomId = await createRoom(chat, alice, [bob])
})

afterAll(async () => {
  await twin[Symbol.asyncDispose]()
  await chat[Symbol.asyncDispose]()
})

function storedSequences(): Promise<{ sequence: number }[]> {
  return chat.sql('select sequence from messages where room_id = $1 order by sequence', [roomId])
}

const roomMessages = `query ($id: ID!) {
  room(id: $id) { messages { nodes { sequence body author { id } room { id } } } }
}`

interface RoomData {
  readonly room: { readonly messages: { readonly nodes: readonly object[] } }
}

describe('sendMessage', () => {
  it('puts the message into the room, with the sender as its author', async () => {
    await send(chat, alice, { roomId, body: 'Hello Bob 👋' })
    await send(chat, bob, { roomId, body: ' Hello\nAlice ' })

    const { room } = await chat.answer<RoomData>(roomMessages, {
      viewer: bob,
      variables: { id: roomId },
    })
    expect(room.messages.nodes).toMatchObject([
      { sequence: 1, body: 'Hello Bob 👋', author: { id: alice.userId }, room: { id: roomId } },
      { sequence: 2, body: ' Hello\nAlice ', author: { id: bob.userId }, room: { id: roomId } },
    ])
  })

  it('tells the event with the message, in the version of the room', async () => {
    const { id } = await send(chat, alice, { roomId })

    const rows = await chat.sql(
      `select name, aggregate_version as version, payload from outbox
       where aggregate_id = $1 order by position`,
      [roomId],
    )
    expect(rows).toEqual([
      expect.objectContaining({ name: 'chat.room-created.v1', version: '1' }),
      {
        name: 'chat.message-sent.v1',
        version: '2',
        payload: { roomId, messageId: id, sequence: 1, authorId: alice.userId },
      },
    ])
  })

  it('returns the first message when it is sent again, whatever the body', async () => {
    const first = await send(chat, alice, { roomId, clientMessageId: 'once', body: 'one' })
    const again = await send(chat, alice, { roomId, clientMessageId: 'once', body: 'two' })

    expect(again).toEqual(first)
    expect(await storedSequences()).toEqual([{ sequence: 1 }])
  })

  it('is one message however often it is sent at once, also to several processes', async () => {
    const clientMessageIds = sequencesFrom(1, 20).map((number) => `at-once-${number}`)

    const answers = await Promise.all(
      clientMessageIds.flatMap((clientMessageId) =>
        [chat, twin, chat].map((one) => send(one, alice, { roomId, clientMessageId })),
      ),
    )

    expect(new Set(answers.map((message) => message.id)).size).toBe(20)
    expect(await storedSequences()).toEqual(sequencesFrom(1, 20).map((sequence) => ({ sequence })))
  })

  it('keeps equal clientMessageIds of two people and of two rooms apart', async () => {
    const otherRoom = await createRoom(chat, alice)
    const answers = [
      await send(chat, alice, { roomId, clientMessageId: 'same' }),
      await send(chat, bob, { roomId, clientMessageId: 'same' }),
      await send(chat, alice, { roomId: otherRoom, clientMessageId: 'same' }),
    ]

    expect(answers.map((message) => message.sequence)).toEqual([1, 2, 1])
  })

  it('numbers the messages of fifty concurrent senders without a gap or a duplicate', async () => {
    const senders = await people(chat, 50)
    const crowd = await createRoom(chat, alice, senders)

    const answers = await Promise.all(
      senders.map(async (viewer) => [
        await send(chat, viewer, { roomId: crowd }),
        await send(twin, viewer, { roomId: crowd }),
      ]),
    )

    const sequences = answers.flat().map((message) => message.sequence)
    expect(sequences.sort((a, b) => a - b)).toEqual(sequencesFrom(1, 100))
    const times = await chat.sql<{ ordered: boolean }>(
      `select bool_and(sent_at >= earlier) as ordered from (
         select sent_at, lag(sent_at) over (order by sequence) as earlier
         from messages where room_id = $1) as pairs`,
      [crowd],
    )
    expect(times).toEqual([{ ordered: true }])
  })

  it('stores nothing of a member after they have left', async () => {
    const members = await people(chat, 20)
    roomId = await createRoom(chat, alice, members)

    const answers = await Promise.all(
      members.flatMap((viewer) => [
        send(chat, viewer, { roomId }),
        leave(twin, viewer, roomId),
        send(chat, viewer, { roomId }),
      ]),
    )

    const sent = answers.filter((answer) => 'sequence' in answer)
    expect(await storedSequences()).toEqual(
      sequencesFrom(1, sent.length).map((sequence) => ({ sequence })),
    )
    const history = `select aggregate_version as version, payload->>'userId' as gone,
      payload->>'authorId' as author from outbox where aggregate_id = $1`
    expect(
      await chat.sql(
        `with history as (${history})
         select count(*) = count(distinct version) as "each change has its version",
           not exists (select 1 from history as left_it join history as wrote
             on wrote.author = left_it.gone and wrote.version > left_it.version) as "gone is gone"
         from history`,
        [roomId],
      ),
    ).toEqual([{ 'each change has its version': true, 'gone is gone': true }])
  })

  it.each(['nonsense', '', '0199e7a0-1111-7abc-8def-0123456789ab', "'; drop table rooms; --"])(
    'finds no room for the foreign id %j',
    async (foreign) => {
      expect(await send(chat, alice, { roomId: foreign })).toEqual({ __typename: 'RoomNotFound' })
    },
  )

  it('answers a stranger as if there were no room', async () => {
    expect(await send(chat, aViewer(), { roomId })).toEqual({ __typename: 'RoomNotFound' })
    expect(await storedSequences()).toEqual([])
  })

  it.each([
    ['body', { body: '' }],
    ['body', { body: ' \n ' }],
    ['body', { body: 'x'.repeat(4_001) }],
    ['clientMessageId', { clientMessageId: '' }],
    ['clientMessageId', { clientMessageId: 'x'.repeat(101) }],
  ])('names the field %s when it is refused', async (field, input) => {
    expect(await send(chat, alice, { roomId, ...input })).toEqual({
      __typename: 'InvalidInput',
      field,
    })
  })

  it('takes a body of 4,000 characters that are pairs of code units', async () => {
    const body = '😀'.repeat(4_000)

    expect((await send(chat, alice, { roomId, body })).body).toBe(body)
  })

  it.each(['\u0000', '\ud83d'])('refuses the text %j wherever it stands', async (text) => {
    for (const faulty of [{ body: text }, { clientMessageId: text }, { roomId: text }]) {
      await expect(send(chat, alice, { roomId, ...faulty })).rejects.toThrow('BAD_USER_INPUT')
    }
  })

  it('is not for the anonymous', async () => {
    const { errors } = await chat.ask(
      `mutation { sendMessage(input: { roomId: "x", clientMessageId: "x", body: "x" }) { __typename } }`,
      { viewer: null },
    )

    expect(errors?.[0]?.extensions?.['code']).toBe('UNAUTHENTICATED')
  })
})
