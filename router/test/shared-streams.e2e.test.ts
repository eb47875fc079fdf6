import { eventually } from '@gravity/shared/testing/eventually'
import type { SessionDenyList } from '@gravity/shared/viewer/session-deny-list'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { type Client, createClient } from 'graphql-sse'
import { type RunningRouter, startRouter } from './running-router.ts'
import { type SignedInRouter, startSignedInRouter } from './signed-in-router.ts'
import type { TestKey } from './test-tokens.ts'

const tokenHeader = 'x-graphql-event-stream-token'

let started: SignedInRouter
let router: RunningRouter
let key: TestKey
let sessions: SessionDenyList
beforeAll(async () => {
  started = await startSignedInRouter({ operations: 3, stallMs: 400 })
  ;({ router, key, sessions } = started)
})
afterAll(() => started.stop())

/** The protocol's own client, unmodified, in its mode of a single connection. */
function openClient(requests: string[] = [], headers: Record<string, string> = {}): Client<true> {
  return createClient({
    singleConnection: true,
    url: router.graphql,
    headers: () => ({ ...headers }),
    retryAttempts: 0,
    fetchFn: (input: string, init: RequestInit) => {
      requests.push(init.method ?? 'GET')
      return fetch(input, init)
    },
  })
}

async function collect(client: Client<true>, query: string): Promise<unknown[]> {
  const results: unknown[] = []
  for await (const result of client.iterate({ query })) results.push(result)
  return results
}

async function reserve(headers: Record<string, string> = {}): Promise<string> {
  const response = await fetch(router.graphql, { method: 'PUT', headers })
  expect(response.status).toBe(201)
  return response.text()
}

function openStream(token: string, headers: Record<string, string> = {}): Promise<Response> {
  return fetch(`${router.graphql}?token=${token}`, {
    headers: { accept: 'text/event-stream', ...headers },
  })
}

function start(
  token: string,
  query: string,
  { operationId = 'one', headers = {} }: { operationId?: unknown; headers?: object } = {},
): Promise<Response> {
  return router.post({ query, extensions: { operationId } }, { [tokenHeader]: token, ...headers })
}

describe("the protocol's own client", () => {
  it('runs everything over one stream', async () => {
    const requests: string[] = []
    const client = openClient(requests)

    const results = await Promise.all([
      collect(client, '{ hello(name: "Ada") }'),
      collect(client, 'mutation { add(amount: 2) }'),
      collect(client, 'subscription { count(to: 3) }'),
    ])

    expect(results).toEqual([
      [{ data: { hello: 'Hello Ada' } }],
      [{ data: { add: 2 } }],
      [{ data: { count: 1 } }, { data: { count: 2 } }, { data: { count: 3 } }],
    ])
    expect(requests.filter((method) => method !== 'DELETE')).toEqual([
      'PUT',
      'GET',
      'POST',
      'POST',
      'POST',
    ])
    client.dispose()
  })

  it('leaves a subscription, and the others go on', async () => {
    const client = openClient()
    const seen = { one: [] as unknown[], other: [] as unknown[] }
    const ends = { error: () => {}, complete: () => {} }
    const query = 'subscription { published }'
    const leave = client.subscribe({ query }, { next: (event) => seen.one.push(event), ...ends })
    client.subscribe({ query }, { next: (event) => seen.other.push(event), ...ends })
    await eventually(() => expect(router.graph.running.size).toBe(2))
    router.graph.publish('for both')
    // A client that leaves before it knows that its operation was accepted does not cancel it.
    await eventually(() => expect([seen.one.length, seen.other.length]).toEqual([1, 1]))

    leave()
    await eventually(() => expect(router.graph.running.size).toBe(1))
    router.graph.publish('still here')

    await eventually(() => expect(seen.other[1]).toEqual({ data: { published: 'still here' } }))
    expect(seen.one).toHaveLength(1)
    client.dispose()
    await eventually(() => expect(router.graph.running.size).toBe(0))
  })

  it('is told what is refused by a status', async () => {
    const client = openClient()

    await expect(collect(client, '{ unknown }')).rejects.toMatchObject({
      response: { status: 400 },
    })
    client.dispose()
  })

  it('is somebody with a token', async () => {
    const authorization = `Bearer ${await key.sign({ userId: 'user-4' })}`
    const client = openClient([], { authorization })

    expect(await collect(client, '{ me { id } }')).toEqual([{ data: { me: { id: 'user-4' } } }])
    client.dispose()
  })
})

describe('a shared stream', () => {
  it('has its results under the ids of their operations, also of those that came before it', async () => {
    const token = await reserve()
    expect((await start(token, '{ hello }')).status).toBe(202)

    const leaving = new AbortController()
    const stream = await fetch(`${router.graphql}?token=${token}`, {
      headers: { accept: 'text/event-stream' },
      signal: leaving.signal,
    })
    let text = ''
    for await (const chunk of stream.body ?? []) {
      text += new TextDecoder().decode(chunk)
      if (text.includes('event: complete')) break
    }

    expect(text).toBe(
      ':\n\nevent: next\ndata: {"id":"one","payload":{"data":{"hello":"Hello world"}}}\n\n' +
        'event: complete\ndata: {"id":"one"}\n\n',
    )
    leaving.abort()
  })

  it('is opened once', async () => {
    const token = await reserve()
    const first = await openStream(token)

    expect(first.status).toBe(200)
    expect((await openStream(token)).status).toBe(409)
    await first.body?.cancel()
    await eventually(async () => expect((await openStream(token)).status).toBe(404))
  })

  it('belongs to who reserved it', async () => {
    const alice = { authorization: `Bearer ${await key.sign({ userId: 'alice' })}` }
    const bob = { authorization: `Bearer ${await key.sign({ userId: 'bob' })}` }
    const token = await reserve(alice)

    expect((await openStream(token, bob)).status).toBe(403)
    const stream = await openStream(token)
    expect(stream.status).toBe(200)
    expect((await start(token, '{ hello }', { headers: bob })).status).toBe(403)
    expect((await start(token, '{ hello }')).status).toBe(403)
    expect((await start(token, '{ hello }', { headers: alice })).status).toBe(202)
    const cancel = { method: 'DELETE', headers: { [tokenHeader]: token, ...bob } }
    expect((await fetch(`${router.graphql}?operationId=one`, cancel)).status).toBe(403)
    await stream.body?.cancel()
  })

  it('refuses what is no operation of it', async () => {
    const token = await reserve()
    const stream = await openStream(token)
    const query = 'subscription { published }'

    expect((await start('guessed', query)).status).toBe(404)
    expect((await start(token, query)).status).toBe(202)
    for (const operationId of ['', 7, null, 'x'.repeat(200)]) {
      expect((await start(token, query, { operationId })).status).toBe(400)
    }
    expect((await start(token, query, { operationId: 'one' })).status).toBe(409)
    expect((await start(token, query, { operationId: 'two' })).status).toBe(202)
    expect((await start(token, query, { operationId: 'three' })).status).toBe(202)
    expect((await start(token, query, { operationId: 'four' })).status).toBe(429)
    const mutation = new URLSearchParams({ query: 'mutation { add(amount: 1) }', token })
    expect((await router.get(`${mutation}`)).status).toBe(405)
    const nameless = { method: 'DELETE', headers: { [tokenHeader]: token } }
    expect((await fetch(router.graphql, nameless)).status).toBe(400)
    expect((await fetch(router.graphql, { method: 'DELETE' })).status).toBe(400)
    await stream.body?.cancel()
    await eventually(() => expect(router.graph.running.size).toBe(0))
  })

  it('ends with an error of each operation when the session is revoked', async () => {
    const authorization = `Bearer ${await key.sign({ sessionId: 'session-s' })}`
    const token = await reserve({ authorization })
    const stream = await openStream(token, { authorization })
    await start(token, 'subscription { published }', { headers: { authorization } })
    await eventually(() => expect(router.graph.running.size).toBe(1))

    await sessions.deny('session-s', 600)

    const text = await stream.text()
    expect(text).toContain(
      'data: {"id":"one","payload":{"errors":[{"message":"The session has ended',
    )
    expect(text).toMatch(/event: complete\ndata: \{"id":"one"\}\n\n$/)
    await eventually(() => expect(router.graph.running.size).toBe(0))
  })

  it('pulls no events for a client that does not read, and gives it up in the end', async () => {
    const token = await reserve()
    const stream = await openStream(token)
    const before = router.graph.flooded()
    await start(token, 'subscription { flood(characters: 100000) }')

    await eventually(async () => expect((await start(token, '{ hello }')).status).toBe(404))
    expect(router.graph.flooded() - before).toBeLessThan(200)
    await stream.body?.cancel().catch(() => undefined)
  })

  it('may be reserved only so often without being opened', async () => {
    await using other = await startRouter()
    const put = async () => (await fetch(other.graphql, { method: 'PUT' })).status
    const statuses = await Promise.all(Array.from({ length: 101 }, put))

    expect(statuses.filter((status) => status === 201)).toHaveLength(100)
    expect(await put()).toBe(429)
  })

  it('waits for queries when the server stops, and not for subscriptions', async () => {
    const other = await startRouter()
    const token = await (await fetch(other.graphql, { method: 'PUT' })).text()
    const stream = await fetch(`${other.graphql}?token=${token}`, {
      headers: { accept: 'text/event-stream' },
    })
    const post = (query: string, operationId: string) =>
      other.post({ query, extensions: { operationId } }, { [tokenHeader]: token })
    await post('subscription { published }', 'events')
    await post('{ slow(ms: 100) }', 'query')

    const stopped = other.stop()

    expect(await stream.text()).toContain('data: {"id":"query","payload":{"data":{"slow":"done"}}}')
    await stopped
  })

  it('may be asked for across origins that are allowed', async () => {
    const preflight = await fetch(router.graphql, {
      method: 'OPTIONS',
      headers: {
        origin: 'http://localhost:3000',
        'access-control-request-method': 'PUT',
        'access-control-request-headers': tokenHeader,
      },
    })

    expect(preflight.headers.get('access-control-allow-methods')).toContain('PUT')
    const foreign = { method: 'PUT', headers: { origin: 'https://elsewhere.example' } }
    expect((await fetch(router.graphql, foreign)).status).toBe(400)
  })
})
