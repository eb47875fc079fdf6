import { eventually } from '@gravity/shared/testing/eventually'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { arrives, listens, type Person, post } from './person.ts'
import { type RunningGravity, startAsManyProcesses, startAsOneProcess } from './running-gravity.ts'

const byId = 'query ($id: ID!) { user(id: $id) { displayName } }'

interface Heard {
  readonly messageAdded: {
    readonly body: string
    readonly author: { readonly displayName: string }
  }
}

function act(person: Person, mutation: string, { id }: Person) {
  const input = `${mutation.charAt(0).toUpperCase()}${mutation.slice(1)}Input!`
  return person.ask(`mutation ($input: ${input}) { ${mutation}(input: $input) { __typename } }`, {
    input: { userId: id },
  })
}

async function nameSeenBy(person: Person, { id }: Person): Promise<string | null> {
  const { data } = await person.ask<{ user: { displayName: string } | null }>(byId, { id })
  return data.user?.displayName ?? null
}

/** A room of the first person with the others in it. */
async function room([host, ...guests]: readonly Person[]): Promise<string> {
  const { data } = await (host as Person).ask<{ createRoom: { id: string } }>(
    'mutation ($input: CreateRoomInput!) { createRoom(input: $input) { ... on Room { id } } }',
    { input: { name: 'Shared', memberIds: guests.map(({ id }) => id) } },
  )
  return data.createRoom.id
}

function sends(person: Person, roomId: string, body: string) {
  return person.ask(
    `mutation ($input: SendMessageInput!) { sendMessage(input: $input) { __typename } }`,
    { input: { roomId, clientMessageId: body, body } },
  )
}

function blocks(start: () => Promise<RunningGravity | undefined>) {
  let gravity: RunningGravity | undefined
  const url = () => gravity?.url ?? ''

  beforeAll(async () => {
    gravity = await start()
  }, 120_000)
  afterAll(() => gravity?.stop())

  it('hides a person at once, whatever was kept for others before and is afterwards', async () => {
    const [ann, ben, cyd] = [
      await arrives(url(), 'Ann'),
      await arrives(url(), 'Ben'),
      await arrives(url(), 'Cyd'),
    ]
    const shown = async () => [await nameSeenBy(ben, ann), await nameSeenBy(cyd, ann)]
    expect(await shown()).toEqual(['Ann', 'Ann'])
    expect(await nameSeenBy(ann, ben)).toBe('Ben')

    await act(ann, 'blockUser', ben)

    for (const _ of [1, 2, 3]) {
      expect(await nameSeenBy(cyd, ann)).toBe('Ann')
      expect(await nameSeenBy(ben, ann)).toBeNull()
      expect(await nameSeenBy(ann, ben)).toBeNull()
      expect(await nameSeenBy(cyd, ben)).toBe('Ben')
    }
    const stranger = await post<{ user: object }>(url(), { query: byId, variables: { id: ann.id } })
    expect(stranger.data.user).toEqual({ displayName: 'Ann' })
    expect(await nameSeenBy(ben, ann)).toBeNull()

    await act(ann, 'unblockUser', ben)
    expect(await shown()).toEqual(['Ann', 'Ann'])
  })

  it('keeps answers about people for those whom they are for', async () => {
    const [ann, ben] = [await arrives(url(), 'Ann'), await arrives(url(), 'Ben')]
    const policy = async (id: string) => {
      const response = await fetch(
        `${url()}/graphql?query=${encodeURIComponent(byId)}&variables=${encodeURIComponent(JSON.stringify({ id }))}`,
      )
      await response.arrayBuffer()
      return response.headers.get('cache-control')
    }
    await eventually(async () => {
      expect(await policy(ann.id)).toMatch(/public, max-age=\d+/)
    })
    expect(await policy(ann.id.toUpperCase())).toBe('no-store')

    await act(ben, 'blockUser', ann)

    // What is on its way while the event of the block tells routers once more is not kept.
    await eventually(async () => {
      expect(await policy(ann.id)).toMatch(/private, max-age=\d+/)
      expect(await policy(ben.id)).toMatch(/private, max-age=\d+/)
    })
    await ann.ask('mutation { updatePrivacy(input: { bio: SIGNED_IN }) { __typename } }')
    const withBio = await fetch(
      `${url()}/graphql?query=${encodeURIComponent(`{ user(id: "${ann.id}") { bio } }`)}`,
    )
    await withBio.arrayBuffer()
    expect(withBio.headers.get('cache-control')).toBe('no-store')
  })

  it('follows what a person protects, by reference too', async () => {
    const [ann, ben, cyd] = [
      await arrives(url(), 'Ann'),
      await arrives(url(), 'Ben'),
      await arrives(url(), 'Cyd'),
    ]
    await ann.ask('mutation { updateProfile(input: { bio: "Mine" }) { __typename } }')
    await act(ben, 'followUser', ann)
    const roomId = await room([ann, ben, cyd])
    await sends(ann, roomId, 'Hello')
    const bioSeenBy = async (person: Person) => {
      const { data } = await person.ask<{ room: { messages: { nodes: { author: object }[] } } }>(
        'query ($id: ID!) { room(id: $id) { messages(last: 1) { nodes { author { bio } } } } }',
        { id: roomId },
      )
      return data.room.messages.nodes[0]?.author
    }
    expect([await bioSeenBy(cyd), await bioSeenBy(ben)]).toEqual([{ bio: 'Mine' }, { bio: 'Mine' }])

    await ann.ask('mutation { updatePrivacy(input: { bio: FOLLOWERS }) { __typename } }')

    for (const _ of [1, 2]) {
      expect(await bioSeenBy(ben)).toEqual({ bio: 'Mine' })
      expect(await bioSeenBy(cyd)).toEqual({ bio: null })
    }
    await act(ann, 'removeFollower', ben)
    expect(await bioSeenBy(ben)).toEqual({ bio: null })
  })

  it('hides who writes from those they have blocked, in what all others share', async () => {
    const people = await Promise.all(
      ['Ann', 'Ben', 'Cyd', 'Dee'].map((name) => arrives(url(), name)),
    )
    const [ann, ben] = people as [Person, Person]
    const roomId = await room(people)
    await sends(ann, roomId, 'before')
    await act(ann, 'blockUser', ben)
    const live = people.map((person) => ({
      client: person.socket(),
      person,
    }))
    const heard = live.map(({ client }) =>
      listens<Heard>(
        client,
        `subscription ($roomId: ID!) {
          messageAdded(roomId: $roomId, afterSequence: 1) { body author { displayName } }
        }`,
        { roomId },
      ),
    )
    await sends(ann, roomId, 'after')

    await eventually(() => {
      for (const { received } of heard) expect(received).toHaveLength(1)
    })
    const names = heard.map(({ received }) => received[0]?.messageAdded.author.displayName)
    expect(names).toEqual(['Ann', 'Not available', 'Ann', 'Ann'])
    const { data } = await ben.ask<{ room: { messages: { nodes: { body: string }[] } } }>(
      'query ($id: ID!) { room(id: $id) { messages(last: 9) { nodes { body author { displayName } } } } }',
      { id: roomId },
    )
    expect(data.room.messages.nodes.map(({ body }) => body)).toEqual(['before', 'after'])
    for (const { client } of live) await client.dispose()
  })
}

describe('blocks and privacy in one process', () => blocks(() => startAsOneProcess()))
describe('blocks and privacy in many processes', () => blocks(() => startAsManyProcesses()))
