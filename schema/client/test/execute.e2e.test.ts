import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { createClient } from '../src/create-client.ts'
import { MeDocument, SendMessageDocument } from '../src/generated/documents.ts'
import type { GravityClient } from '../src/gravity-client.ts'
import {
  type ClientSession,
  createMemorySessionStorage,
  type SessionStorage,
} from '../src/session-storage.ts'
import { TestGraph } from './test-graph.ts'

let graph: TestGraph
const clients: GravityClient[] = []

function clientOf(storage: SessionStorage): GravityClient {
  const client = createClient({ url: graph.url, sessionStorage: storage })
  clients.push(client)
  return client
}

async function signedInClient(): Promise<GravityClient> {
  return clientOf(createMemorySessionStorage(graph.desk.issue()))
}

beforeEach(async () => {
  graph = await new TestGraph().start()
})

afterEach(async () => {
  for (const client of clients.splice(0)) client.close()
  await graph.stop()
})

describe('execute', () => {
  it('returns the data, with the session of its storage', async () => {
    const client = await signedInClient()

    const { me } = await client.execute(MeDocument)

    expect(me?.displayName).toBe('Ada')
    expect(graph.authorizations).toEqual([expect.stringMatching(/^Bearer access-/)])
  })

  it('sends no token when it is anonymous', async () => {
    const client = await signedInClient()

    const { me } = await client.execute(MeDocument, {}, { anonymous: true })

    expect(me).toBeNull()
    expect(graph.authorizations).toEqual([null])
  })

  it('throws the code, the errors and the data of an answer with errors', async () => {
    const client = clientOf(createMemorySessionStorage())
    const input = { roomId: 'room', clientMessageId: '1', body: 'Hello' }

    const sending = client.execute(SendMessageDocument, { input })

    await expect(sending).rejects.toMatchObject({
      name: 'GravityClientError',
      code: 'UNAUTHENTICATED',
      message: 'This is UNAUTHENTICATED.',
      errors: [{ path: ['sendMessage'] }],
    })
  })

  it('says NETWORK_ERROR when nobody answers', async () => {
    const client = clientOf(createMemorySessionStorage())
    await graph.stop()

    await expect(client.execute(MeDocument)).rejects.toMatchObject({ code: 'NETWORK_ERROR' })
  })

  it('says TIMEOUT when the answer takes too long', async () => {
    const client = createClient({
      url: graph.url,
      timeoutMs: 20,
      fetch: (_url, init) =>
        new Promise((_resolve, reject) => {
          init?.signal?.addEventListener('abort', () => reject(init.signal?.reason))
        }),
    })

    await expect(client.execute(MeDocument)).rejects.toMatchObject({ code: 'TIMEOUT' })
  })

  it('says BAD_RESPONSE when the answer is not GraphQL', async () => {
    const client = createClient({
      url: graph.url,
      fetch: async () => new Response('<h1>502</h1>', { status: 502 }),
    })

    await expect(client.execute(MeDocument)).rejects.toMatchObject({
      code: 'BAD_RESPONSE',
      message: 'The answer is not GraphQL (HTTP 502): <h1>502</h1>',
    })
  })

  it('throws the reason of the signal that aborted it', async () => {
    const client = await signedInClient()
    const reason = new Error('The page was left.')

    const call = client.execute(MeDocument, {}, { signal: AbortSignal.abort(reason) })

    await expect(call).rejects.toBe(reason)
  })
})

describe('renewal of the access token', () => {
  it('refreshes once for many calls whose token was refused, and repeats each', async () => {
    const client = await signedInClient()
    graph.desk.forgetAccessTokens()

    const answers = await Promise.all(Array.from({ length: 20 }, () => client.execute(MeDocument)))

    expect(answers.every(({ me }) => me?.id === 'ada')).toBe(true)
    expect(graph.desk.refreshes).toBe(1)
  })

  it('refreshes once for all clients that share a storage', async () => {
    const storage = createMemorySessionStorage(graph.desk.issue())
    const tabs = [clientOf(storage), clientOf(storage), clientOf(storage)]
    graph.desk.forgetAccessTokens()

    await Promise.all(tabs.map((tab) => tab.execute(MeDocument)))

    expect(graph.desk.refreshes).toBe(1)
  })

  it('refreshes before the call when the token is about to expire', async () => {
    graph.desk.lifetimeMs = 10_000
    const client = await signedInClient()
    graph.desk.lifetimeMs = 600_000

    await client.execute(MeDocument)

    expect(graph.desk.refreshes).toBe(1)
    expect(graph.authorizations).toEqual([null, expect.stringMatching(/^Bearer /)])
  })

  it('uses the old token while it lasts when refreshing is not possible', async () => {
    graph.desk.lifetimeMs = 10_000
    const client = await signedInClient()
    graph.desk.unavailable = true

    const { me } = await client.execute(MeDocument)

    expect(me?.id).toBe('ada')
  })

  it('keeps the session when refreshing is not possible for now', async () => {
    const client = await signedInClient()
    graph.desk.forgetAccessTokens()
    graph.desk.unavailable = true
    await expect(client.execute(MeDocument)).rejects.toMatchObject({ code: 'SUBGRAPH_UNAVAILABLE' })
    graph.desk.unavailable = false

    const { me } = await client.execute(MeDocument)

    expect(me?.id).toBe('ada')
  })

  it('signs out when the session has ended', async () => {
    const client = await signedInClient()
    await client.session.current()
    const seen: (ClientSession | undefined)[] = []
    client.session.onChange((session) => seen.push(session))
    graph.desk.endEverything()

    await expect(client.execute(MeDocument)).rejects.toMatchObject({ code: 'UNAUTHENTICATED' })

    expect(await client.session.current()).toBeUndefined()
    expect(seen).toEqual([undefined])
  })

  it('repeats a call only once and signs out when the new token is refused too', async () => {
    const client = await signedInClient()
    graph.desk.forgetAccessTokens()
    graph.desk.lifetimeMs = -1

    await expect(client.execute(MeDocument)).rejects.toMatchObject({ code: 'UNAUTHENTICATED' })

    expect(await client.session.current()).toBeUndefined()
    expect(graph.desk.refreshes).toBe(1)
  })

  it('does not trust a clock by which every new token has expired', async () => {
    const hourAhead = (): number => Date.now() + 3_600_000
    const client = createClient({ url: graph.url, now: hourAhead })
    clients.push(client)
    await client.session.signIn(graph.desk.issue())

    await client.execute(MeDocument)
    await client.execute(MeDocument)

    expect(graph.desk.refreshes).toBe(0)
  })

  it('does not undo a sign-out that happens while it refreshes', async () => {
    let signedOut: Promise<void> | undefined
    const client = createClient({
      url: graph.url,
      sessionStorage: createMemorySessionStorage(graph.desk.issue()),
      fetch: async (url, init) => {
        const response = await fetch(url, init)
        if (String(init?.body).includes('RefreshSession')) signedOut = client.session.signOut()
        return response
      },
    })
    clients.push(client)
    graph.desk.forgetAccessTokens()

    await expect(client.execute(MeDocument)).rejects.toMatchObject({ code: 'UNAUTHENTICATED' })
    await signedOut

    expect(graph.desk.refreshes).toBe(1)
    expect(await client.session.current()).toBeUndefined()
  })

  it('does not repeat a call of one person as another', async () => {
    const client = createClient({
      url: graph.url,
      sessionStorage: createMemorySessionStorage(graph.desk.issue()),
      fetch: async (url, init) => {
        const response = await fetch(url, init)
        await client.session.signIn(graph.desk.issue())
        return response
      },
    })
    clients.push(client)
    graph.desk.forgetAccessTokens()

    await expect(client.execute(MeDocument)).rejects.toMatchObject({ code: 'UNAUTHENTICATED' })

    expect(graph.authorizations).toHaveLength(1)
    expect(await client.session.current()).toBeDefined()
  })
})
