import type { ErrorMask } from '../errors.ts'
import type { GraphCall, GraphResult } from '../graph.ts'
import { checkCost } from '../planning/check-cost.ts'
import type { Operation } from '../planning/operation.ts'
import { coerceVariables, type Variables } from './coerce-variables.ts'
import type { CompiledOperation } from './compiled-operation.ts'
import { createRun } from './create-run.ts'
import type { ExecutionRun } from './execution-run.ts'
import { explainerFor } from './explain/explain.ts'
import { failedResult, refusedResult, writeResult } from './graph-result.ts'
import type { ResponseObject } from './response-tree.ts'
import { runPlan } from './run-plan.ts'

/** An operation for one viewer, with the values of its variables. */
export interface BoundOperation {
  readonly operation: Operation
  readonly compiled: CompiledOperation
  readonly variables: Variables
}

/** Executes a query or mutation. Whatever goes wrong is an error in the result. */
export async function executeOperation(
  operation: Operation,
  call: GraphCall,
  mask: ErrorMask,
): Promise<GraphResult> {
  try {
    const bound = await bindOperation(operation, call)
    if ('body' in bound) return bound
    return await executeWhole(bound, call, mask)
  } catch (cause) {
    return failedResult(cause, call, mask)
  }
}

/** Executes what is bound and hands out all of it at once. Rejects for a bug alone. */
export async function executeWhole(
  bound: BoundOperation,
  call: GraphCall,
  mask: ErrorMask,
): Promise<GraphResult> {
  const explainer = explainerFor(bound, call)
  if (explainer?.isDryRun) return explainer.forecast
  const unwatched = createRun(bound, call, mask)
  const run = explainer ? explainer.watch(unwatched) : unwatched
  await runLayers(bound.compiled, run)
  const result = writeResult(bound, run)
  return explainer ? explainer.explain(result, run) : result
}

/**
 * Prepares an operation for a call, with its deferred parts apart if that is wanted and can be; a result when it cannot be
 * executed. Rejects when it cannot be planned.
 */
export async function bindOperation(
  operation: Operation,
  call: GraphCall,
  inParts = false,
): Promise<BoundOperation | GraphResult> {
  const { supergraph } = operation.generation
  const coerced = coerceVariables(operation.request, call.variables, supergraph.apiSchema)
  if ('errors' in coerced) return refusedResult(coerced.errors, call.identity.requestId)
  const costly = checkCost(operation, coerced.values)
  if (costly.length > 0) return refusedResult(costly, call.identity.requestId)
  const { viewer } = call.identity
  const compiled =
    (inParts && (await operation.compiledInParts(viewer, coerced.values))) ||
    (await operation.compiledFor(viewer, coerced.values))
  return { operation, compiled, variables: coerced.values }
}

async function runLayers({ plan, layers }: CompiledOperation, run: ExecutionRun): Promise<void> {
  if (layers.length === 0) {
    await runPlan(plan, run)
    return
  }
  const trees = layers.map((layer) => {
    const data: ResponseObject = Object.create(null)
    return { layer, data }
  })
  await Promise.all([
    runPlan(plan, run),
    ...trees.map(({ layer, data }) => runPlan(layer.plan, { ...run, data })),
  ])
  for (const { layer, data } of trees) layer.merge.into(run.data, data, run)
}
