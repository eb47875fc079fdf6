import { randomUUID } from 'node:crypto'
import type { IncomingHttpHeaders } from 'node:http'
import type { Duplex } from 'node:stream'
import type { Logger } from '@gravity/shared/log/logger'
import { createTraceparent } from '@gravity/shared/viewer/trace-context'
import type { RequestIdentity, Viewer } from '@gravity/shared/viewer/viewer'
import {
  CloseCode,
  type Message,
  MessageType,
  parseMessage,
  type SubscribeMessage,
} from 'graphql-ws'
import { WebSocket } from 'ws'
import type { Graph } from '../graph.ts'
import type { CountRequest } from '../limits/request-rate.ts'
import type { RequestWatch } from '../plugins/request-watch.ts'
import type { ViewerLifetimes } from '../viewer/viewer-lifetimes.ts'
import type { Admit } from './admission.ts'
import { Congestion } from './congestion.ts'
import { refusalFor } from './http-refusal.ts'
import { readSocketAuthorization } from './socket-authorization.ts'
import { textFrame } from './socket-frame.ts'
import { runSocketOperation, type SocketOperation } from './socket-operation.ts'

/** Bounds on one socket. */
export interface SocketLimits {
  /** Until `connection_init` must have arrived. */
  readonly initTimeoutMs: number
  /** Operations under way at once. */
  readonly operations: number
  readonly messageBytes: number
  /** What may wait to be sent before the socket is given up. */
  readonly bufferedBytes: number
  /** How long a client may read nothing of what was sent. */
  readonly stallMs: number
  /** How often the client is pinged; it is given up when it has not answered by the next time. */
  readonly heartbeatMs: number
}

export interface GraphqlSocketDeps {
  readonly graph: Graph
  readonly admit: Admit
  readonly countRequest: CountRequest | undefined
  readonly lifetimes: ViewerLifetimes
  readonly limits: SocketLimits
  readonly observeSubscription: () => () => void
  /** Follows operations, when anybody wants to know of them. */
  readonly watch?: Pick<RequestWatch, 'socketOperation'> | undefined
  readonly log: Logger
}

/** What the upgrade request told of a connection. */
export interface SocketConnection {
  readonly socket: WebSocket
  /** The connection below the socket. */
  readonly stream: Duplex
  readonly clientAddress: string | null
  /** For clients that can set them; of the authorization, `connection_init` comes first. */
  readonly headers: IncomingHttpHeaders
}

/** RFC 6455, section 7.4.1, and the registry that it opened. */
export const GOING_AWAY = 1001
const TRY_AGAIN_LATER = 1013
const longestReasonBytes = 123

type MutableOperation = SocketOperation & { endless: boolean }

/**
 * The server's side of `graphql-transport-ws` on one socket
 * (https://github.com/enisdenjo/graphql-ws/blob/master/PROTOCOL.md). Results arrive as JSON text and are sent as they
 * are, which is why the protocol is spoken here and not by the library's server: that one serialises each result
 * again for each socket, and cannot cancel a query.
 */
export class GraphqlSocket {
  readonly #deps: GraphqlSocketDeps
  readonly #connection: SocketConnection
  readonly #operations = new Map<string, MutableOperation>()
  /** A cancelled operation counts until its work has ended; otherwise cancelling would be a way around the limit. */
  #running = 0
  readonly #congestion: Congestion
  readonly #initTimeout: NodeJS.Timeout
  #identity: RequestIdentity | undefined
  #initialised = false
  #alive = true
  #leaving = false
  #unwatch: () => void = () => undefined

  constructor(connection: SocketConnection, deps: GraphqlSocketDeps) {
    this.#connection = connection
    this.#deps = deps
    const { socket, stream } = connection
    const { stallMs, initTimeoutMs } = deps.limits
    this.#congestion = new Congestion(stream, { stallMs, onStall: () => this.#giveUp() })
    this.#initTimeout = setTimeout(() => {
      this.close(CloseCode.ConnectionInitialisationTimeout, 'Connection initialisation timeout')
    }, initTimeoutMs).unref()
    socket.on('message', (data, isBinary) => this.#receive(isBinary ? '' : data.toString()))
    socket.on('pong', () => {
      this.#alive = true
    })
    socket.on('ping', () => void this.#congestion.wait())
    socket.on('close', () => this.#release())
    // `ws` closes the socket with the fitting code by itself.
    socket.on('error', (err) => deps.log.debug({ err }, 'A socket broke the protocol.'))
  }

  /** Pings the client, or gives it up when it has not answered the last time. */
  beat(): void {
    const { socket } = this.#connection
    if (!this.#alive) {
      socket.terminate()
      return
    }
    this.#alive = false
    socket.ping()
    void this.#congestion.wait()
  }

  /** Closes with 1001 as soon as no query or mutation is in flight. */
  leave(): void {
    this.#leaving = true
    this.#closeWhenIdle()
  }

  terminate(): void {
    this.#connection.socket.terminate()
  }

  close(code: number, reason: string): void {
    this.#connection.socket.close(code, clip(reason))
    this.#release()
  }

  #receive(text: string): void {
    this.#alive = true
    const message = parse(text)
    if (!message) this.close(CloseCode.BadRequest, 'Invalid message received')
    else if (this.#connection.socket.readyState === WebSocket.OPEN) this.#react(message)
  }

  #react(message: Message): void {
    switch (message.type) {
      case MessageType.ConnectionInit:
        this.#initialise(message.payload).catch((error: unknown) => this.#closeFor(error))
        return
      case MessageType.Ping:
        this.#send(JSON.stringify({ type: MessageType.Pong, payload: message.payload }))
        return
      case MessageType.Pong:
        return
      case MessageType.Subscribe:
        this.#subscribe(message)
        return
      case MessageType.Complete:
        this.#cancel(message.id)
        return
      default:
        this.close(CloseCode.BadRequest, `A client must not send messages of type ${message.type}`)
    }
  }

  async #initialise(payload: Readonly<Record<string, unknown>> | undefined): Promise<void> {
    if (this.#initialised) {
      this.close(CloseCode.TooManyInitialisationRequests, 'Too many initialisation requests')
      return
    }
    this.#initialised = true
    clearTimeout(this.#initTimeout)
    const authorization = readSocketAuthorization(payload) ?? this.#connection.headers.authorization
    const identity = await this.#deps.admit(authorization, (viewer) => this.#identityOf(viewer))
    if (this.#connection.socket.readyState !== WebSocket.OPEN) return
    this.#identity = identity
    this.#unwatch = this.#deps.lifetimes.watch(identity.viewer, (reason) =>
      this.close(CloseCode.Unauthorized, reason),
    )
    this.#send(JSON.stringify({ type: MessageType.ConnectionAck }))
  }

  #identityOf(viewer: Viewer | null): RequestIdentity {
    return {
      viewer,
      requestId: randomUUID(),
      traceparent: createTraceparent(),
      clientAddress: this.#connection.clientAddress,
    }
  }

  #subscribe(message: SubscribeMessage): void {
    const { id } = message
    if (!this.#identity) {
      this.close(CloseCode.Unauthorized, 'Unauthorized')
    } else if (this.#operations.has(id)) {
      this.close(CloseCode.SubscriberAlreadyExists, `Subscriber for ${id} already exists`)
    } else if (!this.#leaving) {
      const operation = { id, abort: new AbortController(), endless: false }
      this.#operations.set(id, operation)
      this.#run(operation, message, this.#identityOf(this.#identity.viewer))
    }
  }

  #run(operation: MutableOperation, message: SubscribeMessage, identity: RequestIdentity): void {
    const { graph, countRequest, limits, observeSubscription, watch, log } = this.#deps
    const { headers } = this.#connection
    this.#running += 1
    runSocketOperation(operation, message.payload, {
      graph,
      countRequest,
      identity,
      headers,
      watched: watch?.socketOperation({ ...identity, headers }),
      log,
      observeSubscription,
      crowded: this.#running > limits.operations ? limits.operations : undefined,
      send: (text) => this.#send(text),
      markEndless: () => {
        operation.endless = true
        if (this.#leaving) this.#closeWhenIdle()
      },
      congestion: () => this.#congestion.wait(),
    })
      .catch((error: unknown) => this.#closeFor(error))
      .finally(() => {
        this.#running -= 1
        if (this.#operations.get(operation.id) === operation) this.#operations.delete(operation.id)
        if (this.#leaving) this.#closeWhenIdle()
      })
  }

  #cancel(id: string): void {
    this.#operations.get(id)?.abort.abort()
    this.#operations.delete(id)
  }

  #send(text: string): void {
    const { socket, stream } = this.#connection
    if (socket.readyState !== WebSocket.OPEN) return
    // What was sent before counts, not this message: one that is large must not close a socket that keeps up.
    if (socket.bufferedAmount > this.#deps.limits.bufferedBytes) this.#giveUp()
    // `ws` writes to the same stream at once, since nothing is compressed: the order stays.
    else stream.write(textFrame(text))
  }

  /** The close frame waits behind everything that the client does not read, so it is not waited for. */
  #giveUp(): void {
    this.close(TRY_AGAIN_LATER, 'The client reads more slowly than results arrive')
    setTimeout(() => this.terminate(), 1_000).unref()
  }

  #closeFor(error: unknown): void {
    const refusal = refusalFor(error, this.#identity?.requestId ?? '', this.#deps.log)
    this.close(closeCodeFor(refusal.status), refusal.message)
  }

  #closeWhenIdle(): void {
    const waiting = [...this.#operations.values()].some((operation) => !operation.endless)
    if (!waiting) this.close(GOING_AWAY, 'The server is stopping; connect again')
  }

  #release(): void {
    clearTimeout(this.#initTimeout)
    this.#unwatch()
    for (const { abort } of this.#operations.values()) abort.abort()
    this.#operations.clear()
  }
}

function parse(text: string): Message | undefined {
  try {
    return parseMessage(text)
  } catch {
    // The reason is the client's affair: it is told by the close code, and nothing of it is kept.
    return undefined
  }
}

function closeCodeFor(status: number): number {
  if (status === 401) return CloseCode.Unauthorized
  if (status === 403) return CloseCode.Forbidden
  if (status === 429 || status === 503) return TRY_AGAIN_LATER
  return status < 500 ? CloseCode.BadRequest : CloseCode.InternalServerError
}

/** A close frame has room for a short reason only. */
function clip(reason: string): string {
  return Buffer.byteLength(reason) <= longestReasonBytes ? reason : 'See the documentation'
}
