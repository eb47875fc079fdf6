import type { IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'
import { CloseCode, handleProtocols } from 'graphql-ws'
import { type WebSocket, WebSocketServer } from 'ws'
import type { ResolveClientAddress } from '../viewer/client-address.ts'
import { formatRawAnswer } from './broken-request.ts'
import type { CorsPolicy } from './cors.ts'
import { GraphqlSocket, type GraphqlSocketDeps } from './graphql-socket.ts'

export interface WebSocketServerOptions {
  /** The path on which sockets are opened. */
  readonly path: string
  readonly cors: CorsPolicy
  readonly resolveClientAddress: ResolveClientAddress
  /** Told when a socket opens; the returned function, when it closes. */
  readonly observeSocket: () => () => void
  readonly deps: GraphqlSocketDeps
}

export interface GraphqlWebSocketServer {
  /** Takes over a connection that asks to be upgraded. */
  upgrade(request: IncomingMessage, stream: Duplex, head: Buffer): void
  /** Lets queries and mutations in flight end for at most `graceMs` and closes every socket with 1001. */
  stop(graceMs: number): Promise<void>
}

/** Accepts `graphql-transport-ws` sockets and keeps their heartbeat. */
export function createWebSocketServer(options: WebSocketServerOptions): GraphqlWebSocketServer {
  const { deps, cors } = options
  const sockets = new Set<GraphqlSocket>()
  const server = new WebSocketServer({
    noServer: true,
    clientTracking: false,
    perMessageDeflate: false,
    maxPayload: deps.limits.messageBytes,
    handleProtocols,
  })
  const heartbeat = setInterval(() => {
    for (const socket of sockets) socket.beat()
  }, deps.limits.heartbeatMs).unref()
  let stopping = false
  let emptied: () => void = () => undefined

  function accept(socket: WebSocket, request: IncomingMessage): void {
    const { headers } = request
    // Whatever a peer sends after its socket was refused must not end the process.
    socket.on('error', (error) => deps.log.debug({ err: error }, 'A WebSocket failed.'))
    if (!socket.protocol) {
      socket.close(CloseCode.SubprotocolNotAcceptable, 'Subprotocol not acceptable')
      return
    }
    const address = options.resolveClientAddress(
      request.socket.remoteAddress,
      headers['x-forwarded-for'],
    )
    const connection = { socket, stream: request.socket, clientAddress: address, headers }
    const accepted = new GraphqlSocket(connection, deps)
    const closed = options.observeSocket()
    sockets.add(accepted)
    socket.once('close', () => {
      sockets.delete(accepted)
      closed()
      if (sockets.size === 0) emptied()
    })
    if (stopping) accepted.leave()
  }

  return {
    upgrade(request, stream, head) {
      const refusal = refuseUpgrade(request, { path: options.path, cors, stopping })
      stream.on('error', () => stream.destroy())
      // A peer that keeps its side open must not hold the connection.
      if (refusal) stream.end(refusal, () => stream.destroy())
      else server.handleUpgrade(request, stream, head, (socket) => accept(socket, request))
    },
    async stop(graceMs) {
      stopping = true
      clearInterval(heartbeat)
      if (sockets.size === 0) return
      const empty = new Promise<void>((resolve) => {
        emptied = resolve
      })
      const deadline = setTimeout(() => {
        for (const socket of sockets) socket.terminate()
      }, graceMs)
      for (const socket of sockets) socket.leave()
      await empty
      clearTimeout(deadline)
    },
  }
}

interface UpgradePolicy {
  readonly path: string
  readonly cors: CorsPolicy
  readonly stopping: boolean
}

/** The raw answer to an upgrade that is not wanted. */
function refuseUpgrade(request: IncomingMessage, policy: UpgradePolicy): string | undefined {
  const [path] = (request.url ?? '').split('?', 1)
  if (path !== policy.path) return formatRawAnswer(404, `Sockets are opened at ${policy.path}.`)
  if (policy.stopping) return formatRawAnswer(503, 'The server is stopping; connect again.')
  // A socket is not subject to the same-origin policy of browsers; the server has to check the origin itself.
  if (!policy.cors.allows(request.headers)) {
    return formatRawAnswer(403, 'Pages of this origin may not connect.')
  }
  return undefined
}
