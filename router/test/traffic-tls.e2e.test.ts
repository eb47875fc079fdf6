import { mkdtemp, rm } from 'node:fs/promises'
import { createSecureServer, type Http2ServerRequest } from 'node:http2'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { eventually } from '@gravity/shared/testing/eventually'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { createClient } from 'graphql-sse'
import {
  createTestAuthority,
  type Pair,
  startSecureSubgraph,
  type TestAuthority,
  writeTlsFiles,
} from './secure-subgraph.ts'
import { listenOnFreePort, reasonsOf, startTrafficRouter } from './traffic-router.ts'

/** Of the subgraphs' certificate; the address that they are reached at is another. */
const serverName = 'shop.internal'

let folder: string
let authority: TestAuthority
let server: Pair
let files: Awaited<ReturnType<typeof writeTlsFiles>>

beforeAll(async () => {
  authority = await createTestAuthority()
  server = await authority.issue(serverName, 'server')
  const router = await authority.issue('router', 'client')
  folder = await mkdtemp(join(tmpdir(), 'gravity-tls-'))
  files = await writeTlsFiles(folder, authority, router)
})
afterAll(() => rm(folder, { recursive: true }))

describe('TLS to a subgraph', () => {
  it('is mutual: both show a certificate, for queries and for subscriptions', async () => {
    await using shop = await startSecureSubgraph(authority, server)
    await using router = await startTrafficRouter([shop], {
      traffic: {
        all: { headers: [{ forward: 'x-shop' }] },
        subgraphs: { shop: { tls: { ...files, serverName } } },
      },
    })
    const results: unknown[] = []
    const client = createClient({ url: `${router.url}/graphql`, headers: { 'x-shop': '7' } })
    for await (const result of client.iterate({ query: 'subscription { opened }' })) {
      results.push(result)
    }

    expect(await router.ask('{ shop }')).toEqual({ data: { shop: 'open' } })
    expect(shop.peers).toEqual(['router'])
    expect(results).toEqual([{ data: { opened: 'now' } }])
    expect(shop.upgrades).toEqual(['7'])
    expect(await router.health()).toMatchObject({ dependencies: { shop: { status: 'up' } } })
  })

  it.each<[string, () => object]>([
    ['the router shows no certificate', () => ({ ca: files.ca, serverName })],
    ['the subgraph has another name', () => files],
    ['the authority is not known', () => ({ serverName })],
  ])('is refused when %s', async (_case, tls) => {
    await using shop = await startSecureSubgraph(authority, server)
    await using router = await startTrafficRouter([shop], {
      traffic: { subgraphs: { shop: { tls: tls() } } },
    })

    const answer = await router.ask('{ shop }')

    expect(reasonsOf(answer)).toEqual([['shop', 'SUBGRAPH_UNAVAILABLE', 'UNREACHABLE']])
    expect(shop.peers).toEqual([])
  })
})

describe('HTTP/2 to a subgraph', () => {
  it('carries many queries over one connection', async () => {
    const versions = new Set<string>()
    const connections = new Set<unknown>()
    const http2 = createSecureServer(
      { key: server.private, cert: server.cert, allowHTTP1: true },
      async (request, response) => {
        versions.add(request.httpVersion)
        connections.add((request as Http2ServerRequest).stream.session)
        await request.toArray()
        response.writeHead(200, { 'content-type': 'application/json' })
        response.end('{"data":{"shop":"open"}}')
      },
    )
    const url = `https://127.0.0.1:${await listenOnFreePort(http2)}/graphql`
    await using router = await startTrafficRouter(
      [{ name: 'shop', sdl: 'type Query { shop: String }', url }],
      {
        traffic: { all: { http2: true, tls: { ca: files.ca, serverName } } },
      },
    )

    const answers = await Promise.all([1, 2, 3, 4, 5, 6, 7, 8].map(() => router.ask('{ shop }')))

    expect(answers).toEqual(answers.map(() => ({ data: { shop: 'open' } })))
    expect([...versions]).toEqual(['2.0'])
    expect(connections.size).toBeLessThanOrEqual(4)
    await eventually(() => http2.close())
  })
})
