import type { Logger } from '@gravity/shared/log/logger'
import type { RequestIdentity } from '@gravity/shared/viewer/viewer'
import type { GraphQLFormattedError } from 'graphql'
import type { Graph } from '../graph.ts'
import type { CountRequest } from '../limits/request-rate.ts'
import { readParameters, toGraphRequest } from './graphql-parameters.ts'
import { HttpCall } from './http-call.ts'
import type { HttpExchange } from './http-exchange.ts'
import { badRequest, HttpRefusal, refusalFor, toGraphqlError } from './http-refusal.ts'
import { addRequestId } from './request-id.ts'

export interface BatchOptions {
  readonly graph: Graph
  readonly countRequest: CountRequest | undefined
  /** How many operations one request may carry; 0 refuses batches. */
  readonly batchLimit: number
  readonly log: Logger
}

/** A request that was admitted, and so has counted once. */
export interface AdmittedBatch {
  readonly exchange: HttpExchange
  readonly identity: RequestIdentity
  readonly requests: readonly unknown[]
}

/** Refuses an array that is empty, too long, or not wanted at all; to be asked before its sender is looked at. */
export function checkBatch(requests: readonly unknown[], limit: number): void {
  const { length } = requests
  if (limit === 0) throw badRequest('Batches are switched off: send one JSON object, not an array.')
  if (length === 0) throw badRequest('The batch is empty.')
  if (length > limit) {
    throw new HttpRefusal({
      status: 400,
      code: 'BAD_USER_INPUT',
      message: `The batch has ${length} operations; the limit is ${limit}.`,
      extensions: { limit: 'batch', maximum: limit, actual: length },
    })
  }
}

/**
 * Answers an array of requests with the array of their answers, in the same order, as Apollo's `BatchHttpLink` wants it.
 * They run side by side and each counts against the rates; one that is refused does not keep the others from running.
 */
export async function answerBatch(batch: AdmittedBatch, options: BatchOptions): Promise<void> {
  const answers = await Promise.all(
    batch.requests.map((parameters, at) => answerOne(parameters, at, { ...batch, ...options })),
  )
  batch.exchange.answer({ status: 200, body: `[${answers.join(',')}]` })
}

async function answerOne(
  parameters: unknown,
  at: number,
  { exchange, identity, graph, countRequest, log }: AdmittedBatch & BatchOptions,
): Promise<string> {
  try {
    const request = toGraphRequest(readParameters(parameters, 'Each entry of the batch'))
    if (countRequest && at > 0) await countRequest(identity)
    const operation = await graph.prepare(request)
    if ('errors' in operation)
      return refusal(exchange, addRequestId(operation.errors, exchange.requestId))
    if (operation.kind === 'subscription') {
      throw badRequest('Subscriptions cannot be batched; send them one by one.')
    }
    const call = new HttpCall(exchange, identity, request.variables ?? {})
    const { body, errors } = await graph.execute(operation, call)
    exchange.noteErrors(errors)
    return body
  } catch (error) {
    const { requestId } = exchange
    return refusal(exchange, [toGraphqlError(refusalFor(error, requestId, log), requestId)])
  }
}

function refusal(exchange: HttpExchange, errors: readonly GraphQLFormattedError[]): string {
  exchange.noteErrors(errors)
  return JSON.stringify({ errors })
}
