import type { SubgraphResponse } from '../subgraphs/subgraph-client.ts'
import type { TypeRelations } from '../supergraph/supergraph.ts'
import { type ExecutionRun, type FetchTask, variablesFor } from './execution-run.ts'
import { compileMerge } from './merge.ts'
import { placeError, placeFailure } from './place-faults.ts'
import type { PlannedFetch } from './planned-fetches.ts'
import { isResponseObject, objectsAt, type ResponseObject } from './response-tree.ts'
import { compileOutputRewrites, renamedKeys } from './rewrites.ts'
import { operationOf, selectionSetOf } from './subgraph-document.ts'

/** A fetch of root fields, in the two halves that a subscription needs apart. */
export interface RootFetch extends FetchTask {
  readonly request: (
    run: ExecutionRun,
  ) => Parameters<ReturnType<ExecutionRun['clientOf']>['send']>[0]
  /** Adds an answer to every object at the fetch's place; usually the root alone. */
  deliver(run: ExecutionRun, response: SubgraphResponse): void
}

/** Compiles a fetch of fields of a root type. */
export function compileRootFetch(fetch: PlannedFetch, types: TypeRelations): RootFetch {
  const { node, planPath } = fetch
  const operation = operationOf(node)
  const renamed = renamedKeys(node.outputRewrites)
  const merge = compileMerge(selectionSetOf(node), { renamed })
  const rewrite = compileOutputRewrites(node.outputRewrites, types)
  const place = { subgraph: node.serviceName, planPath, names: merge.names, renamed }
  const targetsOf = (run: ExecutionRun): ResponseObject[] => objectsAt(run.data, planPath, true)

  const request = (run: ExecutionRun) => ({
    operation,
    variables: variablesFor(node.variableUsages ?? [], run),
    representations: noRepresentations,
  })
  const deliver = (run: ExecutionRun, { data, errors }: SubgraphResponse): void => {
    const targets = targetsOf(run)
    if (isResponseObject(data)) {
      rewrite?.(data)
      if (targets.length > 1) run.shared = true
      for (const target of targets) merge.into(target, data, run)
    }
    for (const error of errors) {
      const path = error.path ?? []
      placeError(run, place, { error, targets, path, total: !data || path.length === 0 })
    }
    if (!data && errors.length === 0) {
      const cause = new Error('The answer has neither data nor errors')
      placeFailure(run, place, { error: run.describe.ofFailure(cause, place.subgraph), targets })
    }
  }
  const fail = (run: ExecutionRun, cause: unknown): void => {
    const error = run.describe.ofFailure(cause, place.subgraph)
    placeFailure(run, place, { error, targets: targetsOf(run) })
  }
  return {
    operation,
    request,
    deliver,
    run(run) {
      if (planPath.length > 0 && targetsOf(run).length === 0) return undefined
      return run
        .clientOf(node.serviceName)
        .send(request(run), run.call)
        .then(
          (response) => deliver(run, response),
          (cause: unknown) => fail(run, cause),
        )
    },
  }
}

const noRepresentations: ReadonlyMap<string, readonly string[]> = new Map()
