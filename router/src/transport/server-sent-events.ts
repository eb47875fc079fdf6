import type { Logger } from '@gravity/shared/log/logger'
import type { GraphQLFormattedError } from 'graphql'
import type { Graph, GraphCall, GraphResult, PreparedOperation } from '../graph.ts'
import type { ViewerLifetimes } from '../viewer/viewer-lifetimes.ts'
import { Congestion } from './congestion.ts'
import { EVENT_STREAM_TYPE } from './content-negotiation.ts'
import type { HttpExchange } from './http-exchange.ts'
import { refusalFor, toGraphqlError } from './http-refusal.ts'

export interface EventStreamsOptions {
  readonly graph: Graph
  readonly lifetimes: ViewerLifetimes
  /** How often a comment is sent, so that no hop takes the connection for idle. */
  readonly heartbeatMs: number
  /** How long a client may read nothing of what was sent. */
  readonly stallMs: number
  readonly observe: StreamObserver
  readonly log: Logger
}

/** Told when a subscription's stream opens; the returned function, when it ends. */
export type StreamObserver = () => () => void

export interface EventStreams {
  /** Runs an operation of any kind and streams its results. */
  run(
    exchange: HttpExchange,
    operation: PreparedOperation,
    call: Omit<GraphCall, 'signal'>,
  ): Promise<void>
  /** Answers a refused operation in the form that clients of event streams read. */
  refuse(exchange: HttpExchange, errors: readonly GraphQLFormattedError[]): void
}

/**
 * GraphQL over server-sent events in the mode of distinct connections
 * (https://github.com/enisdenjo/graphql-sse/blob/master/PROTOCOL.md): a `next` event for each result, then `complete`.
 * A stream that ends without `complete` was cut off, and clients open it again.
 */
export function createEventStreams(options: EventStreamsOptions): EventStreams {
  return {
    async run(exchange, operation, { identity, variables }) {
      const gone = new AbortController()
      const stream = new EventStream(exchange, options)
      stream.onClose(() => gone.abort())
      const call = { identity, variables, signal: gone.signal }
      const outcome =
        operation.kind === 'subscription'
          ? await options.graph.subscribe(operation, call)
          : await options.graph.execute(operation, call)

      stream.open()
      if (!isStream(outcome)) {
        stream.next(outcome.body)
        stream.complete()
        return
      }
      const { requestId } = identity
      stream.onClose(options.observe())
      stream.onClose(
        options.lifetimes.watch(identity.viewer, (message) =>
          stream.completeWith([{ message, extensions: { code: 'UNAUTHENTICATED', requestId } }]),
        ),
      )
      await deliver(outcome, stream).catch((error: unknown) => {
        const refusal = refusalFor(error, requestId, options.log)
        stream.completeWith([toGraphqlError(refusal, requestId)])
      })
    },
    refuse(exchange, errors) {
      const stream = new EventStream(exchange, options)
      stream.open()
      stream.completeWith(errors)
    },
  }
}

async function deliver(results: AsyncIterable<GraphResult>, stream: EventStream): Promise<void> {
  for await (const result of results) {
    if (stream.closed) return
    stream.next(result.body)
    const congestion = stream.congestion()
    if (congestion) await congestion
  }
  if (!stream.closed) stream.complete()
}

function isStream(
  outcome: GraphResult | AsyncIterable<GraphResult>,
): outcome is AsyncIterable<GraphResult> {
  return Symbol.asyncIterator in outcome
}

/** One open event stream. Everything is a no-op once it is closed, by whichever side. */
class EventStream {
  readonly #exchange: HttpExchange
  readonly #heartbeatMs: number
  readonly #congestion: Congestion
  #heartbeat: NodeJS.Timeout | undefined
  #ended = false

  constructor(exchange: HttpExchange, options: EventStreamsOptions) {
    this.#exchange = exchange
    this.#heartbeatMs = options.heartbeatMs
    this.#congestion = new Congestion(exchange.response, {
      stallMs: options.stallMs,
      onStall: () => exchange.response.destroy(),
    })
    const cutOff = () => this.#end()
    exchange.stopping.addEventListener('abort', cutOff)
    this.onClose(() => {
      clearInterval(this.#heartbeat)
      exchange.stopping.removeEventListener('abort', cutOff)
    })
  }

  get closed(): boolean {
    return this.#ended || this.#exchange.response.destroyed
  }

  onClose(listener: () => void): void {
    const { response } = this.#exchange
    if (response.closed) listener()
    else response.once('close', listener)
  }

  open(): void {
    if (this.closed) return
    const headers = this.#exchange.headersFor(`${EVENT_STREAM_TYPE}; charset=utf-8`, {
      'cache-control': 'no-store, no-transform',
      // Proxies of the nginx kind buffer answers otherwise.
      'x-accel-buffering': 'no',
    })
    this.#exchange.response.writeHead(200, headers)
    // Some browsers report an open stream only once they have seen a byte of it.
    this.#write(':\n\n')
    this.#heartbeat = setInterval(() => this.#beat(), this.#heartbeatMs).unref()
  }

  /** `body` is JSON text without line breaks. */
  next(body: string): void {
    this.#write(`event: next\ndata: ${body}\n\n`)
  }

  complete(): void {
    this.#write('event: complete\ndata:\n\n')
    this.#end()
  }

  /** A result that is nothing but errors, and the end. */
  completeWith(errors: readonly GraphQLFormattedError[]): void {
    this.next(JSON.stringify({ errors }))
    this.complete()
  }

  congestion(): Promise<void> | undefined {
    return this.closed ? undefined : this.#congestion.wait()
  }

  // A silent subscription would never notice a peer that stopped reading; the heartbeat does.
  #beat(): void {
    this.#write(':\n\n')
    void this.congestion()
  }

  #write(text: string): void {
    if (!this.closed) this.#exchange.response.write(text)
  }

  #end(): void {
    if (this.closed) return
    this.#ended = true
    this.#exchange.response.end()
  }
}
