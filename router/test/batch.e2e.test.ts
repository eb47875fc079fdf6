import { ApolloClient, gql, InMemoryCache } from '@apollo/client'
import { BatchHttpLink } from '@apollo/client/link/batch-http'
import { createMemoryRateLimits } from '@gravity/shared/rate-limit/memory-rate-limits'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { type RunningRouter, startRouter } from './running-router.ts'

let router: RunningRouter
beforeAll(async () => {
  router = await startRouter()
})
afterAll(() => router.stop())

const hello = (name: string) => ({ query: `{ hello(name: "${name}") }` })

describe('Apollo Client with BatchHttpLink', () => {
  it('sends queries and mutations of one moment in one request', async () => {
    const bodies: unknown[] = []
    const link = new BatchHttpLink({
      uri: router.graphql,
      batchInterval: 5,
      fetch: (input, init) => {
        bodies.push(JSON.parse(String(init?.body)))
        return fetch(input, init)
      },
    })
    const client = new ApolloClient({ link, cache: new InMemoryCache() })

    const results = await Promise.all([
      client.query({
        query: gql('query a($name: String) { hello(name: $name) }'),
        variables: { name: 'Ada' },
      }),
      client.query({ query: gql('query b { self { hello } }') }),
      client.mutate({ mutation: gql('mutation c { add(amount: 2) }') }),
      client.query({ query: gql('query d { unknown }'), errorPolicy: 'all' }),
    ])

    expect(bodies).toHaveLength(1)
    expect(results.map(({ data }) => data)).toMatchObject([
      { hello: 'Hello Ada' },
      { self: { hello: 'Hello world' } },
      { add: expect.any(Number) },
      undefined,
    ])
    expect(results[3]?.error?.message).toContain('Cannot query field "unknown"')
  })
})

describe('a batch', () => {
  it('is answered in order, whoever is done first', async () => {
    const slow = { query: '{ slow(ms: 40) }' }

    const response = await router.post([slow, hello('A'), slow, hello('B')])

    expect(response.status).toBe(200)
    expect(response.headers.get('content-type')).toBe('application/json; charset=utf-8')
    expect(await response.json()).toEqual([
      { data: { slow: 'done' } },
      { data: { hello: 'Hello A' } },
      { data: { slow: 'done' } },
      { data: { hello: 'Hello B' } },
    ])
  })

  it('has the refusals of its operations in their places, each with the request id', async () => {
    const response = await router.post(
      [
        hello('A'),
        7,
        { query: '' },
        { query: '{ unknown }' },
        { query: 'subscription { count(to: 1) }' },
        { query: 'query ($ms: Int!) { slow(ms: $ms) }' },
        { query: '{ broken }' },
      ],
      { 'x-request-id': 'batch-1' },
    )

    const refusal = (message: string) => ({
      errors: [
        {
          message: expect.stringContaining(message),
          extensions: expect.objectContaining({ code: 'BAD_USER_INPUT' }),
        },
      ],
    })
    const answers = await response.json()
    expect(answers).toMatchObject([
      { data: { hello: 'Hello A' } },
      refusal('Each entry of the batch must be a JSON object'),
      refusal('"query" is empty'),
      refusal('Cannot query field'),
      refusal('cannot be batched'),
      refusal('"$ms"'),
      { data: { broken: null } },
    ])
    expect(JSON.stringify(answers)).toContain('"requestId":"batch-1"')
  })

  it('is refused as a whole when it is empty, too long, or switched off', async () => {
    await using off = await startRouter({ env: { GRAVITY_ROUTER_BATCH: '0' } })
    const eleven = Array.from({ length: 11 }, () => hello('A'))

    const long = await router.post(eleven)

    expect(long.status).toBe(400)
    expect(await long.json()).toMatchObject({
      errors: [{ extensions: { code: 'BAD_USER_INPUT', limit: 'batch', maximum: 10, actual: 11 } }],
    })
    expect((await router.post([])).status).toBe(400)
    expect((await off.post([hello('A')])).status).toBe(400)
    expect((await router.post([hello('A')], { accept: 'text/event-stream' })).status).toBe(406)
  })

  it('counts as many times against the rate as it has operations', async () => {
    await using limited = await startRouter({
      env: { GRAVITY_ROUTER_REQUESTS_PER_ADDRESS: '3' },
      rateLimits: createMemoryRateLimits(),
    })

    const answers = await (await limited.post([1, 2, 3, 4, 5].map(() => hello('A')))).json()

    expect(answers).toMatchObject([
      { data: { hello: 'Hello A' } },
      { data: { hello: 'Hello A' } },
      { data: { hello: 'Hello A' } },
      { errors: [{ extensions: { code: 'RATE_LIMITED' } }] },
      { errors: [{ extensions: { code: 'RATE_LIMITED' } }] },
    ])
    expect((await limited.post([hello('A')])).status).toBe(429)
  })

  it('ends with its client', async () => {
    const gone = new AbortController()
    const answer = fetch(router.graphql, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify([{ query: '{ patience }' }, hello('A')]),
      signal: gone.signal,
    })
    const interrupted = expect(answer).rejects.toThrow()
    await new Promise((resolve) => setImmediate(resolve))

    gone.abort()

    await interrupted
  })
})
