import { writeFile } from 'node:fs/promises'
import { createServer } from 'node:https'
import { join } from 'node:path'
import type { TLSSocket } from 'node:tls'
import { buildSchema } from 'graphql'
import { useServer as serveProtocol } from 'graphql-ws/use/ws'
import { generate } from 'selfsigned'
import { WebSocketServer } from 'ws'
import { listenOnFreePort } from './traffic-router.ts'

/** A certificate and its key, as PEM texts. */
export interface Pair {
  readonly cert: string
  readonly private: string
}

export interface TestAuthority {
  readonly cert: string
  /** A certificate for a server or, to show to servers, for a client. */
  issue(name: string, use: 'server' | 'client'): Promise<Pair>
}

export async function createTestAuthority(name = 'Test authority'): Promise<TestAuthority> {
  const authority = await generate([{ name: 'commonName', value: name }], {
    algorithm: 'sha256',
    extensions: [
      { name: 'basicConstraints', cA: true, critical: true },
      { name: 'keyUsage', keyCertSign: true, critical: true },
    ],
  })
  return {
    cert: authority.cert,
    issue: (commonName, use) =>
      generate([{ name: 'commonName', value: commonName }], {
        algorithm: 'sha256',
        ca: { key: authority.private, cert: authority.cert },
        extensions: [
          { name: 'subjectAltName', altNames: [{ type: 2, value: commonName }] },
          { name: 'extKeyUsage', serverAuth: use === 'server', clientAuth: use === 'client' },
        ],
      }),
  }
}

/** Puts what a router needs to know a subgraph, and to be known by it, into files of the folder; resolves to their names. */
export async function writeTlsFiles(folder: string, authority: TestAuthority, router: Pair) {
  const files = {
    ca: join(folder, 'ca.pem'),
    certificate: join(folder, 'router.pem'),
    key: join(folder, 'router.key'),
  }
  await writeFile(files.ca, authority.cert)
  await writeFile(files.certificate, router.cert)
  await writeFile(files.key, router.private)
  return files
}

const sdl = 'type Query { shop: String } type Subscription { opened: String lasting: String }'

/** A subgraph that talks to nobody but holders of a certificate of the authority, also over WebSocket. */
export async function startSecureSubgraph(authority: TestAuthority, server: Pair) {
  const peers: string[] = []
  const socketPeers: string[] = []
  const upgrades: (string | undefined)[] = []
  const { promise: finished, resolve: finish } = Promise.withResolvers<void>()
  const state: { gate: Promise<void> | undefined } = { gate: undefined }
  const tls = (pair: Pair, ca: string) => ({ key: pair.private, cert: pair.cert, ca })
  const https = createServer(
    { ...tls(server, authority.cert), requestCert: true, rejectUnauthorized: true },
    async (request, response) => {
      peers.push(peerOf(request.socket))
      await state.gate
      response.writeHead(200, { 'content-type': 'application/json' })
      response.end('{"data":{"shop":"open"}}')
    },
  )
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
          async *lasting() {
            yield { lasting: 'begun' }
            await finished
            yield { lasting: 'ended' }
          },
        },
      },
      onConnect({ extra: { request } }) {
        socketPeers.push(peerOf(request.socket))
        upgrades.push(request.headers['x-shop']?.toString())
      },
    },
    sockets,
  )
  const port = await listenOnFreePort(https)
  return Object.assign(state, {
    name: 'shop',
    sdl,
    url: `https://127.0.0.1:${port}/graphql`,
    /** Who sent each request, by the name in their certificate. */
    peers,
    /** Who opened each socket. */
    socketPeers,
    upgrades,
    /** Ends the subscriptions that last. */
    finish,
    /** Shows another certificate, and trusts another authority, from the next connection on. */
    exchange: (pair: Pair, trusted: TestAuthority) =>
      https.setSecureContext(tls(pair, trusted.cert)),
    async [Symbol.asyncDispose]() {
      await protocol.dispose()
      https.closeAllConnections()
      await new Promise((resolve) => https.close(resolve))
    },
  })
}

function peerOf(socket: unknown): string {
  // The requests of an https server come over TLS.
  return String((socket as TLSSocket).getPeerCertificate().subject.CN)
}
