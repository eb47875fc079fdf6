import { aViewer } from '@gravity/shared/testing/a-viewer'
import type { TestSubgraph } from '@gravity/shared/testing/open-test-subgraph'
import type { TestPlatform } from '@gravity/shared/testing/test-platform'
import type { Viewer } from '@gravity/shared/viewer/viewer'
import { describe, expect, it } from '@jest/globals'
import { collect } from './collect.ts'
import { leave, people, send } from './fixtures.ts'
import { later, withModeratedRoom } from './moderated-room.ts'
import { bodiesOf, type Outcome, seenRoom, type wishes } from './room-changes.ts'

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

describe('a mute', () => {
  const mute = (expiresAt?: string) =>
    say(mona, 'muteMember', { roomId, userId: bob.userId, expiresAt })

  it('lets a member read, and neither write, edit nor react, until it is lifted', async () => {
    const { id: messageId } = await send(chat, bob, { roomId, body: 'once' })
    const told = await chat.listen(
      'subscription ($roomId: ID!) { roomChanged(roomId: $roomId) { viewerIsMuted } }',
      { viewer: bob, variables: { roomId } },
    )
    await using changes = collect(told)
    expect(await mute()).toMatchObject({ __typename: 'RoomMute' })

    const refused = { code: 'MUTED' }
    const wanted = { roomId, clientMessageId: 'muted', body: 'let me' }
    expect(await say(bob, 'sendMessage', wanted)).toMatchObject(refused)
    expect(await say(bob, 'editMessage', { messageId, body: 'twice' })).toMatchObject(refused)
    expect(await say(bob, 'addReaction', { messageId, emoji: '👍' })).toMatchObject(refused)
    expect(await bodiesOf(chat, bob, roomId)).toEqual(['once'])
    await changes.received(1)
    expect(changes.events).toEqual([{ roomChanged: { viewerIsMuted: true } }])

    await say(mona, 'unmuteMember', { roomId, userId: bob.userId })
    expect(await say(bob, 'sendMessage', wanted)).toMatchObject({ __typename: 'Message' })
  })

  it('is not escaped by leaving, and ends by itself', async () => {
    await mute(inAnHour())
    await leave(chat, bob, roomId)
    await say(alice, 'addRoomMembers', { roomId, memberIds: [bob.userId] })

    expect((await send(chat, bob, { roomId })).__typename).toBe('Muted')
    await later(platform, 2 * hourMs, async () => {
      expect((await send(chat, bob, { roomId })).__typename).toBe('Message')
    })
  })

  it('is seen by those who may mute and by the member, and by nobody else', async () => {
    const expiresAt = inAnHour()
    await say(mona, 'muteMember', { roomId, userId: bob.userId, reason: 'Calm down', expiresAt })
    const [carla = aViewer()] = await people(chat, 1)
    await say(alice, 'addRoomMembers', { roomId, memberIds: [carla.userId] })
    const fields = 'roster { nodes { role user { id } mute { reason expiresAt } } }'

    const mute = { reason: 'Calm down', expiresAt }
    const rosterWith = (shown: object | null) => ({
      roster: {
        nodes: expect.arrayContaining([
          { role: 'OWNER', user: { id: alice.userId }, mute: null },
          { role: 'MODERATOR', user: { id: mona.userId }, mute: null },
          { role: 'MEMBER', user: { id: bob.userId }, mute: shown },
        ]),
      },
    })
    expect(await seenRoom(chat, mona, { id: roomId, fields })).toEqual(rosterWith(mute))
    expect(await seenRoom(chat, bob, { id: roomId, fields })).toEqual(rosterWith(mute))
    expect(await seenRoom(chat, carla, { id: roomId, fields })).toEqual(rosterWith(null))
  })

  it('still answers what was sent before', async () => {
    const input = { roomId, clientMessageId: 'before', body: 'sent before' }
    const first = await send(chat, bob, input)
    await mute()

    expect(await send(chat, bob, input)).toEqual(first)
  })
})

describe('slow mode', () => {
  const wish = (clientMessageId: string): Promise<Outcome> =>
    say(bob, 'sendMessage', {
      roomId,
      clientMessageId,
      body: 'quick',
      fields: '... on SlowMode { retryAfterSeconds } ... on Message { id }',
    })

  it('lets a member write once in so many seconds, and says how many are left', async () => {
    await say(mona, 'changeRoomSettings', { roomId, slowModeSeconds: 60 })

    expect(await wish('one')).toMatchObject({ __typename: 'Message' })
    const refused = await wish('two')
    expect(refused.code).toBe('SLOW_MODE')
    expect(Number(refused['retryAfterSeconds'])).toBeGreaterThan(0)
    expect(Number(refused['retryAfterSeconds'])).toBeLessThanOrEqual(60)
    expect(await wish('one')).toMatchObject({ __typename: 'Message' })
    expect(await later(platform, 61_000, () => wish('two'))).toMatchObject({
      __typename: 'Message',
    })
  })

  it('has one winner among messages that come at once', async () => {
    await say(mona, 'changeRoomSettings', { roomId, slowModeSeconds: 60 })

    const outcomes = await Promise.all(
      Array.from({ length: 20 }, (_, index) => wish(`at-once-${index}`)),
    )

    expect(outcomes.filter(({ __typename }) => __typename === 'Message')).toHaveLength(1)
    expect(outcomes.filter(({ code }) => code === 'SLOW_MODE')).toHaveLength(19)
  })

  it('is not for those who may end it, and a message that is refused takes no turn', async () => {
    await say(mona, 'changeRoomSettings', { roomId, slowModeSeconds: 60 })
    const nowhere = chat.platform.newId()

    expect((await send(chat, bob, { roomId, replyToId: nowhere })).__typename).toBe(
      'MessageNotFound',
    )
    expect(await wish('after')).toMatchObject({ __typename: 'Message' })
    for (const _ of [1, 2]) {
      expect((await send(chat, mona, { roomId })).__typename).toBe('Message')
    }
  })
})
