import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { GravityError } from '@gravity/shared/errors/gravity-error'
import { createIdentitySigner, IDENTITY_HEADER } from '@gravity/shared/viewer/signed-identity'
import { describe, expect, it } from '@jest/globals'
import { OperationTypeNode, parse } from 'graphql'
import { createHttpClient, type HttpClientOptions } from '../src/subgraphs/http-client.ts'
import type { SubgraphClient, SubgraphRequest } from '../src/subgraphs/subgraph-client.ts'
import { openSubgraphTraffic } from '../src/subgraphs/subgraph-traffic.ts'
import { defaultTrafficSettings, type TrafficSettings } from '../src/subgraphs/traffic-settings.ts'
import { anIdentity } from './execution-graph.ts'

type Handler = (request: IncomingMessage, response: ServerResponse, body: string) => void

interface Peer {
  readonly client: SubgraphClient
  readonly requests: IncomingMessage[]
  [Symbol.asyncDispose](): Promise<void>
}

interface PeerOptions extends Pick<HttpClientOptions, 'signer'> {
  readonly settings?: Partial<TrafficSettings>
}

async function aPeer(handle: Handler, { signer, settings }: PeerOptions = {}): Promise<Peer> {
  const requests: IncomingMessage[] = []
  const server = createServer(async (request, response) => {
    requests.push(request)
    const body = await request.toArray()
    handle(request, response, Buffer.concat(body).toString())
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  const port = typeof address === 'object' ? address?.port : undefined
  const client = createHttpClient({
    name: 'peer',
    url: `http://127.0.0.1:${port}/x?y=1`,
    signer,
    traffic: openSubgraphTraffic({ ...defaultTrafficSettings, ...settings }),
  })
  return {
    client,
    requests,
    async [Symbol.asyncDispose]() {
      await client.close()
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

const json =
  (value: unknown): Handler =>
  (_request, response) => {
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(value))
  }

function aRequest(facts: Partial<SubgraphRequest['operation']> = {}): SubgraphRequest {
  const text = '{ a }'
  return {
    operation: {
      kind: OperationTypeNode.QUERY,
      name: undefined,
      text,
      document: parse(text),
      ...facts,
    },
    variables: {},
    representations: new Map(),
  }
}

const call = () => ({ identity: anIdentity(), signal: new AbortController().signal })

async function failureOf(work: Promise<unknown>): Promise<unknown> {
  return work.then(
    () => 'no failure',
    (error: unknown) => (error instanceof GravityError ? `${error.code}: ${error.message}` : error),
  )
}

describe('createHttpClient', () => {
  it('sends the operation with its variables and representations', async () => {
    await using peer = await aPeer((_request, response, body) => {
      response.setHeader('content-type', 'application/graphql-response+json')
      response.end(JSON.stringify({ data: { path: _request.url, body: JSON.parse(body) } }))
    })
    const request = {
      ...aRequest({ name: 'Q' }),
      variables: { text: 'quote "', list: [1, null] },
      representations: new Map([
        ['representations', ['{"__typename":"A","id":"1"}', '{"id":"2"}']],
      ]),
    }

    const { data } = await peer.client.send(request, call())

    expect(data).toEqual({
      path: '/x?y=1',
      body: {
        query: '{ a }',
        operationName: 'Q',
        variables: {
          text: 'quote "',
          list: [1, null],
          representations: [{ __typename: 'A', id: '1' }, { id: '2' }],
        },
      },
    })
  })

  it('carries the trace, and the signed identity when it has a signer', async () => {
    const signer = createIdentitySigner({ secret: 'x'.repeat(40) })
    await using peer = await aPeer(json({ data: {} }), { signer })
    await using stranger = await aPeer(json({ data: {} }))
    const { identity, signal } = call()

    await peer.client.send(aRequest(), { identity, signal })
    await stranger.client.send(aRequest(), { identity, signal })

    const { traceparent, [IDENTITY_HEADER]: signed } = peer.requests[0]?.headers ?? {}
    expect(traceparent).toBe(identity.traceparent)
    expect(signer.verify(String(signed), 'peer')).toEqual(identity)
    expect(stranger.requests[0]?.headers).not.toHaveProperty(IDENTITY_HEADER)
  })

  it('gives errors as the subgraph tells them, whatever the status', async () => {
    const errors = [{ message: 'No', path: ['a', 0], extensions: { code: 'NOT_FOUND' } }, {}]
    await using peer = await aPeer((_request, response) => {
      response
        .writeHead(400, { 'content-type': 'application/json' })
        .end(JSON.stringify({ errors }))
    })

    expect(await peer.client.send(aRequest(), call())).toEqual({
      data: undefined,
      errors: [
        { message: 'No', path: ['a', 0], extensions: { code: 'NOT_FOUND' } },
        { message: 'An error without a message', path: undefined, extensions: {} },
      ],
    })
  })

  it.each([
    { name: 'a page', status: 502, type: 'text/html', body: '<h1>Bad gateway</h1>' },
    { name: 'something else', status: 200, type: 'application/json', body: '[1]' },
    { name: 'nothing', status: 200, type: 'application/json', body: '' },
    { name: 'half an answer', status: 200, type: 'application/json', body: '{"data":{"a":' },
  ])('calls a subgraph that answers $name unavailable', async ({ status, type, body }) => {
    await using peer = await aPeer((_request, response) => {
      response.writeHead(status, { 'content-type': type }).end(body)
    })

    expect(await failureOf(peer.client.send(aRequest(), call()))).toBe(
      `SUBGRAPH_UNAVAILABLE: peer did not answer with a GraphQL response: ${status} ${type}: ${body}`,
    )
  })

  it('gives up at its deadline, at its size limit and when its client has gone', async () => {
    await using slow = await aPeer(() => undefined, { settings: { deadlineMs: 50 } })
    await using large = await aPeer(json({ data: { a: 'x'.repeat(2_000) } }), {
      settings: { responseBytes: 1_000 },
    })
    await using silent = await aPeer(() => undefined)
    const client = new AbortController()
    const left = silent.client.send(aRequest(), { ...call(), signal: client.signal })
    client.abort(new Error('The client has gone'))

    expect(await failureOf(slow.client.send(aRequest(), call()))).toBe(
      'SUBGRAPH_UNAVAILABLE: peer did not answer within its deadline',
    )
    expect(await failureOf(large.client.send(aRequest(), call()))).toBe(
      'SUBGRAPH_UNAVAILABLE: peer answers more than it may',
    )
    expect(await failureOf(left)).toEqual(new Error('The client has gone'))
  })

  it('tries a query again when the connection fails, and a mutation never', async () => {
    let failures = 2
    const flaky: Handler = (request, response, body) => {
      failures -= 1
      if (failures >= 0) request.socket.destroy()
      else json({ data: { a: 1 } })(request, response, body)
    }
    await using peer = await aPeer(flaky)

    expect((await peer.client.send(aRequest(), call())).data).toEqual({ a: 1 })
    expect(peer.requests).toHaveLength(3)

    failures = 1
    const mutation = aRequest({ kind: OperationTypeNode.MUTATION })
    expect(await failureOf(peer.client.send(mutation, call()))).toBe(
      'SUBGRAPH_UNAVAILABLE: peer cannot be reached',
    )
    expect(peer.requests).toHaveLength(4)
  })

  it('is unavailable when its own signature is not accepted', async () => {
    const signer = createIdentitySigner({ secret: 'x'.repeat(40) })
    const refuse: Handler = (_request, response) => {
      response
        .writeHead(401, { 'content-type': 'application/json' })
        .end('{"errors":[{"message":"No"}]}')
    }
    await using peer = await aPeer(refuse, { signer })

    expect(await failureOf(peer.client.send(aRequest(), call()))).toMatch(/^SUBGRAPH_UNAVAILABLE/)
  })

  it('checks whether the subgraph answers', async () => {
    await using good = await aPeer(json({ data: { __typename: 'Query' } }))
    await using bad = await aPeer(json({ errors: [{ message: 'No' }] }))

    await expect(good.client.check()).resolves.toBeUndefined()
    await expect(bad.client.check()).rejects.toThrow('it does not answer queries')
  })
})
