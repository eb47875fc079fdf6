import { eventually } from '@gravity/shared/testing/eventually'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { createClient as createSseClient } from 'graphql-sse'
import { arrives, listens, type Person, post } from './person.ts'
import { type RunningGravity, startAsManyProcesses, startAsOneProcess } from './running-gravity.ts'

const createRoom = `mutation ($input: CreateRoomInput!) {
  createRoom(input: $input) { __typename ... on Room { id name } ... on Problem { code message } }
}`
const sendMessage = `mutation ($input: SendMessageInput!) {
  sendMessage(input: $input) { __typename ... on Message { id sequence } ... on Problem { code } }
}`
const messageAdded = `subscription ($roomId: ID!, $after: Int) {
  messageAdded(roomId: $roomId, afterSequence: $after) { sequence body author { displayName } }
}`

interface Added {
  messageAdded: { sequence: number; body: string; author: { displayName: string } }
}

async function opensRoom(owner: Person, members: readonly Person[]): Promise<string> {
  const { data } = await owner.ask<{ createRoom: { id: string } }>(createRoom, {
    input: { name: 'Kitchen', memberIds: members.map(({ id }) => id) },
  })
  return data.createRoom.id
}

let messages = 0
async function says(person: Person, roomId: string, body: string) {
  messages += 1
  const { data } = await person.ask<{ sendMessage: { id: string; sequence: number } }>(
    sendMessage,
    { input: { roomId, clientMessageId: `m${messages}`, body } },
  )
  return data.sendMessage
}

function stories(start: () => Promise<RunningGravity | undefined>): void {
  let gravity: RunningGravity
  const url = () => gravity.url

  beforeAll(async () => {
    const started = await start()
    if (!started) throw new Error('There is no Redis.')
    gravity = started
  }, 120_000)

  afterAll(() => gravity?.stop(), 60_000)

  it('joins the profile into the answer of a registration', async () => {
    const ada = await arrives(url(), 'Ada Story')

    expect(ada.displayName).toBe('Ada Story')
    const { data } = await ada.ask('{ me { id displayName } }')
    expect(data).toEqual({ me: { id: ada.id, displayName: 'Ada Story' } })
  })

  it('reads a profile from the cache until it changes, and fresh from then on', async () => {
    const ada = await arrives(url(), 'Ada Before')
    const query = 'query ($id: ID!) { user(id: $id) { displayName } }'
    const read = async () => {
      const response = await fetch(`${url()}/graphql`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ query, variables: { id: ada.id } }),
      })
      const { headers } = response
      const { data } = JSON.parse(await response.text())
      return { ...data.user, age: headers.get('age'), may: headers.get('cache-control') }
    }

    // The event of the new profile makes what is read before it arrives stale once.
    await eventually(async () => expect((await read()).age).not.toBeNull())
    expect(await read()).toMatchObject({ displayName: 'Ada Before', may: 'public, max-age=60' })
    await ada.ask('mutation { updateProfile(input: { displayName: "Ada After" }) { __typename } }')

    expect(await read()).toMatchObject({ displayName: 'Ada After' })
    const me = await ada.ask('{ me { displayName } }')
    expect(me.data).toEqual({ me: { displayName: 'Ada After' } })
  })

  it('delivers a friend’s message live with the friend’s profile, and replays what was missed', async () => {
    const [ada, ben] = [await arrives(url(), 'Ada Live'), await arrives(url(), 'Ben Live')]
    const roomId = await opensRoom(ada, [ben])
    const client = ada.socket()
    const live = listens<Added>(client, messageAdded, { roomId, after: 0 })

    await says(ben, roomId, 'Hello')
    await says(ben, roomId, 'Anybody here? 👋')

    await eventually(() => expect(live.received).toHaveLength(2))
    expect(live.received).toEqual([
      { messageAdded: { sequence: 1, body: 'Hello', author: { displayName: 'Ben Live' } } },
      {
        messageAdded: {
          sequence: 2,
          body: 'Anybody here? 👋',
          author: { displayName: 'Ben Live' },
        },
      },
    ])
    live.stop()

    await says(ben, roomId, 'While you were away')
    const again = listens<Added>(client, messageAdded, { roomId, after: 2 })
    await eventually(() => expect(again.received).toHaveLength(1))
    expect(again.received[0]?.messageAdded.body).toBe('While you were away')
    again.stop()
    await client.dispose()
  })

  it('shares events between listeners, but not what is for one of them only', async () => {
    const [ada, ben] = [await arrives(url(), 'Ada Shares'), await arrives(url(), 'Ben Shares')]
    const roomId = await opensRoom(ada, [ben])
    const everybody = messageAdded
    const own = `subscription ($roomId: ID!, $after: Int) {
      messageAdded(roomId: $roomId, afterSequence: $after) { sequence clientMessageId }
    }`
    const clients = [ada.socket(), ben.socket()]
    const [adaAll, benAll] = clients.map((client) =>
      listens<Added>(client, everybody, { roomId, after: 0 }),
    )
    const [adaOwn, benOwn] = clients.map((client) => listens(client, own, { roomId, after: 0 }))

    await says(ben, roomId, 'For both')

    await eventually(() => {
      for (const { received } of [adaAll, benAll, adaOwn, benOwn].filter(
        (one) => one !== undefined,
      )) {
        expect(received).toHaveLength(1)
      }
    })
    expect(adaAll?.received).toEqual(benAll?.received)
    expect(adaOwn?.received).toEqual([{ messageAdded: { sequence: 1, clientMessageId: null } }])
    expect(benOwn?.received).toEqual([
      { messageAdded: { sequence: 1, clientMessageId: `m${messages}` } },
    ])
    await Promise.all(clients.map((client) => client.dispose()))
  })

  it('delivers the same over server-sent events', async () => {
    const [ada, ben] = [await arrives(url(), 'Ada Sse'), await arrives(url(), 'Ben Sse')]
    const roomId = await opensRoom(ada, [ben])
    const client = createSseClient({
      url: `${url()}/graphql`,
      headers: { authorization: `Bearer ${ada.accessToken}` },
      retryAttempts: 0,
    })
    const stream = client.iterate({ query: messageAdded, variables: { roomId, after: 0 } })

    await says(ben, roomId, 'By plain HTTP')

    const { value } = await stream.next()
    expect(value?.data).toEqual({
      messageAdded: { sequence: 1, body: 'By plain HTTP', author: { displayName: 'Ben Sse' } },
    })
    await stream.return?.()
    client.dispose()
  })

  it('tells a stranger nothing', async () => {
    const [ada, eve] = [await arrives(url(), 'Ada Private'), await arrives(url(), 'Eve Outside')]
    const roomId = await opensRoom(ada, [])
    await says(ada, roomId, 'Secret')

    const { data } = await eve.ask<{ room: null }>('query ($id: ID!) { room(id: $id) { name } }', {
      id: roomId,
    })
    expect(data).toEqual({ room: null })
    const client = eve.socket()
    const stream = listens(client, messageAdded, { roomId, after: 0 })
    await stream.ended
    expect(stream.received).toMatchObject([{ errors: [{ extensions: { code: 'NOT_FOUND' } }] }])
    await client.dispose()
  })

  it('sends once, however often a client repeats it', async () => {
    const ada = await arrives(url(), 'Ada Twice')
    const roomId = await opensRoom(ada, [])
    const input = { roomId, clientMessageId: 'the-same', body: 'Once' }

    const answers = await Promise.all(
      Array.from({ length: 5 }, () =>
        ada.ask<{ sendMessage: { id: string } }>(sendMessage, { input }),
      ),
    )

    expect(new Set(answers.map(({ data }) => data.sendMessage.id)).size).toBe(1)
  })

  it('refuses a session’s tokens and closes its sockets as it is ended', async () => {
    const ada = await arrives(url(), 'Ada Leaves')
    const roomId = await opensRoom(ada, [])
    const client = ada.socket()
    const live = listens<Added>(client, messageAdded, { roomId, after: 0 })
    await says(ada, roomId, 'Still here')
    await eventually(() => expect(live.received).toHaveLength(1))

    await ada.ask('mutation { logout { ... on LoggedOut { sessionId } } }')

    expect(await live.ended).toMatchObject({ code: 4401 })
    const { errors } = await ada.ask('{ me { id } }')
    expect(errors?.[0]?.extensions.code).toBe('UNAUTHENTICATED')
    await client.dispose()
  })

  it('renews a session by a refresh token until its successor is used', async () => {
    const ada = await arrives(url(), 'Ada Renews')
    const renew = async (refreshToken: string) => {
      const { data } = await post<{
        refreshSession: { __typename: string; refreshToken?: string }
      }>(url(), {
        query: `mutation ($refreshToken: String!) {
          refreshSession(input: { refreshToken: $refreshToken }) { __typename ... on Session { refreshToken } }
        }`,
        variables: { refreshToken },
      })
      return data.refreshSession
    }

    const successor = await renew(ada.refreshToken)
    // As after a lost answer.
    expect(await renew(ada.refreshToken)).toEqual(successor)
    expect((await renew(successor.refreshToken ?? '')).__typename).toBe('Session')
    expect((await renew(ada.refreshToken)).__typename).toBe('InvalidRefreshToken')
  })

  it('publishes its keys and its health', async () => {
    const keys = await fetch(`${url()}/.well-known/jwks.json`)
    expect(await keys.json()).toMatchObject({ keys: [{ kty: 'OKP', alg: 'EdDSA' }] })
    const ready = await fetch(`${url()}/health/ready`)
    expect(await ready.json()).toMatchObject({ status: 'ready' })
    expect(await (await fetch(`${url()}/metrics`)).text()).toContain(
      'process_resident_memory_bytes',
    )
  })
}

describe('in one process', () => stories(startAsOneProcess))

if (process.env['GRAVITY_TEST_REDIS_URL']) {
  describe('in several processes', () => {
    stories(startAsManyProcesses)
  })
} else {
  console.warn('SKIPPED: the stories in several processes, because there is no redis-server.')
}
