import { aViewer } from '@gravity/shared/testing/a-viewer'
import type { Viewer } from '@gravity/shared/viewer/viewer'
import { describe, expect, it } from '@jest/globals'
import { inChatRoom } from './chat-room.ts'
import { collect } from './collect.ts'
import { leave, setRole } from './fixtures.ts'

const here = inChatRoom()

async function rename(viewer: Viewer, name: string | null): Promise<object> {
  const data = await here.chat.answer<{ renameRoom: object }>(
    `mutation ($input: RenameRoomInput!) {
      renameRoom(input: $input) { __typename ... on Room { name } ... on Problem { code } }
    }`,
    { viewer, variables: { input: { roomId: here.roomId, name } } },
  )
  return data.renameRoom
}

describe('renameRoom', () => {
  it('is for owners and moderators, with a name or without', async () => {
    expect(await rename(here.bob, 'Ours')).toMatchObject({ code: 'PERMISSION_REQUIRED' })
    expect(await rename(aViewer(), 'Ours')).toMatchObject({ code: 'ROOM_NOT_FOUND' })
    expect(await rename(here.alice, 'two\nlines')).toMatchObject({ code: 'INVALID_INPUT' })
    await setRole(here.chat, here.alice, {
      roomId: here.roomId,
      userId: here.bob.userId,
      role: 'MODERATOR',
    })

    expect(await rename(here.bob, 'Ours')).toEqual({ __typename: 'Room', name: 'Ours' })
    expect(await rename(here.bob, 'Ours')).toEqual({ __typename: 'Room', name: 'Ours' })
    expect(await rename(here.alice, null)).toEqual({ __typename: 'Room', name: null })

    const told = await here.chat.sql(
      `select payload ->> 'name' as name from outbox
       where aggregate_id = $1 and name = 'chat.room-renamed.v1' order by position`,
      [here.roomId],
    )
    expect(told).toEqual([{ name: 'Ours' }, { name: null }])
  })
})

describe('roomChanged', () => {
  const document = `subscription ($roomId: ID!) {
    roomChanged(roomId: $roomId) { name memberCount viewerRole }
  }`

  it('brings the room with its new name, members and roles, until the viewer leaves', async () => {
    const stream = await here.chat.listen(document, {
      viewer: here.bob,
      variables: { roomId: here.roomId },
    })
    const listener = collect(stream)
    const steps = [
      () => rename(here.alice, 'Ours'),
      () => leave(here.chat, here.carla, here.roomId),
      () =>
        setRole(here.chat, here.alice, {
          roomId: here.roomId,
          userId: here.bob.userId,
          role: 'OWNER',
        }),
    ]

    for (const [index, step] of steps.entries()) {
      await step()
      await listener.received(index + 1)
    }
    await leave(here.chat, here.bob, here.roomId)
    await listener.end()

    expect(listener.events).toEqual([
      { roomChanged: { name: 'Ours', memberCount: 3, viewerRole: 'MEMBER' } },
      { roomChanged: { name: 'Ours', memberCount: 2, viewerRole: 'MEMBER' } },
      { roomChanged: { name: 'Ours', memberCount: 2, viewerRole: 'OWNER' } },
    ])
  })

  it('refuses strangers', async () => {
    const refused = here.chat.listen(document, {
      viewer: aViewer(),
      variables: { roomId: here.roomId },
    })
    await expect(refused).rejects.toThrow('NOT_FOUND')
  })
})
