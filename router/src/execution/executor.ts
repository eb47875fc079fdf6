import type { GraphQLFormattedError } from 'graphql'
import type { ErrorMask } from '../errors.ts'
import type { GraphCall, GraphResult } from '../graph.ts'
import type { Operation } from '../planning/operation.ts'
import { coerceVariables, type Variables } from './coerce-variables.ts'
import type { CompiledOperation } from './compiled-operation.ts'
import { createRun } from './create-run.ts'
import type { ExecutionRun } from './execution-run.ts'
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
    const run = createRun(bound, call, mask)
    await runLayers(bound.compiled, run)
    return writeResult(bound, run)
  } catch (cause) {
    return failedResult(cause, call, mask)
  }
}

/** Prepares an operation for a call; a result when it cannot be executed. Rejects when it cannot be planned. */
export async function bindOperation(
  operation: Operation,
  call: GraphCall,
): Promise<BoundOperation | GraphResult> {
  const { supergraph } = operation.generation
  const coerced = coerceVariables(operation.request, call.variables, supergraph.apiSchema)
  if ('errors' in coerced) return refusedResult(coerced.errors, call.identity.requestId)
  const nodes = operation.nodesWith(coerced.values)
  if (nodes > operation.generation.maximumNodes) {
    const { maximumNodes } = operation.generation
    return refusedResult([tooManyNodes(nodes, maximumNodes)], call.identity.requestId)
  }
  const compiled = await operation.compiledFor(call.identity.viewer, coerced.values)
  return { operation, compiled, variables: coerced.values }
}

function tooManyNodes(actual: number, maximum: number): GraphQLFormattedError {
  return {
    message: `The operation can answer ${actual} objects; the limit is ${maximum}. Ask for smaller pages.`,
    extensions: { code: 'BAD_USER_INPUT', limit: 'nodes', maximum, actual },
  }
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
