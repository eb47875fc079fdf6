import type { Logger } from '@gravity/shared/log/logger'
import type { GraphQLFormattedError } from 'graphql'
import type { Graph, GraphCall, GraphResult, PreparedOperation } from '../graph.ts'
import type { ViewerLifetimes } from '../viewer/viewer-lifetimes.ts'
import type { HttpExchange } from './http-exchange.ts'
import { refusalFor, toGraphqlError } from './http-refusal.ts'
import { OpenStream } from './open-stream.ts'

export interface ResultStreamsOptions {
  readonly graph: Graph
  readonly lifetimes: ViewerLifetimes
  /** How often something is sent that means nothing, so that no hop takes the connection for idle. */
  readonly heartbeatMs: number
  /** How long a client may read nothing of what was sent. */
  readonly stallMs: number
  readonly observe: StreamObserver
  readonly log: Logger
}

/** Told when a subscription's stream opens; the returned function, when it ends. */
export type StreamObserver = () => () => void

/** How results are written on a stream. */
export interface StreamFormat {
  readonly contentType: string
  /** What a stream begins with. */
  readonly opening: string
  /** What clients ignore. */
  readonly beat: string
  /** A result; `body` is JSON text without line breaks. */
  next(body: string): string
  /** The end of a stream that says all there is. */
  readonly end: string
  /** The end of a stream that cannot go on, or never could. */
  endWith(errors: readonly GraphQLFormattedError[]): string
}

export interface ResultStreams {
  /** Runs an operation of any kind and streams its results. */
  run(
    exchange: HttpExchange,
    operation: PreparedOperation,
    call: Omit<GraphCall, 'signal'>,
  ): Promise<void>
  /** Answers a refused operation in the form that clients of these streams read. */
  refuse(exchange: HttpExchange, errors: readonly GraphQLFormattedError[]): void
}

/** Streams the results of one operation as one HTTP answer. A stream that is cut off has no end, and clients open it again. */
export function createResultStreams(
  options: ResultStreamsOptions,
  format: StreamFormat,
): ResultStreams {
  return {
    async run(exchange, operation, { identity, variables }) {
      const gone = new AbortController()
      const stream = new FormattedStream(exchange, options, format)
      stream.onClose(() => gone.abort())
      const { headers } = exchange.request
      const passHeaders = exchange.passHeaders.bind(exchange)
      const call = { identity, variables, headers, signal: gone.signal, passHeaders }
      const outcome =
        operation.kind === 'subscription'
          ? await options.graph.subscribe(operation, call)
          : await options.graph.execute(operation, call)

      stream.open()
      if (!isStream(outcome)) {
        exchange.noteErrors(outcome.errors)
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
      const stream = new FormattedStream(exchange, options, format)
      stream.open()
      stream.completeWith(errors)
    },
  }
}

async function deliver(
  results: AsyncIterable<GraphResult>,
  stream: FormattedStream,
): Promise<void> {
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

/** One stream for one operation. Everything is a no-op once it is closed, by whichever side. */
class FormattedStream {
  readonly #stream: OpenStream
  readonly #format: StreamFormat

  constructor(
    exchange: HttpExchange,
    { heartbeatMs, stallMs }: ResultStreamsOptions,
    format: StreamFormat,
  ) {
    this.#stream = new OpenStream(exchange, { heartbeatMs, stallMs, beat: format.beat })
    this.#format = format
  }

  get closed(): boolean {
    return this.#stream.closed
  }

  onClose(listener: () => void): void {
    this.#stream.onClose(listener)
  }

  open(): void {
    this.#stream.open(this.#format.contentType, this.#format.opening)
  }

  next(body: string): void {
    this.#stream.write(this.#format.next(body))
  }

  complete(): void {
    this.#stream.write(this.#format.end)
    this.#stream.end()
  }

  completeWith(errors: readonly GraphQLFormattedError[]): void {
    this.#stream.write(this.#format.endWith(errors))
    this.#stream.end()
  }

  congestion(): Promise<void> | undefined {
    return this.#stream.congestion()
  }
}
