import { ApolloClient, HttpLink, InMemoryCache } from '@apollo/client'
import { eventually } from '@gravity/shared/testing/eventually'
import type { SessionDenyList } from '@gravity/shared/viewer/session-deny-list'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { parse } from 'graphql'
import { openTestRouter } from './opened-router.ts'
import { type RunningRouter, startRouter } from './running-router.ts'
import { type SignedInRouter, startSignedInRouter } from './signed-in-router.ts'
import { openChatRoom } from './subscription-chat.ts'
import type { TestKey } from './test-tokens.ts'

const accept = 'multipart/mixed;boundary=graphql;subscriptionSpec=1.0,application/json'

let started: SignedInRouter
let router: RunningRouter
let key: TestKey
let sessions: SessionDenyList
beforeAll(async () => {
  started = await startSignedInRouter({ heartbeatMs: 50, stallMs: 400 })
  ;({ router, key, sessions } = started)
})
afterAll(() => started.stop())

function open(query: string, init: RequestInit = {}): Promise<Response> {
  const { headers, ...rest } = init
  const search = new URLSearchParams({ query })
  return fetch(`${router.graphql}?${search}`, { ...rest, headers: { accept, ...headers } })
}

const part = (json: string) =>
  `\r\n--graphql\r\ncontent-type: application/json; charset=utf-8\r\n\r\n${json}`

describe('Apollo Client', () => {
  function openClient(uri: string): ApolloClient {
    return new ApolloClient({ cache: new InMemoryCache(), link: new HttpLink({ uri }) })
  }

  it('receives events that are completed by another subgraph, until it leaves', async () => {
    const room = openChatRoom()
    await using chat = await openTestRouter(room.subgraphs)
    const results: unknown[] = []
    const query = parse('subscription { posted(room: "hall") { body author { name } } }')
    const subscription = openClient(chat.graphql)
      .subscribe({ query })
      .subscribe(({ data }) => results.push(data))
    await eventually(() => expect(room.listeners()).toBe(1))

    room.post('hello', '2')

    await eventually(() =>
      expect(results).toMatchObject([{ posted: { body: 'hello', author: { name: 'person 2' } } }]),
    )
    subscription.unsubscribe()
    await eventually(() => expect(room.listeners()).toBe(0))
  })

  it('is told of errors, and of the end', async () => {
    const room = openChatRoom()
    await using chat = await openTestRouter(room.subgraphs)
    const query = parse('subscription { posted(room: "nowhere") { body } }')
    const messages: unknown[] = []
    let complete = false
    openClient(chat.graphql)
      .subscribe({ query })
      .subscribe({
        next: ({ error }) => messages.push(error?.message),
        complete: () => {
          complete = true
        },
      })

    await eventually(() => expect(complete).toBe(true))
    expect(messages).toEqual(['No such room'])
  })
})

describe('a multipart subscription', () => {
  it('is a part for each event, by GET and by POST', async () => {
    const query = 'subscription { count(to: 2) }'
    const byGet = await open(query)
    const byPost = await router.post({ query }, { accept })

    expect(byGet.headers.get('content-type')).toBe(
      'multipart/mixed; boundary="graphql"; subscriptionSpec=1.0',
    )
    const text = `${part('{}')}${part('{"payload":{"data":{"count":1}}}')}${part(
      '{"payload":{"data":{"count":2}}}',
    )}\r\n--graphql--\r\n`
    expect(await byGet.text()).toBe(text)
    expect(await byPost.text()).toBe(text)
  })

  it('carries empty parts while nothing happens', async () => {
    const leaving = new AbortController()
    const response = await open('subscription { published }', { signal: leaving.signal })
    const silence = part('{}').repeat(3)
    let text = ''
    for await (const chunk of response.body ?? []) {
      text += new TextDecoder().decode(chunk)
      if (text.length > silence.length) break
    }

    expect(text.startsWith(silence)).toBe(true)
    leaving.abort()
    await eventually(() => expect(router.graph.running.size).toBe(0))
  })

  it('ends with an error beside a null payload when the session is revoked', async () => {
    const token = await key.sign({ sessionId: 'session-m' })
    const response = await open('subscription { published }', {
      headers: { authorization: `Bearer ${token}` },
    })

    await sessions.deny('session-m', 600)

    const text = await response.text()
    expect(text).toContain('{"payload":null,"errors":[{"message":"The session has ended.')
    expect(text).toMatch(/"code":"UNAUTHENTICATED".*\r\n--graphql--\r\n$/)
    await eventually(() => expect(router.graph.running.size).toBe(0))
  })

  it('ends with a masked error when the subscription fails in the middle', async () => {
    const text = await (await open('subscription { failing }')).text()

    expect(text).toContain('{"payload":{"data":{"failing":1}}}')
    expect(text).toContain('"code":"INTERNAL_SERVER_ERROR"')
    expect(text).not.toContain('secret')
    expect(text).toMatch(/--graphql--\r\n$/)
  })

  it('pulls no events for a client that does not read, and gives it up in the end', async () => {
    const before = router.graph.flooded()
    const leaving = new AbortController()
    const { status } = await open('subscription { flood(characters: 100000) }', {
      signal: leaving.signal,
    })
    expect(status).toBe(200)

    await eventually(async () => {
      const metrics = await (await fetch(`${router.url}/metrics`)).text()
      expect(metrics).toContain('gravity_router_subscriptions 0')
    })
    expect(router.graph.flooded() - before).toBeLessThan(200)
    leaving.abort()
  })

  it('is cut off without an end when the router stops', async () => {
    const stopping = await startRouter()
    const response = await fetch(
      `${stopping.graphql}?${new URLSearchParams({ query: 'subscription { published }' })}`,
      { headers: { accept } },
    )

    await stopping.stop()

    expect(await response.text()).toBe(`${part('{}')}\r\n--graphql`)
  })

  it('is refused with JSON, and with a status for a token that does not hold', async () => {
    const refused = await open('subscription { unknown }')
    const stranger = await open('subscription { published }', {
      headers: { authorization: 'Bearer x' },
    })

    expect(await refused.json()).toMatchObject({
      errors: [{ extensions: { code: 'BAD_USER_INPUT' } }],
    })
    expect(stranger.status).toBe(401)
  })

  it('needs to be asked for by name', async () => {
    const response = await open('subscription { published }', {
      headers: { accept: 'multipart/mixed' },
    })

    expect(response.status).toBe(406)
  })
})
