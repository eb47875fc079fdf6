import { type ErrorMask, publicError } from '../../errors.ts'
import type { AnswerInParts, GraphCall, GraphResult, PartDelivery } from '../../graph.ts'
import type { Operation } from '../../planning/operation.ts'
import { abortWith } from '../abort-with.ts'
import type { Deferral } from '../compiled-operation.ts'
import { createRun } from '../create-run.ts'
import { type BoundOperation, bindOperation, executeWhole } from '../executor.ts'
import { failedResult, graphResult, requireAnswered } from '../graph-result.ts'
import { Deliveries } from './deliveries.ts'
import { PartWriter } from './part-writer.ts'
import { runInParts } from './plan-in-parts.ts'

/**
 * Executes a query or mutation with `@defer`. The deferred parts are fetched as soon as what they need is there, also
 * while the rest is still being fetched, and are handed out when they have arrived. A single result when nothing is left
 * to be deferred. Whatever goes wrong is an error in the part where it shows.
 */
export async function executeInParts(
  operation: Operation,
  call: GraphCall,
  mask: ErrorMask,
): Promise<GraphResult | AnswerInParts> {
  try {
    const bound = await bindOperation(operation, call, true)
    if ('body' in bound) return bound
    const { deferral } = bound.compiled
    if (!deferral) return await executeWhole(bound, call, mask)
    return await answerInParts({ bound, deferral }, call, mask)
  } catch (cause) {
    return failedResult(cause, call, mask)
  }
}

interface DeferringOperation {
  readonly bound: BoundOperation
  readonly deferral: Deferral
}

async function answerInParts(
  { bound, deferral }: DeferringOperation,
  call: GraphCall,
  mask: ErrorMask,
): Promise<GraphResult | AnswerInParts> {
  const { identity } = call
  const controller = abortWith(call.signal)
  const { signal } = controller
  // Objects may be shared by places of different parts, whoever has fetched them.
  const run = { ...createRun(bound, { ...call, signal }, mask), shared: true }
  try {
    requireAnswered(bound.compiled)
    const plan = runInParts(bound.compiled.plan, run)
    await plan.whenFetched(undefined)
    const writer = new PartWriter(bound, deferral, run)
    const { data, errors, places } = writer.writeFirst()
    const first = graphResult(data, errors)
    const deliveries = new Deliveries({
      plan,
      writer,
      labels: deferral.labels,
      describe: (cause) =>
        publicError(
          mask.ofFailure(cause, { subgraph: undefined, identity, signal }),
          identity.requestId,
        ),
    })
    const pending = deliveries.open(places)
    if (pending.length > 0) {
      return { first, pending, deliveries: untilEnded(deliveries, controller), ended: signal }
    }
    controller.abort()
    return first
  } catch (cause) {
    controller.abort()
    throw cause
  }
}

async function* untilEnded(
  deliveries: Deliveries,
  controller: AbortController,
): AsyncGenerator<PartDelivery, void> {
  try {
    for await (const delivery of deliveries.deliver()) {
      if (controller.signal.aborted) return
      yield delivery
    }
  } finally {
    // What is still being fetched is for nobody.
    controller.abort()
  }
}
