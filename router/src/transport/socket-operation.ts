import { GravityError } from '@gravity/shared/errors/gravity-error'
import type { Logger } from '@gravity/shared/log/logger'
import type { RequestIdentity } from '@gravity/shared/viewer/viewer'
import type { GraphQLFormattedError } from 'graphql'
import { MessageType, type SubscribePayload } from 'graphql-ws'
import type { Graph, GraphCall, GraphResult } from '../graph.ts'
import type { CountRequest } from '../limits/request-rate.ts'
import type { WatchedSocketOperation } from '../plugins/request-watch.ts'
import { toGraphRequest } from './graphql-parameters.ts'
import { refusalFor, toGraphqlError } from './http-refusal.ts'
import { addRequestId } from './request-id.ts'

/** An operation that runs on a socket. */
export interface SocketOperation {
  readonly id: string
  /** Aborted when the client completes it or the socket closes. */
  readonly abort: AbortController
  /** True once it is known to be a subscription, which a server that stops need not wait for. */
  readonly endless: boolean
}

/** What a running operation needs of its socket. */
export interface SocketOperationContext {
  readonly graph: Graph
  readonly countRequest: CountRequest | undefined
  readonly identity: RequestIdentity
  /** Of the request that opened the socket. */
  readonly headers: GraphCall['headers']
  /** The limit on operations, when this one is past it. */
  readonly crowded: number | undefined
  readonly observeSubscription: () => () => void
  readonly log: Logger
  readonly send: (text: string) => void
  readonly markEndless: () => void
  readonly congestion: () => Promise<void> | undefined
  /** Told of the operation, when anybody wants to know. */
  readonly watched?: WatchedSocketOperation | undefined
}

/**
 * Runs one operation to its end and sends what comes of it: `next` for each result and `complete`, or one `error`.
 * Sends nothing more once the operation is aborted. Never rejects.
 */
export async function runSocketOperation(
  operation: SocketOperation,
  payload: SubscribePayload,
  context: SocketOperationContext,
): Promise<void> {
  const { watched } = context
  if (!watched) return runOperation(operation, payload, context)
  return watched.run(() => runOperation(operation, payload, context))
}

async function runOperation(
  operation: SocketOperation,
  payload: SubscribePayload,
  context: SocketOperationContext,
): Promise<void> {
  const { identity, log, crowded, watched } = context
  const answers = new OperationAnswers(operation, context.send)
  try {
    if (crowded !== undefined) throw tooManyOperations(crowded)
    if (context.countRequest) await context.countRequest(identity)
    if (watched) {
      await answer(payload, answers, { ...context, identity: await watched.begin(identity) })
    } else await answer(payload, answers, context)
  } catch (error) {
    const refusal = refusalFor(error, identity.requestId, log)
    watched?.refused(refusal.code)
    answers.error([toGraphqlError(refusal, identity.requestId)])
  }
}

async function answer(
  payload: SubscribePayload,
  answers: OperationAnswers,
  context: SocketOperationContext,
): Promise<void> {
  const { graph, identity } = context
  const request = toGraphRequest({ ...payload })
  const prepared = await graph.prepare(request)
  if ('errors' in prepared) {
    answers.error(addRequestId(prepared.errors, identity.requestId))
    return
  }
  const { variables = {} } = request
  const call = { identity, variables, headers: context.headers, signal: answers.signal }
  if (prepared.kind !== 'subscription') {
    answers.only(await graph.execute(prepared, call))
    return
  }
  context.markEndless()
  const outcome = await graph.subscribe(prepared, call)
  if (!(Symbol.asyncIterator in outcome)) answers.only(outcome)
  else await deliver(outcome, answers, context)
}

async function deliver(
  results: AsyncIterable<GraphResult>,
  answers: OperationAnswers,
  context: SocketOperationContext,
): Promise<void> {
  const ended = context.observeSubscription()
  try {
    for await (const result of results) {
      if (answers.signal.aborted) return
      answers.next(result)
      // A result that is not pulled is not buffered here; the graph decides how far a slow consumer may fall behind.
      const congestion = context.congestion()
      if (congestion) await congestion
    }
    answers.complete()
  } finally {
    ended()
  }
}

/** The messages about one operation, written around JSON text that is already there. */
class OperationAnswers {
  readonly signal: AbortSignal
  readonly #send: (text: string) => void
  readonly #id: string
  readonly #nextPrefix: string

  constructor({ id, abort }: SocketOperation, send: (text: string) => void) {
    this.signal = abort.signal
    this.#send = send
    this.#id = JSON.stringify(id)
    this.#nextPrefix = `{"id":${this.#id},"type":"${MessageType.Next}","payload":`
  }

  next(result: GraphResult): void {
    if (!this.signal.aborted) this.#send(`${this.#nextPrefix}${result.body}}`)
  }

  /** A result that none follows; one that never began to execute is an `error` in this protocol. */
  only(result: GraphResult): void {
    if (result.refused) {
      this.error(result.errors)
      return
    }
    this.next(result)
    this.complete()
  }

  error(errors: readonly GraphQLFormattedError[]): void {
    if (this.signal.aborted) return
    this.#send(
      `{"id":${this.#id},"type":"${MessageType.Error}","payload":${JSON.stringify(errors)}}`,
    )
  }

  complete(): void {
    if (!this.signal.aborted) this.#send(`{"id":${this.#id},"type":"${MessageType.Complete}"}`)
  }
}

function tooManyOperations(limit: number): GravityError {
  return new GravityError(
    'RATE_LIMITED',
    `This socket runs ${limit} operations at once, which is the limit. Complete one first.`,
  )
}
