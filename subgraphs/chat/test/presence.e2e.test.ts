import { personBlocked } from '@gravity/shared/events/contracts/users'
import { aViewer } from '@gravity/shared/testing/a-viewer'
import { deliverEvent } from '@gravity/shared/testing/deliver-event'
import { eventually } from '@gravity/shared/testing/eventually'
import type { Viewer } from '@gravity/shared/viewer/viewer'
import { describe, expect, it } from '@jest/globals'
import { inChatRoom } from './chat-room.ts'
import { collect } from './collect.ts'
import { leave, people } from './fixtures.ts'

const here = inChatRoom()

const fields = 'status lastActiveAt statusText statusEmoji statusExpiresAt'

interface Seen {
  readonly status: string
  readonly lastActiveAt: string | null
  readonly statusText: string | null
}

/** What one person sees of another, as the graph asks for it. */
async function seen(viewer: Viewer, { userId }: Viewer): Promise<Seen | null> {
  const data = await here.chat.answer<{ _entities: { presence: Seen | null }[] }>(
    `query ($who: [_Any!]!) {
      _entities(representations: $who) { ... on User { presence { ${fields} } } }
    }`,
    { viewer, variables: { who: [{ __typename: 'User', id: userId.toUpperCase() }] } },
  )
  return data._entities[0]?.presence ?? null
}

async function ask(viewer: Viewer, mutation: string, variables: object = {}): Promise<void> {
  await here.chat.answer(mutation, { viewer, variables: { ...variables } })
}

/** Somebody has something open. */
async function opens(viewer: Viewer): Promise<AsyncDisposable> {
  return collect(await here.chat.listen('subscription { inbox { __typename } }', { viewer }))
}

const settings = `mutation ($input: ChangeChatSettingsInput!) {
  changeChatSettings(input: $input) { ... on ChatSettings { isInvisible } }
}`

const status = `mutation ($input: SetStatusInput!) {
  setStatus(input: $input) { __typename ... on InvalidInput { field } }
}`

describe('User.presence', () => {
  it('is seen by those who share a room, while something is open', async () => {
    const { alice, bob } = here
    const [stranger = aViewer()] = await people(here.chat, 1)
    expect(await seen(alice, bob)).toMatchObject({ status: 'OFFLINE', lastActiveAt: null })

    await using _open = await opens(bob)

    await eventually(async () => expect(await seen(alice, bob)).toMatchObject({ status: 'ONLINE' }))
    expect(await seen(bob, bob)).toMatchObject({ status: 'ONLINE' })
    expect(await seen(stranger, bob)).toBeNull()
  })

  it('is nothing for those between whom is a block', async () => {
    const { chat, alice, bob } = here
    await deliverEvent(chat.platform, 'chat', {
      contract: personBlocked,
      payload: {
        blockerId: bob.userId,
        blockedId: alice.userId,
        blockedAt: new Date().toISOString(),
      },
      aggregateId: bob.userId,
    })

    await eventually(async () => expect(await seen(alice, bob)).toBeNull())
    expect(await seen(bob, alice)).toBeNull()
  })

  it('comes from a report too, where nothing is open', async () => {
    const { alice, bob } = here

    await ask(bob, 'mutation { reportActivity { __typename } }')

    await eventually(async () => expect(await seen(alice, bob)).toMatchObject({ status: 'ONLINE' }))
  })

  it('is hidden from all but oneself when somebody is invisible', async () => {
    const { alice, bob } = here
    await ask(bob, settings, { input: { isInvisible: true } })

    await using _open = await opens(bob)

    await eventually(async () => expect(await seen(bob, bob)).toMatchObject({ status: 'ONLINE' }))
    expect(await seen(alice, bob)).toMatchObject({ status: 'OFFLINE', lastActiveAt: null })
  })

  it('does not say when somebody was active last who wants nobody to know', async () => {
    const { alice, bob } = here
    await using _open = await opens(bob)
    await eventually(async () => {
      expect(await seen(alice, bob)).toMatchObject({ lastActiveAt: expect.any(String) })
    })

    await ask(bob, settings, { input: { sharesLastActive: false } })

    expect(await seen(alice, bob)).toMatchObject({ status: 'ONLINE', lastActiveAt: null })
  })

  it('is of no account in the database', async () => {
    const { chat, bob } = here
    await using _open = await opens(bob)

    expect(await chat.sql('select 1 from settings where user_id = $1', [bob.userId])).toEqual([])
  })
})

describe('setStatus', () => {
  it('is seen until it ends', async () => {
    const { chat, alice, bob } = here
    const expiresAt = new Date(Date.now() + 600_000).toISOString()

    await ask(bob, status, { input: { text: ' At lunch ', emoji: '🍜', expiresAt } })

    expect(await seen(alice, bob)).toMatchObject({
      statusText: 'At lunch',
      statusEmoji: '🍜',
      statusExpiresAt: expiresAt,
    })
    await chat.sql(`update settings set status_expires_at = now() - interval '1 second'`)
    expect(await seen(alice, bob)).toMatchObject({ statusText: null, statusEmoji: null })
  })

  it.each([
    ['text', { text: 'x'.repeat(101) }],
    ['emoji', { emoji: 'lunch' }],
    ['expiresAt', { text: 'Away', expiresAt: '2020-01-01T00:00:00Z' }],
  ])('refuses a wrong %s', async (field, input) => {
    const data = await here.chat.answer(status, { viewer: here.bob, variables: { input } })

    expect(data).toEqual({ setStatus: { __typename: 'InvalidInput', field } })
  })
})

describe('presenceChanged', () => {
  const document = `subscription ($roomId: ID, $userIds: [ID!]) {
    presenceChanged(roomId: $roomId, userIds: $userIds) { user { id } status statusText }
  }`

  async function watch(viewer: Viewer, variables: object) {
    return collect(await here.chat.listen(document, { viewer, variables: { ...variables } }))
  }

  it('tells a room’s members who comes, and what they say', async () => {
    const { alice, bob, roomId } = here
    await using watched = await watch(alice, { roomId })

    await using _open = await opens(bob)
    await eventually(() =>
      expect(watched.events).toContainEqual({
        presenceChanged: { user: { id: bob.userId }, status: 'ONLINE', statusText: null },
      }),
    )
    await ask(bob, status, { input: { text: 'Here I am' } })

    await eventually(() =>
      expect(watched.events).toContainEqual({
        presenceChanged: { user: { id: bob.userId }, status: 'ONLINE', statusText: 'Here I am' },
      }),
    )
  })

  it('tells nobody of strangers whom they name, and ends for who leaves the room', async () => {
    const { chat, alice, bob, carla, roomId } = here
    const [stranger = aViewer()] = await people(chat, 1)
    await using strangers = await watch(stranger, { userIds: [bob.userId] })
    await using named = await watch(alice, { userIds: [bob.userId] })
    await using left = await watch(carla, { roomId })

    await leave(chat, carla, roomId)
    await left.end()
    await using _open = await opens(bob)

    await named.received(1)
    expect(strangers.events).toEqual([])
  })

  it('wants either a room or people', async () => {
    await expect(watch(here.alice, {})).rejects.toThrow('BAD_USER_INPUT')
    await expect(watch(aViewer(), { roomId: here.roomId })).rejects.toThrow('NOT_FOUND')
  })
})
