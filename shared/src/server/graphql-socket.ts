import type { IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'
import {
  type DocumentNode,
  type ExecutionArgs,
  type ExecutionResult,
  type GraphQLError,
  parse,
  validate,
} from 'graphql'
import {
  CloseCode,
  handleProtocols,
  makeServer,
  type WebSocket as ProtocolSocket,
  type SubscribePayload,
} from 'graphql-ws'
import { LRUCache } from 'lru-cache'
import { type WebSocket, WebSocketServer } from 'ws'
import { invariant } from '../errors/invariant.ts'
import type { Logger } from '../log/logger.ts'
import type { IdentitySigner } from '../viewer/signed-identity.ts'
import {
  asGraphQLError,
  executeOperation,
  type SubgraphOperation,
  subscribeToOperation,
} from './run-operation.ts'
import type { ServerMetrics } from './server-metrics.ts'
import type { Subgraph } from './subgraph.ts'
import { errorCodeOf, truthfulError, truthfulResult } from './truthful-errors.ts'

export interface GraphqlSocketOptions {
  readonly subgraph: Subgraph
  readonly log: Logger
  readonly signer: IdentitySigner
  readonly metrics: ServerMetrics
  readonly maximumBytes: number
  /** How long `stop` waits for peers to close. */
  readonly graceMs: number
}

/** GraphQL over WebSocket (`graphql-transport-ws`) for one subgraph. */
export interface GraphqlSocket {
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void
  /** Answers an upgrade of another path. */
  refuse(socket: Duplex): void
  /** Tells all peers to go, ends their subscriptions, then cuts who is still there. */
  stop(): Promise<void>
}

/** What belongs to one socket: `gone` aborts when it closes. */
interface SocketExtra {
  readonly gone: AbortController
}

const heartbeatMs = 12_000
const documentsKept = 1_000

type Prepared = { readonly document: DocumentNode } | { readonly errors: readonly GraphQLError[] }

function prepare(subgraph: Subgraph, query: string): Prepared {
  try {
    const document = parse(query)
    const errors = validate(subgraph.schema, document)
    return errors.length > 0 ? { errors } : { document }
  } catch (error) {
    return { errors: [asGraphQLError(error)] }
  }
}

/**
 * Turns a `subscribe` message into an operation. The router carries many viewers over one socket, so each message is
 * signed for itself: `extensions.identity` holds what the identity header holds over HTTP.
 */
function createOperationReader(options: GraphqlSocketOptions) {
  const documents = new LRUCache<string, Prepared>({
    max: documentsKept,
    memoMethod: (query) => prepare(options.subgraph, query),
  })
  return (payload: SubscribePayload, signal: AbortSignal): SubgraphOperation | GraphQLError[] => {
    try {
      const { identity: signed } = payload.extensions ?? {}
      const header = typeof signed === 'string' ? signed : undefined
      const identity = options.signer.verify(header, options.subgraph.name)
      const prepared = documents.memo(payload.query)
      if ('errors' in prepared) return [...prepared.errors]
      const operationName = payload.operationName ?? undefined
      const variables = payload.variables ?? undefined
      return { document: prepared.document, operationName, variables, identity, signal }
    } catch (error) {
      return [asGraphQLError(error)]
    }
  }
}

function createProtocolServer(options: GraphqlSocketOptions) {
  const { metrics, subgraph } = options
  const readOperation = createOperationReader(options)
  // graphql-ws passes on the very object that `onSubscribe` returned.
  const operations = new WeakMap<ExecutionArgs, SubgraphOperation>()
  const operationOf = (args: ExecutionArgs): SubgraphOperation => {
    const operation = operations.get(args)
    invariant(operation, 'every operation comes from onSubscribe')
    return operation
  }
  const count = (errors: readonly GraphQLError[] = []): void => {
    for (const error of errors) metrics.countError(errorCodeOf(error))
  }
  // Errors stay graphql-js's own until graphql-ws has seen them, and are told truthfully on the way out.
  const present = (result: ExecutionResult): ExecutionResult => {
    count(result.errors)
    return result
  }
  const host = { subgraph, log: options.log, present }
  return makeServer<Record<string, unknown>, SocketExtra>({
    onSubscribe(context, _id, payload) {
      const operation = readOperation(payload, context.extra.gone.signal)
      if (Array.isArray(operation)) {
        count(operation)
        return operation
      }
      const args: ExecutionArgs = {
        schema: subgraph.schema,
        document: operation.document,
        operationName: operation.operationName,
      }
      operations.set(args, operation)
      return args
    },
    execute: (args) => executeOperation(host, operationOf(args)),
    async subscribe(args) {
      const result = await subscribeToOperation(host, operationOf(args))
      if ('ended' in result && !result.ended.aborted) {
        result.ended.addEventListener('abort', metrics.beginSubscription(), { once: true })
      }
      return result
    },
    onNext: (...[, , , , result]) => truthfulResult(result),
    onError: (...[, , , errors]) => errors.map(truthfulError),
    onClose: ({ extra }) => extra.gone.abort(),
  })
}

/** Terminates a socket whose peer no longer answers pings. */
function watchHeartbeat(socket: WebSocket): void {
  let answered = true
  const timer = setInterval(() => {
    if (!answered) return socket.terminate()
    answered = false
    socket.ping()
  }, heartbeatMs)
  socket.on('pong', () => {
    answered = true
  })
  socket.once('close', () => clearInterval(timer))
}

/** The socket as graphql-ws knows it. `send` resolves when the peer has room for more: that is what slows a stream. */
function adapt(socket: WebSocket, log: Logger): ProtocolSocket {
  return {
    protocol: socket.protocol,
    send: (text) =>
      new Promise((resolve, reject) => {
        if (socket.readyState !== socket.OPEN) return resolve()
        socket.send(text, (error) => (error ? reject(error) : resolve()))
      }),
    close: (code, reason) => socket.close(code, reason),
    onMessage(listener) {
      socket.on('message', (message) => {
        listener(String(message)).catch((error: unknown) => {
          log.warn({ err: error }, 'A WebSocket was closed because a message could not be served.')
          socket.close(CloseCode.InternalServerError, 'Internal server error')
        })
      })
    },
  }
}

function refuseUpgrade(socket: Duplex, status: string): void {
  socket.once('error', () => socket.destroy())
  // A peer that keeps its side open must not hold the connection.
  socket.end(`HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`, () =>
    socket.destroy(),
  )
}

/** Opens the WebSocket side of a server; the caller hands it the upgrades of its path. */
export function openGraphqlSocket(options: GraphqlSocketOptions): GraphqlSocket {
  const protocol = createProtocolServer(options)
  const sockets = new WebSocketServer({
    noServer: true,
    handleProtocols,
    maxPayload: options.maximumBytes,
    perMessageDeflate: false,
  })
  let stopping = false

  sockets.on('connection', (socket) => {
    // First of all: whatever a peer sends after its socket was refused must not end the process.
    socket.on('error', (error) => options.log.debug({ err: error }, 'A WebSocket failed.'))
    const closed = protocol.opened(adapt(socket, options.log), { gone: new AbortController() })
    socket.once('close', (code, reason) => void closed(code, String(reason)))
    watchHeartbeat(socket)
  })
  return {
    upgrade(request, socket, head) {
      socket.on('error', (error) => options.log.debug({ err: error }, 'An upgrade failed.'))
      if (stopping) return refuseUpgrade(socket, '503 Service Unavailable')
      sockets.handleUpgrade(request, socket, head, (accepted) => {
        sockets.emit('connection', accepted, request)
      })
    },
    refuse: (socket) => refuseUpgrade(socket, '404 Not Found'),
    async stop() {
      stopping = true
      const closed = new Promise<void>((resolve) => sockets.close(() => resolve()))
      for (const socket of sockets.clients) socket.close(1001, 'Going away')
      const cut = setTimeout(() => {
        for (const socket of sockets.clients) socket.terminate()
      }, options.graceMs)
      await closed
      clearTimeout(cut)
    },
  }
}
