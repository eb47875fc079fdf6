import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { serveSubgraph } from '../src/server/serve-subgraph.ts'
import { aViewer } from '../src/testing/a-viewer.ts'
import { eventually } from '../src/testing/eventually.ts'
import { silentLog } from '../src/testing/silent-log.ts'
import { IDENTITY_HEADER } from '../src/viewer/signed-identity.ts'
import { anIdentity } from './server-notices.ts'
import { meshSecret, type ServedNotices, serveNotices, signed } from './server-served-notices.ts'

let served: ServedNotices

beforeEach(async () => {
  served = await serveNotices()
})
afterEach(() => served.server.stop())

describe('GraphQL over HTTP', () => {
  it('answers a signed query', async () => {
    const identity = anIdentity({ viewer: aViewer({ userId: 'u1' }) })

    const response = await served.ask('{ whoAmI }', identity)

    expect(response.status).toBe(200)
    expect(await response.json()).toEqual({ data: { whoAmI: 'u1' } })
  })

  it.each([
    ['no identity', { 'content-type': 'application/json' }],
    ['a forged identity', { ...signed(), [IDENTITY_HEADER]: 'v1.e30.AAAA' }],
    ['an identity for another subgraph', signed(anIdentity(), 'users')],
  ])('refuses a call with %s before it reads anything', async (_title, headers) => {
    const response = await served.post(JSON.stringify({ query: '{ notices { nodes { id } } }' }), {
      headers,
    })

    expect(response.status).toBe(401)
    expect(await response.json()).toEqual({
      errors: [
        {
          message: 'This call does not come from the router.',
          extensions: { code: 'UNAUTHENTICATED' },
        },
      ],
    })
    expect(served.board.calls).toEqual([])
  })

  it('accepts the previous mesh secret while it is being replaced', async () => {
    const next = await serveSubgraph(served.board.subgraph, {
      host: '127.0.0.1',
      port: 0,
      meshSecret: 'the mesh secret that comes after the other one',
      previousMeshSecret: meshSecret,
      log: silentLog,
    })

    const response = await fetch(`${next.url}/graphql`, {
      method: 'POST',
      headers: signed(),
      body: '{"query":"{ whoAmI }"}',
    })

    expect(response.status).toBe(200)
    await next.stop()
  })

  it.each([
    ['malformed JSON', '{"query": ', 400],
    ['an empty body', '', 400],
    ['a list', '[]', 400],
    ['no query', '{}', 400],
    ['a query that is not text', '{"query": 1}', 400],
    ['variables that are not an object', '{"query": "{ whoAmI }", "variables": "x"}', 400],
    ['a syntax error', '{"query": "{"}', 400],
    ['an unknown field', '{"query": "{ nope }"}', 400],
    ['bytes that are not UTF-8', new Uint8Array([0x7b, 0xff, 0x7d]), 400],
    ['more than the limit', JSON.stringify({ query: `{ whoAmI } #${'x'.repeat(10_000)}` }), 413],
  ])('refuses %s with a code', async (_title, body, status) => {
    const response = await served.post(body)

    expect(response.status).toBe(status)
    expect(await response.json()).toMatchObject({
      errors: [{ message: expect.any(String), extensions: { code: 'BAD_USER_INPUT' } }],
    })
  })

  it.each([
    ['form data', { ...signed(), 'content-type': 'text/plain' }],
    ['a compressed body', { ...signed(), 'content-encoding': 'gzip' }],
  ])('refuses %s as a media type it does not know', async (_title, headers) => {
    expect((await served.post('{"query":"{ whoAmI }"}', { headers })).status).toBe(415)
  })

  it('refuses a body that grows beyond the limit without saying its length', async () => {
    const parts = Array.from({ length: 20 }, () => 'x'.repeat(1_000))
    const response = await served.post(
      ReadableStream.from(parts.map((part) => new TextEncoder().encode(part))),
      { duplex: 'half' },
    )

    expect(response.status).toBe(413)
  })

  it('refuses GET', async () => {
    const response = await served.get('/graphql?query={whoAmI}', signed())

    expect(response.status).toBe(405)
    expect(response.headers.get('allow')).toBe('POST')
  })

  it('masks a bug, and logs it with the id of the request', async () => {
    const response = await served.ask('{ fails }', anIdentity({ requestId: 'r42' }))

    const text = await response.text()
    expect(JSON.parse(text)).toMatchObject({
      data: { fails: null },
      errors: [{ path: ['fails'], extensions: { code: 'INTERNAL_SERVER_ERROR' } }],
    })
    expect(text).not.toMatch(/hunter2|stack|\.ts/)
    expect(served.logged.find((line) => line.includes('A field failed.'))).toMatch(
      /"requestId":"r42"/,
    )
  })

  it('tells an outage truthfully, with what the caller can act on', async () => {
    const response = await served.ask('{ failsUnavailable }')

    expect(await response.json()).toEqual({
      data: { failsUnavailable: null },
      errors: [
        {
          message: 'Notices cannot be read now.',
          path: ['failsUnavailable'],
          extensions: { code: 'SUBGRAPH_UNAVAILABLE', retryAfterSeconds: 3 },
        },
      ],
    })
    expect(served.logged.join()).toMatch(/connection refused/)
  })

  it('loses no other entity when one reference fails', async () => {
    const query = `{ _entities(representations: [
      { __typename: "Notice", id: "throws" }, { __typename: "Secret", id: "s1" }, { __typename: "Notice", id: "n1" }
    ]) { ... on Notice { body } } }`

    const response = await served.ask(query)

    expect(await response.json()).toMatchObject({
      data: { _entities: [null, null, { body: 'Notice 1' }] },
      errors: [
        { path: ['_entities', 0], extensions: { code: 'NOT_FOUND' } },
        { path: ['_entities', 1], extensions: { code: 'UNAUTHENTICATED' } },
      ],
    })
    expect(served.board.calls).not.toContain('Secret(s1)')
  })

  it('aborts the resolvers of a client that has left', async () => {
    const client = new AbortController()
    const left = served.post('{"query":"{ waits }"}', { signal: client.signal })
    await eventually(() => expect(served.board.calls).toEqual(['waits']))

    client.abort()

    await expect(left).rejects.toThrow()
    await eventually(() => expect(served.board.aborted).toHaveLength(1))
  })
})

describe('stopping', () => {
  it('finishes what is in flight', async () => {
    const answer = served.ask('{ waits }')
    await eventually(() => expect(served.board.calls).toEqual(['waits']))

    const stopped = served.server.stop()
    await eventually(() => expect(served.get('/health/live')).rejects.toThrow())
    served.board.release()

    expect(await (await answer).json()).toEqual({ data: { waits: 'released' } })
    await stopped
  })

  it('cuts what does not finish in the grace period, and tells its resolvers', async () => {
    const answer = served.ask('{ waits }')
    await eventually(() => expect(served.board.calls).toEqual(['waits']))

    const cut = expect(answer).rejects.toThrow()
    await served.server.stop()

    await cut
    await eventually(() => expect(served.board.aborted).toHaveLength(1))
  })

  it('says in a sentence that a port is taken', async () => {
    const port = Number(new URL(served.server.url).port)

    await expect(
      serveSubgraph(served.board.subgraph, {
        host: '127.0.0.1',
        port,
        meshSecret,
        log: silentLog,
      }),
    ).rejects.toMatchObject({
      name: 'StartError',
      message: expect.stringContaining(`Port ${port}`),
    })
  })
})
