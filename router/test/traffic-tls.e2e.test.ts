import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createSecureServer, type Http2ServerRequest } from 'node:http2'
import { createServer } from 'node:https'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TLSSocket } from 'node:tls'
import { eventually } from '@gravity/shared/testing/eventually'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { buildSchema } from 'graphql'
import { createClient } from 'graphql-sse'
import { useServer as serveProtocol } from 'graphql-ws/use/ws'
import { generate } from 'selfsigned'
import { WebSocketServer } from 'ws'
import { listenOnFreePort, reasonsOf, startTrafficRouter } from './traffic-router.ts'

/** Of the subgraphs' certificate; the address that they are reached at is another. */
const serverName = 'shop.internal'

interface Pair {
  readonly cert: string
  readonly private: string
}

let folder: string
let authority: Pair
let server: Pair
let files: { readonly ca: string; readonly certificate: string; readonly key: string }

beforeAll(async () => {
  const signedBy = (ca: Pair, name: string, clientAuth: boolean) =>
    generate([{ name: 'commonName', value: name }], {
      algorithm: 'sha256',
      ca: { key: ca.private, cert: ca.cert },
      extensions: [
        { name: 'subjectAltName', altNames: [{ type: 2, value: name }] },
        { name: 'extKeyUsage', serverAuth: !clientAuth, clientAuth },
      ],
    })
  authority = await generate([{ name: 'commonName', value: 'Test authority' }], {
    algorithm: 'sha256',
    extensions: [
      { name: 'basicConstraints', cA: true, critical: true },
      { name: 'keyUsage', keyCertSign: true, critical: true },
    ],
  })
  server = await signedBy(authority, serverName, false)
  const router = await signedBy(authority, 'router', true)
  folder = await mkdtemp(join(tmpdir(), 'gravity-tls-'))
  const write = async (name: string, text: string): Promise<string> => {
    await writeFile(join(folder, name), text)
    return join(folder, name)
  }
  files = {
    ca: await write('ca.pem', authority.cert),
    certificate: await write('router.pem', router.cert),
    key: await write('router.key', router.private),
  }
})
afterAll(() => rm(folder, { recursive: true }))

const sdl = 'type Query { shop: String } type Subscription { opened: String }'
const tlsOptions = () => ({
  key: server.private,
  cert: server.cert,
  ca: authority.cert,
  requestCert: true,
  rejectUnauthorized: true,
})

/** A subgraph that talks to nobody but holders of a certificate of the authority, also over WebSocket. */
async function startSecureSubgraph() {
  const peers: string[] = []
  const upgrades: (string | undefined)[] = []
  const peerOf = (socket: TLSSocket): string => String(socket.getPeerCertificate().subject.CN)
  const https = createServer(tlsOptions(), (request, response) => {
    // The requests of an https server come over TLS.
    peers.push(peerOf(request.socket as TLSSocket))
    response.writeHead(200, { 'content-type': 'application/json' })
    response.end('{"data":{"shop":"open"}}')
  })
  https.on('tlsClientError', () => undefined)
  const sockets = new WebSocketServer({ server: https, path: '/graphql' })
  const protocol = serveProtocol(
    {
      schema: buildSchema(sdl),
      roots: {
        subscription: {
          async *opened() {
            yield { opened: 'now' }
          },
        },
      },
      onConnect({ extra }) {
        upgrades.push(extra.request.headers['x-shop']?.toString())
      },
    },
    sockets,
  )
  const port = await listenOnFreePort(https)
  return {
    name: 'shop',
    sdl,
    url: `https://127.0.0.1:${port}/graphql`,
    peers,
    upgrades,
    async [Symbol.asyncDispose]() {
      await protocol.dispose()
      https.closeAllConnections()
      await new Promise((resolve) => https.close(resolve))
    },
  }
}

describe('TLS to a subgraph', () => {
  it('is mutual: both show a certificate, for queries and for subscriptions', async () => {
    await using shop = await startSecureSubgraph()
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
    await using shop = await startSecureSubgraph()
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
