import { aViewer } from '@gravity/shared/testing/a-viewer'
import { openTestSubgraph, type TestSubgraph } from '@gravity/shared/testing/open-test-subgraph'
import { createTestPlatform, type TestPlatform } from '@gravity/shared/testing/test-platform'
import type { Viewer } from '@gravity/shared/viewer/viewer'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals'
import { createSubgraph } from '../src/subgraph.ts'
import { createRoom, leave, people, type RoomPageData, readPages } from './fixtures.ts'
import { type Outcome, seenRoom, toldOf, wishes } from './room-changes.ts'

let platform: TestPlatform
let chat: TestSubgraph
let say: ReturnType<typeof wishes>
let alice: Viewer
let bob: Viewer
let roomId: string

beforeAll(async () => {
  platform = await createTestPlatform()
  chat = await openTestSubgraph(createSubgraph, { platform })
  say = wishes(chat)
})

beforeEach(async () => {
  const [first = aViewer(), second = aViewer()] = await people(chat, 2)
  alice = first
  bob = second
  roomId = await createRoom(chat, alice)
})

afterAll(async () => {
  await chat[Symbol.asyncDispose]()
  await platform.close()
})

const dayMs = 24 * 60 * 60 * 1_000
const asInvitation = `... on Invitation {
  id status role roomName memberCount room { id } invitee { id } inviter { id }
}`

function invite(viewer: Viewer, input: object = {}): Promise<Outcome> {
  const wish = { roomId, userId: bob.userId, ...input, fields: asInvitation }
  return say(viewer, 'inviteToRoom', wish)
}

function invitationsOf(viewer: Viewer): Promise<string[]> {
  return readPages(async (after) => {
    const data = await chat.answer<{ invitations: RoomPageData }>(
      `query ($after: String) {
        invitations(first: 2, after: $after) { nodes { id } pageInfo { hasNextPage endCursor } }
      }`,
      { viewer, variables: { after } },
    )
    return data.invitations
  })
}

describe('an invitation', () => {
  it('lets the invitee know the room’s name, and come in', async () => {
    const invitation = await invite(alice)
    const again = await invite(alice)

    expect(invitation).toMatchObject({ status: 'PENDING', role: 'MEMBER', roomName: 'A room' })
    expect(again.id).toBe(invitation.id)
    expect(await invitationsOf(bob)).toEqual([invitation.id])
    expect(await seenRoom(chat, bob, { id: roomId, fields: 'id' })).toBeNull()

    const invitationId = invitation.id?.toUpperCase()
    for (const _ of ['once', 'twice']) {
      expect(
        await say(bob, 'acceptInvitation', {
          invitationId,
          fields: '... on Room { id memberCount }',
        }),
      ).toMatchObject({ id: roomId, memberCount: 2 })
    }
    expect(await invitationsOf(bob)).toEqual([])
    expect(await toldOf(chat, roomId, 'chat.invitation-settled.v1')).toMatchObject([
      { status: 'accepted', inviteeId: bob.userId },
    ])
  })

  it('has a next page', async () => {
    const ids: (string | undefined)[] = []
    for (const _ of [1, 2, 3]) {
      roomId = await createRoom(chat, alice)
      ids.unshift((await invite(alice)).id)
    }

    expect(await invitationsOf(bob)).toEqual(ids)
  })

  it('offers a role, which only who gives roles may offer', async () => {
    const [carla = aViewer()] = await people(chat, 1)
    await say(alice, 'addRoomMembers', { roomId, memberIds: [carla.userId] })

    expect(await invite(carla)).toMatchObject({ code: 'PERMISSION_REQUIRED' })
    await say(alice, 'changeMemberRole', { roomId, userId: carla.userId, role: 'MODERATOR' })
    expect(await invite(carla, { role: 'MODERATOR' })).toMatchObject({
      code: 'PERMISSION_REQUIRED',
    })
    expect(await invite(carla)).toMatchObject({ role: 'MEMBER' })
    expect(await invite(alice, { role: 'OWNER' })).toMatchObject({ code: 'INVALID_INPUT' })

    const { id: invitationId } = await invite(alice, { role: 'MODERATOR' })
    await say(bob, 'acceptInvitation', { invitationId })
    expect(await seenRoom(chat, bob, { id: roomId, fields: 'viewerRole' })).toEqual({
      viewerRole: 'MODERATOR',
    })
  })

  it('can be declined and made again', async () => {
    const { id: invitationId } = await invite(alice)

    const declined = await say(bob, 'declineInvitation', { invitationId, fields: asInvitation })
    const twice = await say(bob, 'declineInvitation', { invitationId, fields: asInvitation })

    expect(declined).toMatchObject({ status: 'DECLINED' })
    expect(twice).toMatchObject({ status: 'DECLINED' })
    expect(await say(bob, 'acceptInvitation', { invitationId })).toMatchObject({
      code: 'INVITATION_OVER',
    })
    expect((await invite(alice)).id).not.toBe(invitationId)
  })

  it('can be taken back, by nobody else than who may invite', async () => {
    const { id: invitationId } = await invite(alice)
    const [carla = aViewer()] = await people(chat, 1)

    expect(await say(carla, 'revokeInvitation', { invitationId })).toMatchObject({
      code: 'INVITATION_NOT_FOUND',
    })
    await say(alice, 'addRoomMembers', { roomId, memberIds: [carla.userId] })
    expect(await say(carla, 'revokeInvitation', { invitationId })).toMatchObject({
      code: 'PERMISSION_REQUIRED',
    })
    expect(await say(alice, 'revokeInvitation', { invitationId })).toMatchObject({
      __typename: 'Invitation',
    })
    expect(await say(bob, 'acceptInvitation', { invitationId })).toMatchObject({
      code: 'INVITATION_OVER',
    })
  })

  it('is nobody’s but the invitee’s, and none for a member or a stranger', async () => {
    const { id: invitationId } = await invite(alice)
    const stranger = '0179e7a0-1111-7abc-8def-0123456789ab'

    for (const name of ['acceptInvitation', 'declineInvitation']) {
      expect(await say(alice, name, { invitationId })).toMatchObject({
        code: 'INVITATION_NOT_FOUND',
      })
    }
    expect(await invite(bob, { userId: stranger })).toMatchObject({ code: 'UNKNOWN_PEOPLE' })
    expect(await invite(aViewer())).toMatchObject({ code: 'ROOM_NOT_FOUND' })
    await say(alice, 'addRoomMembers', { roomId, memberIds: [bob.userId] })
    expect(await invite(alice)).toMatchObject({ code: 'ALREADY_MEMBER' })
    expect(await invitationsOf(bob)).toEqual([])
  })

  it('expires', async () => {
    const { id: invitationId } = await invite(alice)

    platform.clock.advance(15 * dayMs)
    const late = await say(bob, 'acceptInvitation', { invitationId })
    const after = await invitationsOf(bob)
    platform.clock.advance(-15 * dayMs)

    expect(late).toMatchObject({ code: 'INVITATION_OVER' })
    expect(after).toEqual([])
  })

  it('is listed for who may invite, and for nobody else', async () => {
    const { id } = await invite(alice)
    const [carla = aViewer()] = await people(chat, 1)
    await say(alice, 'addRoomMembers', { roomId, memberIds: [carla.userId] })
    const fields =
      'invitations { nodes { id } } inviteLinks { nodes { id } } bans { nodes { reason } }'

    expect(await seenRoom(chat, alice, { id: roomId, fields })).toEqual({
      invitations: { nodes: [{ id }] },
      inviteLinks: { nodes: [] },
      bans: { nodes: [] },
    })
    expect(await seenRoom(chat, carla, { id: roomId, fields })).toEqual({
      invitations: null,
      inviteLinks: null,
      bans: null,
    })
  })
})

describe('an invite link', () => {
  async function makeLink(input: object = {}): Promise<{ token: string; linkId: string }> {
    const made = await say(alice, 'createInviteLink', {
      roomId,
      ...input,
      fields: '... on InviteLinkCreated { token link { id } }',
    })
    const { id } = made['link'] as { readonly id: string }
    return { token: String(made['token']), linkId: id }
  }

  it('lets whoever has it in, counts them, and ends with its last use, also for many at once', async () => {
    const { token } = await makeLink({ maxUses: 3 })
    const crowd = await people(chat, 8)

    const joined = await Promise.all(crowd.map((viewer) => say(viewer, 'joinByLink', { token })))

    const inside = joined.filter((outcome) => outcome.__typename === 'Room')
    expect(inside).toHaveLength(3)
    expect(new Set(joined.map((outcome) => outcome.code))).toEqual(
      new Set([undefined, 'INVITE_LINK_NOT_FOUND']),
    )
    expect(
      await seenRoom(chat, alice, {
        id: roomId,
        fields: 'memberCount inviteLinks { nodes { uses maxUses } }',
      }),
    ).toEqual({ memberCount: 4, inviteLinks: { nodes: [{ uses: 3, maxUses: 3 }] } })
  })

  it('is not used up by members, and its token is stored nowhere', async () => {
    const { token } = await makeLink({ maxUses: 1 })
    await say(alice, 'joinByLink', { token })

    expect(await say(bob, 'joinByLink', { token })).toMatchObject({ __typename: 'Room' })
    const stored = await chat.sql<{ row: string }>(
      'select invite_links::text as row from invite_links',
    )
    expect(stored.some(({ row }) => row.includes(token))).toBe(false)
  })

  it('leads nowhere when it was revoked, has expired, or never existed', async () => {
    const revoked = await makeLink()
    const short = await makeLink({ lastsHours: 1 })
    await say(alice, 'revokeInviteLink', { linkId: revoked.linkId })
    platform.clock.advance(2 * 60 * 60 * 1_000)

    const outcomes = await Promise.all(
      [revoked.token, short.token, 'x'.repeat(32), '', "'; --"].map((token) =>
        say(bob, 'joinByLink', { token }),
      ),
    )
    platform.clock.advance(-2 * 60 * 60 * 1_000)

    expect(outcomes.map((outcome) => outcome.code)).toEqual(Array(5).fill('INVITE_LINK_NOT_FOUND'))
  })

  it('is made and revoked by who may invite', async () => {
    const { token, linkId } = await makeLink()
    await say(bob, 'joinByLink', { token })

    expect(await say(bob, 'createInviteLink', { roomId })).toMatchObject({
      code: 'PERMISSION_REQUIRED',
    })
    expect(await say(bob, 'revokeInviteLink', { linkId })).toMatchObject({
      code: 'PERMISSION_REQUIRED',
    })
    await leave(chat, bob, roomId)
    expect(await say(bob, 'revokeInviteLink', { linkId })).toMatchObject({
      code: 'INVITE_LINK_NOT_FOUND',
    })
    expect(await say(alice, 'createInviteLink', { roomId, maxUses: 0 })).toMatchObject({
      code: 'INVALID_INPUT',
    })
    expect(await say(alice, 'createInviteLink', { roomId, lastsHours: 9_000 })).toMatchObject({
      code: 'INVALID_INPUT',
    })
  })
})
