import { openResultStream, type ResultStream } from '@gravity/shared/server/result-stream'
import { copyObject } from '../caching/copy-value.ts'
import type { ErrorMask } from '../errors.ts'
import type { GraphCall, GraphResult } from '../graph.ts'
import type { Operation } from '../planning/operation.ts'
import type { SubgraphResponse } from '../subgraphs/subgraph-client.ts'
import { abortWith } from './abort-with.ts'
import type { CompiledOperation } from './compiled-operation.ts'
import { createRun } from './create-run.ts'
import { type BoundOperation, bindOperation } from './executor.ts'
import { explainerFor } from './explain/explain.ts'
import { failedResult, refusedResult, writeResult } from './graph-result.ts'
import { runPlan } from './run-plan.ts'

/**
 * Starts a subscription at the subgraph that owns its field, and completes every event with what the other subgraphs
 * know. A result when it cannot be started, a stream otherwise. An event's errors are in its result; a connection that
 * is lost ends the stream with a last result that says so, because only the client knows from where to go on.
 */
export async function subscribeToOperation(
  operation: Operation,
  call: GraphCall,
  mask: ErrorMask,
): Promise<GraphResult | ResultStream<GraphResult>> {
  try {
    const bound = await bindOperation(operation, call)
    if ('body' in bound) return bound
    if (operation.defersWith(bound.variables)) {
      const message = '"@defer" cannot be used in a subscription.'
      return refusedResult(
        [{ message, extensions: { code: 'BAD_USER_INPUT' } }],
        call.identity.requestId,
      )
    }
    const explainer = explainerFor(bound, call)
    if (explainer?.isDryRun) return explainer.forecast
    const { primary } = bound.compiled
    // The viewer may not select the field; the projection says so.
    if (!primary) return writeResult(bound, createRun(bound, call, mask))
    const eventKey = operation.sharedAnswers?.keyOf(bound, call.identity)
    return await openStream({ bound, primary, call, mask, eventKey })
  } catch (cause) {
    return failedResult(cause, call, mask)
  }
}

interface Subscription {
  readonly bound: BoundOperation
  readonly primary: NonNullable<CompiledOperation['primary']>
  readonly call: GraphCall
  readonly mask: ErrorMask
  /** When the answers are shared with others who ask the same. */
  readonly eventKey: string | undefined
}

async function openStream(
  subscription: Subscription,
): Promise<GraphResult | ResultStream<GraphResult>> {
  const { bound, primary, call, mask, eventKey } = subscription
  const controller = abortWith(call.signal)
  // Consumers may end the stream by `return` alone, which must reach the subgraph while it is silent.
  const live = { ...call, signal: controller.signal }
  const client = bound.operation.generation.clientOf(primary.subgraph)
  try {
    const request = primary.fetch.request(createRun(bound, live, mask))
    const source = await client.subscribe(request, { ...live, eventKey })
    const resultOf = (event: SubgraphResponse) =>
      answerEvent(event, { ...subscription, call: live })
    if (!(Symbol.asyncIterator in source)) {
      controller.abort()
      return await completeEvent(source, subscription)
    }
    return openResultStream({
      source,
      controller,
      resultOf,
      failureOf: (cause) => failedResult(cause, live, mask),
    })
  } catch (cause) {
    controller.abort()
    throw cause
  }
}

function answerEvent(
  event: SubgraphResponse,
  subscription: Subscription,
): GraphResult | Promise<GraphResult> {
  const { bound, call, eventKey } = subscription
  const { sharedAnswers } = bound.operation
  if (!sharedAnswers || eventKey === undefined || !event.data) {
    return completeEvent(event, subscription)
  }
  const { data } = event
  return sharedAnswers.once(
    bound,
    { event: data, key: eventKey },
    {
      userId: call.identity.viewer?.userId ?? null,
      work(audience) {
        // The first subscriber may leave while the others still wait.
        const { signal } = new AbortController()
        const forAll = { ...subscription, call: { ...call, signal, audience } }
        // For those who find that it is not for them, the event must stay as it is.
        return completeEvent({ ...event, data: copyObject(data) }, forAll)
      },
    },
  )
}

/** At once when the event's own subgraph knows everything. */
function completeEvent(
  event: SubgraphResponse,
  { bound, primary, call, mask }: Subscription,
): GraphResult | Promise<GraphResult> {
  const fail = (cause: unknown): GraphResult => failedResult(cause, call, mask)
  const { plan } = bound.compiled
  try {
    const run = createRun(bound, call, mask)
    primary.fetch.deliver(run, event)
    if (plan.tasks.length === 0) return writeResult(bound, run)
    return runPlan(plan, run)
      .then(() => writeResult(bound, run))
      .catch(fail)
  } catch (cause) {
    return fail(cause)
  }
}
