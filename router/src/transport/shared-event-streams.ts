import { randomBytes } from 'node:crypto'
import { GravityError } from '@gravity/shared/errors/gravity-error'
import { networkOf } from '@gravity/shared/rate-limit/network-of'
import type { RequestIdentity, Viewer } from '@gravity/shared/viewer/viewer'
import type { GraphRequest, PreparedOperation } from '../graph.ts'
import type { HttpExchange } from './http-exchange.ts'
import { badRequest } from './http-refusal.ts'
import { SharedEventStream, type SharedEventStreamOptions } from './shared-event-stream.ts'

/** The header of `graphql-sse`; `token` in the query string says the same. */
const TOKEN_HEADER = 'x-graphql-event-stream-token'

/** How long a stream may be reserved without being opened, and how often at once by one address. */
const reservation = { lifetimeMs: 30_000, perAddress: 100 }

/** A request that belongs to a stream, and who makes it. */
export interface StreamRequest {
  readonly exchange: HttpExchange
  readonly token: string
  readonly identity: RequestIdentity
}

/**
 * GraphQL over server-sent events in the mode of a single connection
 * (https://github.com/enisdenjo/graphql-sse/blob/master/PROTOCOL.md#single-connection-mode): a client reserves a stream
 * by PUT, opens it by GET, starts operations by POST and cancels them by DELETE. Streams live in this process: where
 * there are several routers, a client's requests must all reach the same one.
 */
export class SharedEventStreams {
  readonly #options: SharedEventStreamOptions
  readonly #streams = new Map<string, SharedEventStream>()
  readonly #reservedBy = new Map<string, number>()

  constructor(options: SharedEventStreamOptions) {
    this.#options = options
  }

  /** The token of the stream that a request belongs to; undefined for one of its own. */
  static tokenOf({ request, search }: HttpExchange): string | undefined {
    const header = request.headers[TOKEN_HEADER]
    if (typeof header === 'string') return header
    return search === '' ? undefined : (new URLSearchParams(search).get('token') ?? undefined)
  }

  /** Answers a reservation with its token. Refuses an address that has many which it did not open. */
  reserve(exchange: HttpExchange, identity: RequestIdentity): void {
    const release = this.#reserveFor(identity.clientAddress)
    const token = randomBytes(32).toString('base64url')
    const stream = new SharedEventStream(identity.viewer, this.#options)
    this.#streams.set(token, stream)
    const unopened = setTimeout(() => stream.close(), reservation.lifetimeMs).unref()
    stream.onOpen(() => {
      clearTimeout(unopened)
      release()
    })
    stream.onClose(() => {
      clearTimeout(unopened)
      release()
      this.#streams.delete(token)
    })
    exchange.answer({ status: 201, contentType: 'text/plain; charset=utf-8', body: token })
  }

  /** Opens the stream of a reservation, once. */
  open(request: StreamRequest): void {
    this.#find(request).open(request.exchange)
  }

  /** Accepts an operation; its results come in the stream. */
  run(request: StreamRequest, operation: PreparedOperation, asked: GraphRequest): void {
    const stream = this.#find(request)
    const id = readOperationId(asked.extensions?.['operationId'])
    const { identity, exchange } = request
    const { headers } = exchange.request
    stream.run(id, operation, { identity, headers, variables: asked.variables ?? {} })
    exchange.answer({ status: 202, body: '' })
  }

  /** Cancels an operation, if it still runs. */
  cancel(request: StreamRequest): void {
    const { exchange } = request
    const id = readOperationId(new URLSearchParams(exchange.search).get('operationId'))
    this.#find(request).cancel(id)
    exchange.answer({ status: 200, body: '' })
  }

  #reserveFor(address: string | null): () => void {
    const key = address === null ? '' : networkOf(address)
    const reserved = this.#reservedBy.get(key) ?? 0
    if (reserved >= reservation.perAddress) throw tooManyReservations()
    this.#reservedBy.set(key, reserved + 1)
    let held = true
    return () => {
      if (!held) return
      held = false
      const left = (this.#reservedBy.get(key) ?? 1) - 1
      if (left === 0) this.#reservedBy.delete(key)
      else this.#reservedBy.set(key, left)
    }
  }

  /** The token is bound to who reserved the stream; `EventSource` of browsers opens it by the token alone. */
  #find({ exchange, token, identity }: StreamRequest): SharedEventStream {
    const stream = this.#streams.get(token)
    if (!stream) {
      throw new GravityError('NOT_FOUND', 'There is no such stream here; reserve one by PUT.')
    }
    const { method, headers } = exchange.request
    const byTokenAlone = method === 'GET' && headers.authorization === undefined && !stream.isOpen
    if (!byTokenAlone && !isSame(stream.viewer, identity.viewer)) {
      throw new GravityError('FORBIDDEN', 'This stream was reserved by somebody else.')
    }
    return stream
  }
}

function isSame(one: Viewer | null, other: Viewer | null): boolean {
  return one?.userId === other?.userId && one?.sessionId === other?.sessionId
}

const longestId = 128

function readOperationId(id: unknown): string {
  if (typeof id === 'string' && id !== '' && id.length <= longestId) return id
  throw badRequest(
    `An operation of a shared stream needs an "operationId" of 1 to ${longestId} characters.`,
  )
}

function tooManyReservations(): GravityError {
  return new GravityError(
    'RATE_LIMITED',
    `${reservation.perAddress} streams are reserved and not opened. Open them first.`,
    { extensions: { retryAfterSeconds: reservation.lifetimeMs / 1_000 } },
  )
}
