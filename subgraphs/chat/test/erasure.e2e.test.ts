import {
  exportRequested,
  personErasureBegun,
  profileChanged,
} from '@gravity/shared/events/contracts/users'
import { deliverEvent } from '@gravity/shared/testing/deliver-event'
import { openTestSubgraph, type TestSubgraph } from '@gravity/shared/testing/open-test-subgraph'
import { settleEvents } from '@gravity/shared/testing/settle-events'
import { tracesOf } from '@gravity/shared/testing/traces'
import type { Viewer } from '@gravity/shared/viewer/viewer'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { createSubgraph } from '../src/subgraph.ts'
import { createRoom, people, send } from './fixtures.ts'

let chat: TestSubgraph

beforeAll(async () => {
  chat = await openTestSubgraph(createSubgraph)
})

afterAll(() => chat[Symbol.asyncDispose]())

async function erase({ userId }: Viewer, { attempt = 1, times = 1 } = {}): Promise<void> {
  const deletionId = chat.platform.newId()
  await deliverEvent(chat.platform, 'chat', {
    contract: personErasureBegun,
    payload: { userId, deletionId, orderedBy: userId },
    aggregateId: deletionId,
    aggregateVersion: attempt,
    times,
  })
  await settleEvents(chat)
}

function told(name: string, userId: string) {
  return chat.sql<{ payload: Record<string, unknown> }>(
    `select payload from outbox where name = $1 and payload->>'userId' = $2 order by position`,
    [name, userId],
  )
}

async function react(viewer: Viewer, messageId: string): Promise<void> {
  await chat.answer(
    'mutation ($input: AddReactionInput!) { addReaction(input: $input) { __typename } }',
    { viewer, variables: { input: { messageId, emoji: '👍' } } },
  )
}

async function membersOf(viewer: Viewer, roomId: string) {
  const data = await chat.answer<{ room: { members: { nodes: { id: string }[] } } }>(
    'query ($id: ID!) { room(id: $id) { viewerRole memberCount members { nodes { id } } } }',
    { viewer, variables: { id: roomId } },
  )
  return data.room
}

describe('an erasure', () => {
  it('takes the person out of rooms, passes ownership on, and keeps what they said', async () => {
    const [leaving, staying] = (await people(chat, 2)) as [Viewer, Viewer]
    const roomId = await createRoom(chat, leaving, [staying])
    const message = await send(chat, leaving, { roomId, body: 'I was here' })

    await erase(leaving, { times: 2 })

    expect(await membersOf(staying, roomId)).toEqual({
      viewerRole: 'OWNER',
      memberCount: 1,
      members: { nodes: [{ id: staying.userId }] },
    })
    const data = await chat.answer('query ($id: ID!) { message(id: $id) { body author { id } } }', {
      viewer: staying,
      variables: { id: message.id },
    })
    expect(data).toEqual({ message: { body: 'I was here', author: { id: leaving.userId } } })
    expect(await told('chat.person-erased.v1', leaving.userId)).toHaveLength(1)
    expect(await told('chat.member-left.v1', leaving.userId)).toHaveLength(1)
  })

  it('takes reactions back, by changes that followers of the room get', async () => {
    const [leaving, staying] = (await people(chat, 2)) as [Viewer, Viewer]
    const roomId = await createRoom(chat, staying, [leaving])
    const first = await send(chat, staying, { roomId })
    const second = await send(chat, staying, { roomId })
    for (const { id } of [first, second]) {
      await react(leaving, id)
      await react(staying, id)
    }

    await erase(leaving)

    const rows = await chat.sql(
      `select m.changed, r.latest_change, (select count(*)::integer from reactions where message_id = m.id) as count
       from messages m join rooms r on r.id = m.room_id where m.room_id = $1 order by m.changed`,
      [roomId],
    )
    expect(rows).toEqual([
      { changed: 5, latest_change: 6, count: 1 },
      { changed: 6, latest_change: 6, count: 1 },
    ])
  })

  it('leaves no trace but messages and the person as somebody who has gone', async () => {
    const [leaving, staying] = (await people(chat, 2)) as [Viewer, Viewer]
    const roomId = await createRoom(chat, staying, [leaving])
    const message = await send(chat, leaving, { roomId })
    await react(leaving, message.id)
    await chat.answer(
      `mutation ($roomId: ID!, $sequence: Int!) {
        saveDraft(input: { roomId: $roomId, body: "Not sent" }) { __typename }
        markRoomRead(input: { roomId: $roomId, sequence: $sequence }) { __typename }
      }`,
      { viewer: leaving, variables: { roomId, sequence: message.sequence } },
    )

    await erase(leaving)

    expect(await tracesOf(chat, leaving.userId)).toEqual(['known_people.id', 'messages.author_id'])
  })

  it('keeps a direct conversation for the other one', async () => {
    const [leaving, staying] = (await people(chat, 2)) as [Viewer, Viewer]
    const data = await chat.answer<{ openDirectRoom: { id: string } }>(
      'mutation ($input: OpenDirectRoomInput!) { openDirectRoom(input: $input) { ... on Room { id } } }',
      { viewer: staying, variables: { input: { userId: leaving.userId } } },
    )
    const { id: roomId } = data.openDirectRoom
    await send(chat, leaving, { roomId, body: 'Between us' })

    await erase(leaving)

    expect((await membersOf(staying, roomId)).members.nodes).toHaveLength(2)
  })

  it('lets nobody bring the person back, whatever is heard of them later', async () => {
    const [leaving, staying] = (await people(chat, 2)) as [Viewer, Viewer]
    const { userId } = leaving
    await erase(leaving)
    await deliverEvent(chat.platform, 'chat', {
      contract: profileChanged,
      payload: { userId, username: 'deleted-0123456789abcdef', displayName: 'Deleted person' },
      aggregateId: userId,
      aggregateVersion: 7,
    })
    await settleEvents(chat)

    const data = await chat.answer(
      'mutation ($input: CreateRoomInput!) { createRoom(input: $input) { __typename } }',
      { viewer: staying, variables: { input: { memberIds: [userId] } } },
    )

    expect(data).toEqual({ createRoom: { __typename: 'UnknownPeople' } })
  })

  it('answers for somebody of whom chat has never heard, each time it is asked', async () => {
    const stranger = { userId: chat.platform.newId() } as Viewer

    await erase(stranger, { attempt: 1 })
    await erase(stranger, { attempt: 2 })

    expect(await told('chat.person-erased.v1', stranger.userId)).toHaveLength(2)
  })
})

describe('an export', () => {
  it('gets everything in parts that are numbered', async () => {
    const [person] = (await people(chat, 1)) as [Viewer]
    const roomId = await createRoom(chat, person)
    await chat.sql(
      `insert into messages (id, room_id, sequence, author_id, client_message_id, body, sent_at)
       select gen_random_uuid(), $1, n, $2, 'bulk-' || n, 'Message ' || n, now() from generate_series(1, 450) n`,
      [roomId, person.userId],
    )
    const exportId = chat.platform.newId()

    await deliverEvent(chat.platform, 'chat', {
      contract: exportRequested,
      payload: { userId: person.userId, exportId },
      aggregateId: exportId,
      aggregateVersion: 3,
      times: 2,
    })
    await settleEvents(chat)

    const parts = (await told('chat.export-part.v1', person.userId)).map(({ payload }) => payload)
    expect(parts.map(({ attempt, isLast, number }) => [attempt, number, isLast])).toEqual([
      [3, 1, false],
      [3, 2, false],
      [3, 3, false],
      [3, 4, true],
    ])
    const bodies = parts.flatMap(
      ({ sections }) => (sections as { messages?: { body: string }[] }).messages ?? [],
    )
    expect(new Set(bodies.map(({ body }) => body)).size).toBe(450)
    expect(parts[0]).toMatchObject({ sections: { rooms: [{ roomId, role: 'owner' }] } })
  })
})
