import type { FormattedExecutionResult, GraphQLFormattedError } from 'graphql'
import { type Client, CloseCode, createClient } from 'graphql-ws/client'
import type { GraphQLRequest } from './graphql-request.ts'
import type { ClientSession } from './session-storage.ts'

/**
 * Terminology
 * - Live socket: one WebSocket from its opening to its end; it never reconnects, its successor is another one.
 * - Stream: one subscription's run on one live socket.
 * - Retired: closed by this client on purpose, so that streams move to a successor at once.
 */

/** How one socket is opened and watched. */
export interface LiveSocketOptions {
  /** Asked when the socket is opened, so that a relative address needs a page only then. */
  readonly url: () => string
  /** Undefined for the runtime's own `WebSocket`. */
  readonly webSocketImpl: unknown
  /** Whose socket it is; undefined for a socket without a viewer. */
  readonly session: ClientSession | undefined
  /** How often to ask for a sign of life, and how long to wait for it. */
  readonly pingEveryMs: number
  readonly pongWithinMs: number
  /** Called once, when the socket has ended for whatever reason. */
  onOver(): void
}

/** How a stream on one socket ended. */
export type StreamEnd =
  /** The server had nothing more to say, or the caller left. */
  | { readonly kind: 'completed' }
  /** The server refused the operation or gave it up. */
  | { readonly kind: 'refused'; readonly errors: readonly GraphQLFormattedError[] }
  /** The socket went away underneath. */
  | { readonly kind: 'lost'; readonly loss: SocketLoss }

/** Why a socket ended. */
export interface SocketLoss {
  /** The close code; undefined when there was never a connection. */
  readonly code: number | undefined
  readonly reason: string
  readonly retired: boolean
  readonly cause: unknown
}

/** One subscription on one socket. */
export interface StreamOptions {
  readonly request: GraphQLRequest
  readonly signal: AbortSignal
  onResult(result: FormattedExecutionResult<unknown>): void
}

/** One connection of `graphql-transport-ws`, opened by its first stream and closed behind its last. */
export class LiveSocket {
  readonly session: ClientSession | undefined
  readonly #client: Client
  readonly #options: LiveSocketOptions
  #pongTimer: ReturnType<typeof setTimeout> | undefined
  #retired = false
  #loss: SocketLoss | undefined

  constructor(options: LiveSocketOptions) {
    const { session, url, webSocketImpl } = options
    this.session = session
    this.#options = options
    this.#client = createClient({
      url: url(),
      ...(webSocketImpl === undefined ? {} : { webSocketImpl }),
      ...(session ? { connectionParams: { authorization: `Bearer ${session.accessToken}` } } : {}),
      retryAttempts: 0,
      lazyCloseTimeout: 1_000,
      connectionAckWaitTimeout: 10_000,
      keepAlive: options.pingEveryMs,
      on: {
        ping: (received) => {
          if (!received) this.#expectPong()
        },
        pong: (received) => {
          if (received) clearTimeout(this.#pongTimer)
        },
        error: (error) => {
          this.#lose({ code: undefined, reason: 'The connection failed.', cause: error })
        },
        closed: (event) => {
          this.#lose({ ...closeOf(event), cause: event })
        },
      },
    })
  }

  get isOver(): boolean {
    return this.#loss !== undefined
  }

  /** Runs one subscription until it ends, one way or another; never rejects. */
  stream(options: StreamOptions): Promise<StreamEnd> {
    return new Promise((resolve) => {
      if (this.#loss) {
        resolve({ kind: 'lost', loss: this.#loss })
        return
      }
      const end = (refused?: unknown): void => {
        options.signal.removeEventListener('abort', leave)
        resolve(this.#endOf(refused))
      }
      const { query, operationName, variables } = options.request
      const unsubscribe = this.#client.subscribe(
        { query, variables, ...(operationName === undefined ? {} : { operationName }) },
        { next: options.onResult, error: end, complete: () => end() },
      )
      const leave = (): void => {
        unsubscribe()
        resolve({ kind: 'completed' })
      }
      options.signal.addEventListener('abort', leave)
      if (options.signal.aborted) leave()
    })
  }

  /** Closes the socket; its streams end as lost and retired. */
  retire(): void {
    this.#retired = true
    this.#client.terminate()
    this.#lose({ code: undefined, reason: 'Closed by this client.', cause: undefined })
  }

  #endOf(refused: unknown): StreamEnd {
    if (this.#loss) return { kind: 'lost', loss: this.#loss }
    if (Array.isArray(refused)) return { kind: 'refused', errors: refused }
    if (refused === undefined) return { kind: 'completed' }
    this.#lose({ code: undefined, reason: 'The connection failed.', cause: refused })
    return this.#endOf(refused)
  }

  /**
   * Remembers why the socket ended, before its streams hear of it. Disposing keeps graphql-ws from reconnecting with
   * variables that are out of date, which it would do after a normal closure even without retries.
   */
  #lose(loss: Pick<SocketLoss, 'code' | 'reason' | 'cause'>): void {
    if (this.#loss) return
    clearTimeout(this.#pongTimer)
    this.#loss = { ...loss, retired: this.#retired }
    this.#options.onOver()
    Promise.resolve(this.#client.dispose()).catch(() => {
      // A connection that was never established has nothing to close.
    })
  }

  #expectPong(): void {
    clearTimeout(this.#pongTimer)
    this.#pongTimer = setTimeout(() => this.#client.terminate(), this.#options.pongWithinMs)
  }
}

/** Whether a loss says that the server would not have this viewer. */
export function isTokenRefusal(loss: SocketLoss): boolean {
  return loss.code === CloseCode.Unauthorized || loss.code === CloseCode.Forbidden
}

/** Whether connecting again would fail in the same way: the two sides do not speak the same protocol. */
export function isProtocolMismatch(loss: SocketLoss): boolean {
  const { code } = loss
  return (
    code === CloseCode.BadRequest ||
    code === CloseCode.BadResponse ||
    code === CloseCode.SubprotocolNotAcceptable ||
    code === CloseCode.SubscriberAlreadyExists
  )
}

function closeOf(event: unknown): { code: number | undefined; reason: string } {
  if (typeof event !== 'object' || event === null) return { code: undefined, reason: '' }
  const code: unknown = Reflect.get(event, 'code')
  const reason: unknown = Reflect.get(event, 'reason')
  return {
    code: typeof code === 'number' ? code : undefined,
    reason: typeof reason === 'string' ? reason : '',
  }
}
