import type { SubgraphError, SubgraphResponse } from '../subgraphs/subgraph-client.ts'
import type { EntityBatch } from './entity-batch.ts'
import type { EntityPart } from './entity-part.ts'
import { type ExecutionRun, type FetchTask, variablesFor } from './execution-run.ts'
import {
  type AliasedEntities,
  combineEntityFetches,
  operationOf,
  representationsVariable,
} from './subgraph-document.ts'

interface SentPart extends AliasedEntities {
  readonly part: EntityPart
}

/** Compiles a request for entities; several parts go under an alias each. */
export function compileEntitiesFetch(parts: readonly [EntityPart, ...EntityPart[]]): FetchTask {
  const sent = parts.length === 1 ? [plainPart(parts[0])] : parts.map(aliasedPart)
  const operation = parts.length === 1 ? operationOf(parts[0].node) : combineEntityFetches(sent)
  const { serviceName } = parts[0].node
  const names = variableNames(parts)
  return {
    operation,
    run(run) {
      const batches = sent.map(({ part }) => part.collect(run))
      if (batches.every((batch) => batch.representations.length === 0)) return undefined
      const representations = new Map(
        sent.map(({ variable }, index) => [variable, batches[index]?.representations ?? []]),
      )
      const request = { operation, variables: variablesFor(names, run), representations }
      return run
        .clientOf(serviceName)
        .send(request, run.call)
        .then(
          (response) => deliver(run, { sent, batches, response }),
          (cause: unknown) => fail(run, { parts, batches, cause }),
        )
    },
  }
}

/** The client's variables that the parts use. */
export function variableNames(parts: readonly EntityPart[]): string[] {
  const names = new Set(parts.flatMap(({ node }) => node.variableUsages ?? []))
  names.delete(representationsVariable)
  return [...names]
}

function plainPart(part: EntityPart): SentPart {
  return { part, node: part.node, alias: '_entities', variable: representationsVariable }
}

function aliasedPart(part: EntityPart, index: number): SentPart {
  const alias = `_entities${index}`
  return { part, node: part.node, alias, variable: `${representationsVariable}${index}` }
}

interface Delivery {
  readonly sent: readonly SentPart[]
  readonly batches: readonly EntityBatch[]
  readonly response: SubgraphResponse
}

function deliver(run: ExecutionRun, { sent, batches, response }: Delivery): void {
  for (const [index, { part, alias }] of sent.entries()) {
    const batch = batches[index]
    if (!batch || batch.representations.length === 0) continue
    const errors = errorsUnder(alias, response.errors)
    part.deliver(run, batch, { entities: response.data?.[alias], errors })
  }
}

/** The errors about one list; those about none of them, such as a refused document, are about all. */
function errorsUnder(alias: string, errors: readonly SubgraphError[]): SubgraphError[] {
  return errors
    .filter(({ path }) => path === undefined || path[0] === alias)
    .map((error) => ({ ...error, path: error.path?.slice(1) }))
}

interface Failure {
  readonly parts: readonly EntityPart[]
  readonly batches: readonly EntityBatch[]
  readonly cause: unknown
}

function fail(run: ExecutionRun, { parts, batches, cause }: Failure): void {
  for (const [index, part] of parts.entries()) {
    const batch = batches[index]
    if (batch && batch.representations.length > 0) part.fail(run, batch, cause)
  }
}
