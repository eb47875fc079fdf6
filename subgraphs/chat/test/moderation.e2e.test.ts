import { aViewer } from '@gravity/shared/testing/a-viewer'
import type { TestSubgraph } from '@gravity/shared/testing/open-test-subgraph'
import type { TestPlatform } from '@gravity/shared/testing/test-platform'
import type { Viewer } from '@gravity/shared/viewer/viewer'
import { describe, expect, it } from '@jest/globals'
import { collect } from './collect.ts'
import { people, send } from './fixtures.ts'
import { listen } from './listener.ts'
import { later, withModeratedRoom } from './moderated-room.ts'
import { bodiesOf, seenRoom, toldOf, type wishes } from './room-changes.ts'

let platform: TestPlatform
let chat: TestSubgraph
let say: ReturnType<typeof wishes>
let alice: Viewer
let bob: Viewer
let mona: Viewer
let roomId: string

withModeratedRoom((room) => {
  ;({ platform, chat, say, alice, bob, mona, roomId } = room)
})

const hourMs = 60 * 60 * 1_000

function inAnHour(): string {
  return new Date(platform.now().getTime() + hourMs).toISOString()
}

function log(viewer: Viewer): Promise<Record<string, unknown> | null> {
  const fields = `moderationLog {
    nodes { action actor { id } person { id } reason expiresAt }
  }`
  return seenRoom(chat, viewer, { id: roomId, fields })
}

describe('removeMember', () => {
  it('sends a member away at once, who may be brought back', async () => {
    await using stream = await listen(chat, bob, { roomId })

    const removed = await say(mona, 'removeMember', {
      roomId: roomId.toUpperCase(),
      userId: bob.userId.toUpperCase(),
      reason: 'Off topic',
      fields: '... on MemberRemoved { roomId user { id } }',
    })
    await send(chat, alice, { roomId, body: 'not for Bob' })
    await stream.end()

    expect(removed).toMatchObject({ roomId, user: { id: bob.userId } })
    expect(stream.bodies).toEqual([])
    expect(await bodiesOf(chat, bob, roomId)).toBeNull()
    expect(await say(mona, 'removeMember', { roomId, userId: bob.userId })).toMatchObject({
      __typename: 'MemberRemoved',
    })
    expect(await toldOf(chat, roomId, 'chat.member-removed.v1')).toEqual([
      { roomId, userId: bob.userId, removedBy: mona.userId },
    ])
    expect(await say(alice, 'addRoomMembers', { roomId, memberIds: [bob.userId] })).toMatchObject({
      __typename: 'Room',
    })
  })

  it('needs the permission, and a role above the other’s', async () => {
    const remove = (viewer: Viewer, person: Viewer) =>
      say(viewer, 'removeMember', { roomId, userId: person.userId })

    expect(await remove(bob, mona)).toMatchObject({ code: 'PERMISSION_REQUIRED' })
    expect(await remove(mona, alice)).toMatchObject({ code: 'MEMBER_OUTRANKS' })
    expect(await remove(mona, mona)).toMatchObject({ code: 'INVALID_INPUT' })
    expect(await remove(mona, aViewer())).toMatchObject({ code: 'MEMBER_NOT_FOUND' })
    expect(await remove(aViewer(), bob)).toMatchObject({ code: 'ROOM_NOT_FOUND' })
    expect(await remove(alice, mona)).toMatchObject({ __typename: 'MemberRemoved' })
  })

  it('is for staff too, who need not be members; somebody owns the room afterwards', async () => {
    const staff = aViewer({ scopes: ['chat:moderate'] })

    expect(await say(staff, 'removeMember', { roomId, userId: alice.userId })).toMatchObject({
      __typename: 'MemberRemoved',
    })
    const [owner] = await chat.sql<{ owners: number }>(
      `select count(*)::integer as owners from members where room_id = $1 and role = 'owner'`,
      [roomId],
    )
    expect(owner).toEqual({ owners: 1 })
  })
})

describe('a ban', () => {
  const ban = (expiresAt?: string) =>
    say(mona, 'banPerson', {
      roomId,
      userId: bob.userId,
      reason: 'Spam',
      expiresAt,
      fields: '... on RoomBan { reason expiresAt user { id } bannedBy { id } }',
    })

  it('ends the streams, closes every door, and is lifted', async () => {
    const link = await say(alice, 'createInviteLink', {
      roomId,
      fields: '... on InviteLinkCreated { token }',
    })
    await using stream = await listen(chat, bob, { roomId })

    expect(await ban()).toMatchObject({
      reason: 'Spam',
      expiresAt: null,
      bannedBy: { id: mona.userId },
    })
    await stream.end()

    const fields = '... on Banned { reason }'
    expect(await say(bob, 'joinByLink', { token: link['token'], fields })).toMatchObject({
      code: 'BANNED',
      reason: 'Spam',
    })
    const memberIds = [bob.userId]
    expect(await say(alice, 'addRoomMembers', { roomId, memberIds })).toMatchObject({
      code: 'PEOPLE_BANNED',
    })
    expect(await say(alice, 'inviteToRoom', { roomId, userId: bob.userId })).toMatchObject({
      code: 'PEOPLE_BANNED',
    })
    expect(
      await seenRoom(chat, mona, { id: roomId, fields: 'bans { nodes { user { id } } }' }),
    ).toEqual({ bans: { nodes: [{ user: { id: bob.userId } }] } })

    await say(alice, 'unbanPerson', { roomId, userId: bob.userId })
    await say(alice, 'unbanPerson', { roomId, userId: bob.userId })
    expect(await say(bob, 'joinByLink', { token: link['token'] })).toMatchObject({
      __typename: 'Room',
    })
    expect(await toldOf(chat, roomId, 'chat.person-unbanned.v1')).toHaveLength(1)
  })

  it('ends by itself when it has an end, which lies in the future', async () => {
    expect(await ban('2020-01-01T00:00:00Z')).toMatchObject({ code: 'INVALID_INPUT' })
    await ban(inAnHour())
    const back = () => say(alice, 'addRoomMembers', { roomId, memberIds: [bob.userId] })

    expect(await back()).toMatchObject({ code: 'PEOPLE_BANNED' })
    expect(await later(platform, 2 * hourMs, back)).toMatchObject({ __typename: 'Room' })
  })

  it('leaves nobody inside who comes while they are banned', async () => {
    const link = await say(alice, 'createInviteLink', {
      roomId,
      fields: '... on InviteLinkCreated { token }',
    })
    const crowd = await people(chat, 20)
    const token = link['token']

    await Promise.all(
      crowd.flatMap((viewer) => [
        say(viewer, 'joinByLink', { token }),
        say(mona, 'banPerson', { roomId, userId: viewer.userId }),
        say(viewer, 'joinByLink', { token }),
      ]),
    )

    const room = await seenRoom(chat, alice, { id: roomId, fields: 'memberCount' })
    expect(room).toEqual({ memberCount: 3 })
    const inside = await chat.sql(
      'select 1 from members m join bans b using (room_id, user_id) where m.room_id = $1',
      [roomId],
    )
    expect(inside).toEqual([])
  })

  it('takes the invitations with it, and comes before anybody was a member', async () => {
    const [carla = aViewer()] = await people(chat, 1)
    const { id: invitationId } = await say(alice, 'inviteToRoom', {
      roomId,
      userId: carla.userId,
      fields: '... on Invitation { id }',
    })

    await say(mona, 'banPerson', { roomId, userId: carla.userId })

    expect(await say(carla, 'acceptInvitation', { invitationId })).toMatchObject({
      code: 'INVITATION_OVER',
    })
    const stranger = '0179e7a0-1111-7abc-8def-0123456789ab'
    expect(await say(mona, 'banPerson', { roomId, userId: stranger })).toMatchObject({
      code: 'UNKNOWN_PEOPLE',
    })
  })
})

describe('roomChanged', () => {
  it('calls the moderators to whatever they may look at', async () => {
    const stream = await chat.listen(
      `subscription ($roomId: ID!) {
        roomChanged(roomId: $roomId) { reports { nodes { reason } } wordFilters { words } }
      }`,
      { viewer: mona, variables: { roomId } },
    )
    await using changes = collect(stream)

    await say(mona, 'setWordFilter', { roomId, words: 'outside', action: 'FLAG' })
    await changes.received(1)
    const { id: messageId } = await send(chat, bob, { roomId, body: 'come outside' })
    await changes.received(2)
    await say(alice, 'reportMessage', { messageId, reason: 'SPAM' })
    await changes.received(3)

    const wordFilters = [{ words: 'outside' }]
    const found = { reason: 'WORD_FILTER' }
    expect(changes.events).toEqual([
      { roomChanged: { reports: { nodes: [] }, wordFilters } },
      { roomChanged: { reports: { nodes: [found] }, wordFilters } },
      { roomChanged: { reports: { nodes: [found, { reason: 'SPAM' }] }, wordFilters } },
    ])
  })
})

describe('the moderation log', () => {
  it('has what was done to whom, the latest first, for those who moderate', async () => {
    const expiresAt = '2099-01-01T00:00:00.000Z'
    await say(mona, 'muteMember', { roomId, userId: bob.userId, reason: 'Calm down', expiresAt })
    await say(mona, 'muteMember', { roomId, userId: alice.userId })
    await say(mona, 'banPerson', { roomId, userId: bob.userId })

    const by = { actor: { id: mona.userId }, person: { id: bob.userId } }
    expect(await log(alice)).toEqual({
      moderationLog: {
        nodes: [
          { action: 'PERSON_BANNED', ...by, reason: null, expiresAt: null },
          { action: 'MEMBER_MUTED', ...by, reason: 'Calm down', expiresAt },
        ],
      },
    })
    const [carla = aViewer()] = await people(chat, 1)
    await say(alice, 'addRoomMembers', { roomId, memberIds: [carla.userId] })
    expect(await log(carla)).toEqual({ moderationLog: null })
  })

  it('cannot be changed, not even in the database', async () => {
    await say(mona, 'banPerson', { roomId, userId: bob.userId })

    await expect(chat.sql('update moderation_log set reason = $1', ['nothing'])).rejects.toThrow(
      'append-only',
    )
    await expect(chat.sql('delete from moderation_log')).rejects.toThrow('append-only')
  })
})
