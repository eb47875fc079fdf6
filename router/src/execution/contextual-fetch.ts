import type { SubgraphResponse } from '../subgraphs/subgraph-client.ts'
import { contextArguments, placesAt } from './context-arguments.ts'
import { variableNames } from './entities-fetch.ts'
import type { EntityPart } from './entity-part.ts'
import { type ExecutionRun, type FetchTask, variablesFor } from './execution-run.ts'
import type { PlannedFetch } from './planned-fetches.ts'
import type { ResponseObject } from './response-tree.ts'
import { operationOf, representationsVariable } from './subgraph-document.ts'

/** Objects that take the same values from what is above them. */
interface ContextGroup {
  readonly values: Readonly<Record<string, unknown>>
  readonly targets: ResponseObject[]
}

/**
 * Compiles a fetch whose arguments come from the objects above each entity (`@fromContext`). Variables belong to a
 * whole request, so there is one request for each distinct set of values.
 */
export function compileContextualFetch(fetch: PlannedFetch, part: EntityPart): FetchTask {
  const operation = operationOf(fetch.node)
  const names = variableNames([part])
  const send = (
    run: ExecutionRun,
    { values, targets }: ContextGroup,
  ): Promise<void> | undefined => {
    const batch = part.batch(run, targets)
    if (batch.representations.length === 0) return undefined
    const request = {
      operation,
      variables: { ...variablesFor(names, run), ...values },
      representations: new Map([[representationsVariable, batch.representations]]),
    }
    const deliver = ({ data, errors }: SubgraphResponse): void => {
      const located = errors.map((error) => ({ ...error, path: error.path?.slice(1) }))
      part.deliver(run, batch, { entities: data?.['_entities'], errors: located })
    }
    return run
      .clientOf(fetch.node.serviceName)
      .send(request, run.call)
      .then(deliver, (cause: unknown) => part.fail(run, batch, cause))
  }
  return {
    operation,
    async run(run) {
      await Promise.all(contextGroups(fetch, run).map((group) => send(run, group)))
    },
  }
}

function contextGroups(fetch: PlannedFetch, run: ExecutionRun): ContextGroup[] {
  const groups = new Map<string, ContextGroup>()
  for (const place of placesAt(run.data, fetch.planPath)) {
    const values = contextArguments(place, fetch.node.contextRewrites ?? [], run)
    const key = JSON.stringify(values)
    const group = groups.get(key)
    if (group) group.targets.push(place.object)
    else groups.set(key, { values, targets: [place.object] })
  }
  return [...groups.values()]
}
