import { eventually } from '@gravity/shared/testing/eventually'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { arrives, listens, type Person, post } from './person.ts'
import { type RunningGravity, startAsManyProcesses, startAsOneProcess } from './running-gravity.ts'

const patienceMs = 120_000
const env = { GRAVITY_USERS_DELETION_GRACE_DAYS: '0' }

/** A room of the first person with the second in it, in which the first has said something. */
async function conversation(host: Person, guest: Person): Promise<string> {
  const { data } = await host.ask<{ createRoom: { id: string } }>(
    'mutation ($input: CreateRoomInput!) { createRoom(input: $input) { ... on Room { id } } }',
    { input: { name: 'Shared', memberIds: [guest.id] } },
  )
  const roomId = data.createRoom.id
  await host.ask(
    'mutation ($input: SendMessageInput!) { sendMessage(input: $input) { __typename } }',
    {
      input: { roomId, clientMessageId: 'first', body: 'I was here' },
    },
  )
  return roomId
}

async function leaves(person: Person): Promise<unknown> {
  const { data } = await person.ask<{ requestAccountDeletion: unknown }>(
    'mutation { requestAccountDeletion { __typename } }',
  )
  return data.requestAccountDeletion
}

/** What is left of a conversation for the one who stays. */
async function left(guest: Person, roomId: string) {
  const { data } = await guest.ask<{ room: unknown }>(
    `query ($id: ID!) { room(id: $id) {
      viewerRole memberCount messages { nodes { body author { displayName isDeleted } } }
    } }`,
    { id: roomId },
  )
  return data.room
}

const gone = {
  viewerRole: 'OWNER',
  memberCount: 1,
  messages: {
    nodes: [{ body: 'I was here', author: { displayName: 'Deleted person', isDeleted: true } }],
  },
}

async function entersBy(url: string, mutation: string, email: string): Promise<string> {
  const isRegistration = mutation === 'register'
  const { data } = await post<Record<string, { __typename: string }>>(url, {
    query: `mutation ($input: ${isRegistration ? 'RegisterInput' : 'LoginInput'}!) {
      result: ${mutation}(input: $input) { __typename }
    }`,
    variables: {
      input: {
        email,
        password: 'correct horse battery',
        ...(isRegistration && { displayName: 'Somebody New' }),
      },
    },
  })
  return data['result']?.__typename ?? ''
}

async function emailOf(person: Person): Promise<string> {
  const { data } = await person.ask<{ me: { email: string } }>('{ me { email } }')
  return data.me.email
}

/** Asks for one's data, waits for it and fetches it. */
async function takesAlong(ann: Person, roomId: string): Promise<void> {
  await ann.ask('mutation { requestDataExport { __typename } }')

  const address = await eventually(async () => {
    const { data } = await ann.ask<{ dataExport: { status: string; downloadUrl: string } }>(
      '{ dataExport { status downloadUrl } }',
    )
    expect(data.dataExport.status).toBe('READY')
    return data.dataExport.downloadUrl
  })
  const response = await fetch(address)

  expect(response.headers.get('content-disposition')).toContain('attachment')
  expect(await response.json()).toMatchObject({
    userId: ann.id,
    auth: { account: [{ email: await emailOf(ann) }] },
    chat: { messages: [{ roomId, body: 'I was here' }] },
    users: { profile: [{ display_name: 'Ann' }] },
  })
}

describe('who leaves, in one process', () => {
  let gravity: RunningGravity
  const url = () => gravity.url

  beforeAll(async () => {
    gravity = await startAsOneProcess({ env })
  }, patienceMs)
  afterAll(() => gravity.stop())

  it(
    'takes what is kept about them along first',
    async () => {
      const [ann, ben] = [await arrives(url(), 'Ann'), await arrives(url(), 'Ben')]
      const roomId = await conversation(ann, ben)
      await takesAlong(ann, roomId)
    },
    patienceMs,
  )

  it(
    'is gone everywhere, and the address is free',
    async () => {
      const [ann, ben] = [await arrives(url(), 'Ann'), await arrives(url(), 'Ben')]
      const roomId = await conversation(ann, ben)
      const email = await emailOf(ann)
      const listening = listens(
        ann.socket(),
        'subscription ($roomId: ID!) { messageAdded(roomId: $roomId) { id } }',
        { roomId },
      )

      expect(await leaves(ann)).toEqual({ __typename: 'AccountDeletion' })

      await listening.ended
      await eventually(async () => expect(await left(ben, roomId)).toEqual(gone))
      await eventually(async () =>
        expect(await entersBy(url(), 'login', email)).not.toBe('Session'),
      )
      expect(await entersBy(url(), 'register', email)).toBe('Session')
    },
    patienceMs,
  )
})

describe('who leaves, in many processes', () => {
  let gravity: RunningGravity | undefined

  beforeAll(async () => {
    gravity = await startAsManyProcesses({ env })
  }, patienceMs)
  afterAll(() => gravity?.stop())

  it(
    'is gone everywhere although services are killed in the middle',
    async () => {
      if (!gravity) return
      const { kill, restart, url } = gravity
      const [ann, ben] = [await arrives(url, 'Ann'), await arrives(url, 'Ben')]
      const roomId = await conversation(ann, ben)
      const email = await emailOf(ann)
      await takesAlong(ann, roomId)
      await kill?.('chat')

      expect(await leaves(ann)).toEqual({ __typename: 'AccountDeletion' })
      await kill?.('users')
      await kill?.('auth')
      for (const name of ['auth', 'chat', 'users']) await restart?.(name)

      await eventually(async () => expect(await left(ben, roomId)).toEqual(gone), {
        timeoutMs: 60_000,
        intervalMs: 250,
      })
      await eventually(async () => expect(await entersBy(url, 'register', email)).toBe('Session'), {
        timeoutMs: 60_000,
        intervalMs: 250,
      })
    },
    patienceMs,
  )
})
