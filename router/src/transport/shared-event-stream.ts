import { GravityError } from '@gravity/shared/errors/gravity-error'
import type { Logger } from '@gravity/shared/log/logger'
import type { Viewer } from '@gravity/shared/viewer/viewer'
import type { GraphQLFormattedError } from 'graphql'
import type { Graph, GraphCall, PreparedOperation } from '../graph.ts'
import type { ViewerLifetimes } from '../viewer/viewer-lifetimes.ts'
import type { HttpExchange } from './http-exchange.ts'
import { refusalFor, toGraphqlError } from './http-refusal.ts'
import { OpenStream } from './open-stream.ts'
import type { StreamObserver } from './result-streams.ts'
import { EVENT_COMMENT, EVENT_STREAM_CONTENT } from './server-sent-events.ts'

export interface SharedEventStreamOptions {
  readonly graph: Graph
  readonly lifetimes: ViewerLifetimes
  readonly heartbeatMs: number
  readonly stallMs: number
  /** What may wait to be sent in one stream. */
  readonly bufferedBytes: number
  /** Operations under way in one stream. */
  readonly operations: number
  readonly observe: StreamObserver
  readonly log: Logger
}

interface RunningOperation {
  readonly abort: AbortController
  readonly endless: boolean
  readonly requestId: string
}

/** One event stream with the results of many operations. What is started before it is open waits for that. */
export class SharedEventStream {
  readonly viewer: Viewer | null
  readonly #options: SharedEventStreamOptions
  readonly #operations = new Map<string, RunningOperation>()
  readonly #opened = Promise.withResolvers<void>()
  readonly #openListeners: (() => void)[] = []
  readonly #closeListeners: (() => void)[] = []
  #stream: OpenStream | undefined
  /** A cancelled operation counts until its work has ended; otherwise cancelling would be a way around the limit. */
  #running = 0
  #leaving = false
  #closed = false

  constructor(viewer: Viewer | null, options: SharedEventStreamOptions) {
    this.viewer = viewer
    this.#options = options
  }

  get isOpen(): boolean {
    return this.#stream !== undefined
  }

  onOpen(listener: () => void): void {
    this.#openListeners.push(listener)
  }

  onClose(listener: () => void): void {
    this.#closeListeners.push(listener)
  }

  open(exchange: HttpExchange): void {
    if (this.#stream) throw new GravityError('CONFLICT', 'This stream is open already.')
    const { lifetimes, heartbeatMs, stallMs, bufferedBytes } = this.#options
    const stream = new OpenStream(exchange, {
      heartbeatMs,
      stallMs,
      bufferedBytes,
      beat: EVENT_COMMENT,
      onStopping: () => this.#leave(),
    })
    this.#stream = stream
    stream.open(EVENT_STREAM_CONTENT, EVENT_COMMENT)
    stream.onClose(lifetimes.watch(this.viewer, (reason) => this.#expire(reason)))
    stream.onClose(() => this.close())
    for (const listener of this.#openListeners) listener()
    this.#opened.resolve()
  }

  /** Starts an operation. Throws CONFLICT when its id is taken and RATE_LIMITED when too many run. */
  run(id: string, operation: PreparedOperation, call: Omit<GraphCall, 'signal'>): void {
    const { operations } = this.#options
    if (this.#operations.has(id)) {
      throw new GravityError('CONFLICT', 'An operation of this id runs in this stream.')
    }
    if (this.#running >= operations) throw tooManyOperations(operations)
    const abort = new AbortController()
    const endless = operation.kind === 'subscription'
    const running = { abort, endless, requestId: call.identity.requestId }
    this.#operations.set(id, running)
    this.#running += 1
    this.#deliver(id, operation, { ...call, signal: abort.signal })
      .catch((error: unknown) => {
        const refusal = refusalFor(error, running.requestId, this.#options.log)
        if (!abort.signal.aborted) this.#fail(id, toGraphqlError(refusal, running.requestId))
      })
      .finally(() => {
        this.#running -= 1
        if (this.#operations.get(id) === running) this.#operations.delete(id)
        if (this.#leaving) this.#closeWhenIdle()
      })
  }

  cancel(id: string): void {
    this.#operations.get(id)?.abort.abort()
    this.#operations.delete(id)
  }

  /** Cancels what runs and ends the stream, if it is open. */
  close(): void {
    if (this.#closed) return
    this.#closed = true
    for (const { abort } of this.#operations.values()) abort.abort()
    this.#operations.clear()
    this.#opened.resolve()
    this.#stream?.end()
    for (const listener of this.#closeListeners) listener()
  }

  async #deliver(id: string, operation: PreparedOperation, call: GraphCall): Promise<void> {
    const { graph, observe } = this.#options
    await this.#opened.promise
    if (call.signal.aborted) return
    if (operation.kind !== 'subscription') {
      const { body } = await graph.execute(operation, call)
      this.#finish(id, body, call.signal)
      return
    }
    const outcome = await graph.subscribe(operation, call)
    if (!(Symbol.asyncIterator in outcome)) {
      this.#finish(id, outcome.body, call.signal)
      return
    }
    const ended = observe()
    try {
      for await (const { body } of outcome) {
        if (call.signal.aborted) return
        this.#next(id, body)
        const congestion = this.#stream?.congestion()
        if (congestion) await congestion
      }
    } finally {
      ended()
    }
    if (!call.signal.aborted) this.#complete(id)
  }

  #finish(id: string, body: string, signal: AbortSignal): void {
    if (signal.aborted) return
    this.#next(id, body)
    this.#complete(id)
  }

  #fail(id: string, error: GraphQLFormattedError): void {
    this.#next(id, JSON.stringify({ errors: [error] }))
    this.#complete(id)
  }

  /** `body` is JSON text without line breaks. */
  #next(id: string, body: string): void {
    this.#stream?.write(`event: next\ndata: {"id":${JSON.stringify(id)},"payload":${body}}\n\n`)
  }

  #complete(id: string): void {
    this.#stream?.write(`event: complete\ndata: {"id":${JSON.stringify(id)}}\n\n`)
  }

  /** The viewer may read no further. */
  #expire(message: string): void {
    for (const [id, { requestId, abort }] of this.#operations) {
      abort.abort()
      this.#fail(id, { message, extensions: { code: 'UNAUTHENTICATED', requestId } })
    }
    this.close()
  }

  /** Ends the stream as soon as no query or mutation is in flight. */
  #leave(): void {
    this.#leaving = true
    this.#closeWhenIdle()
  }

  #closeWhenIdle(): void {
    const waiting = [...this.#operations.values()].some(({ endless }) => !endless)
    if (!waiting) this.close()
  }
}

function tooManyOperations(limit: number): GravityError {
  return new GravityError(
    'RATE_LIMITED',
    `This stream runs ${limit} operations at once, which is the limit. Complete one first.`,
  )
}
