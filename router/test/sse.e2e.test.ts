import { eventually } from '@gravity/shared/testing/eventually'
import type { SessionDenyList } from '@gravity/shared/viewer/session-deny-list'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { type Client, createClient } from 'graphql-sse'
import type { RunningRouter } from './running-router.ts'
import { type SignedInRouter, startSignedInRouter } from './signed-in-router.ts'
import type { TestKey } from './test-tokens.ts'

const accept = 'text/event-stream'

let started: SignedInRouter
let router: RunningRouter
let key: TestKey
let sessions: SessionDenyList
beforeAll(async () => {
  started = await startSignedInRouter({ heartbeatMs: 50, stallMs: 400 })
  ;({ router, key, sessions } = started)
})
afterAll(() => started.stop())

/** The protocol's own client, unmodified, in its mode of distinct connections. */
function openClient(headers: Record<string, string> = {}): Client {
  return createClient({ url: router.graphql, headers, retryAttempts: 0 })
}

async function collect(client: Client, query: string, variables = {}): Promise<unknown[]> {
  const results: unknown[] = []
  for await (const result of client.iterate({ query, variables })) results.push(result)
  return results
}

async function openStream(query: string, headers: Record<string, string> = {}): Promise<Response> {
  const search = new URLSearchParams({ query })
  return fetch(`${router.graphql}?${search}`, { headers: { accept, ...headers } })
}

describe("the protocol's own client", () => {
  it('runs queries, mutations and subscriptions', async () => {
    const client = openClient()

    expect(await collect(client, 'query q($n: String) { hello(name: $n) }', { n: 'Ada' })).toEqual([
      { data: { hello: 'Hello Ada' } },
    ])
    expect(await collect(client, 'mutation { add(amount: 2) }')).toEqual([{ data: { add: 2 } }])
    expect(await collect(client, 'subscription { count(to: 3) }')).toEqual([
      { data: { count: 1 } },
      { data: { count: 2 } },
      { data: { count: 3 } },
    ])
    client.dispose()
  })

  it('gets the errors of what is refused as a result', async () => {
    const client = openClient()

    expect(await collect(client, '{ unknown }')).toEqual([
      {
        errors: [
          expect.objectContaining({
            extensions: expect.objectContaining({ code: 'BAD_USER_INPUT' }),
          }),
        ],
      },
    ])
    client.dispose()
  })

  it('ends a subscription upstream when it leaves it', async () => {
    const client = openClient()
    const leave = client.subscribe(
      { query: 'subscription { published }' },
      { next: () => {}, error: () => {}, complete: () => {} },
    )
    await eventually(() => expect(router.graph.running.size).toBe(1))

    leave()

    await eventually(() => expect(router.graph.running.size).toBe(0))
    client.dispose()
  })

  it('is somebody with a token', async () => {
    const client = openClient({ authorization: `Bearer ${await key.sign({ userId: 'user-4' })}` })

    expect(await collect(client, '{ me { id } }')).toEqual([{ data: { me: { id: 'user-4' } } }])
    client.dispose()
  })
})

describe('an event stream', () => {
  it('is opened by GET, and by POST', async () => {
    const query = 'subscription { count(to: 1) }'
    const byGet = await openStream(query)
    const byPost = await router.post({ query }, { accept })

    expect(byGet.headers.get('content-type')).toBe('text/event-stream; charset=utf-8')
    const text = ':\n\nevent: next\ndata: {"data":{"count":1}}\n\nevent: complete\ndata:\n\n'
    expect(await byGet.text()).toBe(text)
    expect(await byPost.text()).toBe(text)
  })

  it('leaves mutations to POST', async () => {
    expect((await openStream('mutation { add(amount: 1) }')).status).toBe(405)
  })

  it('is refused with a status for a token that does not hold', async () => {
    const response = await openStream('subscription { published }', { authorization: 'Bearer x' })

    expect(response.status).toBe(401)
  })

  it('carries comments while nothing happens', async () => {
    const leaving = new AbortController()
    const response = await fetch(`${router.graphql}?query=subscription{published}`, {
      headers: { accept },
      signal: leaving.signal,
    })
    let text = ''
    for await (const chunk of response.body ?? []) {
      text += new TextDecoder().decode(chunk)
      if (text.length >= 9) break
    }

    expect(text).toBe(':\n\n:\n\n:\n\n')
    leaving.abort()
  })

  it('ends with an error when the session is revoked', async () => {
    const token = await key.sign({ sessionId: 'session-c' })
    const response = await openStream('subscription { published }', {
      authorization: `Bearer ${token}`,
    })

    await sessions.deny('session-c', 600)

    const text = await response.text()
    expect(text).toContain('event: next\ndata: {"errors":[{"message":"The session has ended.')
    expect(text).toContain('"code":"UNAUTHENTICATED"')
    expect(text).toMatch(/event: complete\ndata:\n\n$/)
    await eventually(() => expect(router.graph.running.size).toBe(0))
  })

  it('ends with a masked error when the subscription fails in the middle', async () => {
    const response = await openStream('subscription { failing }')

    const text = await response.text()
    expect(text).toContain('data: {"data":{"failing":1}}')
    expect(text).toContain('"code":"INTERNAL_SERVER_ERROR"')
    expect(text).not.toContain('secret')
  })

  it('pulls no events for a client that does not read, and gives it up in the end', async () => {
    const leaving = new AbortController()
    const query = 'subscription { flood(characters: 100000) }'
    const response = await fetch(`${router.graphql}?${new URLSearchParams({ query })}`, {
      headers: { accept },
      signal: leaving.signal,
    })
    expect(response.status).toBe(200)

    const metrics = async () => (await fetch(`${router.url}/metrics`)).text()
    await eventually(async () =>
      expect(await metrics()).toContain('gravity_router_subscriptions 0'),
    )
    expect(router.graph.flooded()).toBeLessThan(200)
    leaving.abort()
  })
})
