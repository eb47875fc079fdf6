import { aViewer } from '@gravity/shared/testing/a-viewer'
import { openTestSubgraph, type TestSubgraph } from '@gravity/shared/testing/open-test-subgraph'
import type { Viewer } from '@gravity/shared/viewer/viewer'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals'
import { createSubgraph } from '../src/subgraph.ts'
import { collect } from './collect.ts'
import { createRoom, leave, people, setRole } from './fixtures.ts'

let chat: TestSubgraph
let alice: Viewer
let bob: Viewer
let carla: Viewer
let roomId: string

beforeAll(async () => {
  chat = await openTestSubgraph(createSubgraph)
})

beforeEach(async () => {
  const [first = aViewer(), second = aViewer(), third = aViewer()] = await people(chat, 3)
  alice = first
  bob = second
  carla = third
  roomId = await createRoom(chat, alice, [bob, carla])
})

afterAll(() => chat[Symbol.asyncDispose]())

async function rename(viewer: Viewer, name: string | null): Promise<object> {
  const data = await chat.answer<{ renameRoom: object }>(
    `mutation ($input: RenameRoomInput!) {
      renameRoom(input: $input) { __typename ... on Room { name } ... on Problem { code } }
    }`,
    { viewer, variables: { input: { roomId, name } } },
  )
  return data.renameRoom
}

describe('renameRoom', () => {
  it('is for owners and moderators, with a name or without', async () => {
    expect(await rename(bob, 'Ours')).toMatchObject({ code: 'PERMISSION_REQUIRED' })
    expect(await rename(aViewer(), 'Ours')).toMatchObject({ code: 'ROOM_NOT_FOUND' })
    expect(await rename(alice, 'two\nlines')).toMatchObject({ code: 'INVALID_INPUT' })
    await setRole(chat, alice, { roomId, userId: bob.userId, role: 'MODERATOR' })

    expect(await rename(bob, 'Ours')).toEqual({ __typename: 'Room', name: 'Ours' })
    expect(await rename(bob, 'Ours')).toEqual({ __typename: 'Room', name: 'Ours' })
    expect(await rename(alice, null)).toEqual({ __typename: 'Room', name: null })

    const told = await chat.sql(
      `select payload ->> 'name' as name from outbox
       where aggregate_id = $1 and name = 'chat.room-renamed.v1' order by position`,
      [roomId],
    )
    expect(told).toEqual([{ name: 'Ours' }, { name: null }])
  })
})

describe('roomChanged', () => {
  const document = `subscription ($roomId: ID!) {
    roomChanged(roomId: $roomId) { name memberCount viewerRole }
  }`

  it('brings the room with its new name, members and roles, until the viewer leaves', async () => {
    const stream = await chat.listen(document, { viewer: bob, variables: { roomId } })
    const listener = collect(stream)
    const steps = [
      () => rename(alice, 'Ours'),
      () => leave(chat, carla, roomId),
      () => setRole(chat, alice, { roomId, userId: bob.userId, role: 'OWNER' }),
    ]

    for (const [index, step] of steps.entries()) {
      await step()
      await listener.received(index + 1)
    }
    await leave(chat, bob, roomId)
    await listener.end()

    expect(listener.events).toEqual([
      { roomChanged: { name: 'Ours', memberCount: 3, viewerRole: 'MEMBER' } },
      { roomChanged: { name: 'Ours', memberCount: 2, viewerRole: 'MEMBER' } },
      { roomChanged: { name: 'Ours', memberCount: 2, viewerRole: 'OWNER' } },
    ])
  })

  it('refuses strangers', async () => {
    const refused = chat.listen(document, { viewer: aViewer(), variables: { roomId } })
    await expect(refused).rejects.toThrow('NOT_FOUND')
  })
})
