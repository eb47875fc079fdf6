import { GravityError } from '@gravity/shared/errors/gravity-error'
import type { GraphQLFormattedError } from 'graphql'
import { type ErrorMask, publicError } from '../errors.ts'
import type { GraphCall, GraphResult } from '../graph.ts'
import type { CompiledOperation } from './compiled-operation.ts'
import type { ExecutionRun } from './execution-run.ts'
import type { BoundOperation } from './executor.ts'
import type { ProjectedSelection } from './projection.ts'
import { type ProjectedError, writeData } from './response-writer.ts'
import { visiblePath } from './visible-path.ts'

/** The client's answer, from what the subgraphs brought. */
export function writeResult(bound: BoundOperation, run: ExecutionRun): GraphResult {
  const { operation, compiled, variables } = bound
  const selection = compiled.projection
  requireAnswered(compiled)
  const { data, errors } = writeData(selection, run.data, {
    faults: run.faults,
    shared: run.shared,
    clientName: operation.names.clientName,
    introspection: operation.introspect(variables),
  })
  const all = [...errors, ...unmetErrors(selection, run, errors)]
  return graphResult(
    data,
    all.map((error) => publicError(error, run.call.identity.requestId)),
  )
}

/** A request that was refused before anything was executed. */
export function refusedResult(
  errors: readonly GraphQLFormattedError[],
  requestId: string,
): GraphResult {
  const published = errors.map((error) => {
    const { locations, ...rest } = error
    const extensions = { ...error.extensions, requestId }
    return { ...rest, ...(locations && { locations }), extensions }
  })
  return { errors: published, refused: true, body: JSON.stringify({ errors: published }) }
}

/** What is answered when nothing can be: a bug, or an operation that the planner refuses. */
export function failedResult(cause: unknown, call: GraphCall, mask: ErrorMask): GraphResult {
  const { identity, signal } = call
  if (cause instanceof GravityError && cause.code === 'BAD_USER_INPUT') {
    return refusedResult(
      [{ message: cause.message, extensions: cause.extensions }],
      identity.requestId,
    )
  }
  const error = mask.ofFailure(cause, { subgraph: undefined, identity, signal })
  return graphResult('null', [publicError(error, identity.requestId)])
}

/** An answer that was executed; `data` is JSON text. */
export function graphResult(data: string, errors: readonly GraphQLFormattedError[]): GraphResult {
  const body =
    errors.length === 0 ? `{"data":${data}}` : `{"errors":${JSON.stringify(errors)},"data":${data}}`
  return { errors, refused: false, body }
}

/**
 * The planner gives an empty plan for fields that no subgraph can reach, instead of refusing them: without this check
 * they would be null without an error. Throws.
 */
export function requireAnswered({ plan, primary, projection, isRefused }: CompiledOperation): void {
  if (plan.tasks.length > 0 || primary || isRefused) return
  if (projection.fieldsFor(undefined)?.some((field) => field.kind === 'value')) {
    throw new Error('The planner has no way to what the operation selects')
  }
}

/**
 * Faults that took nothing from the answer that the client can see, or took it together with what is above. Subgraphs
 * that share a field fail in the same way; what was told of one is not told again.
 */
function unmetErrors(
  selection: ProjectedSelection,
  run: ExecutionRun,
  reported: readonly ProjectedError[],
): ProjectedError[] {
  const unmet = run.faults.all.filter((fault) => fault.reported.size === 0)
  if (unmet.length === 0) return []
  const told = new Set(reported.map(textOf))
  return unmet.flatMap(({ message, extensions, fallbackPath }) => {
    const path = visiblePath(selection, run.data, fallbackPath() ?? [])
    const error = { message, extensions, path: path.length > 0 ? path : undefined }
    const text = textOf(error)
    if (told.has(text)) return []
    told.add(text)
    return [error]
  })
}

function textOf({ message, path }: ProjectedError): string {
  return `${path?.join('.')} ${message}`
}
