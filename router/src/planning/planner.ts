import { operationFromDocument } from '@apollo/federation-internals'
import { type QueryPlan, QueryPlanner } from '@apollo/query-planner'
import { GravityError } from '@gravity/shared/errors/gravity-error'
import type { DocumentNode } from 'graphql'
import { isPart, subgraphBehind } from '../supergraph/computing-graphs.ts'
import type { Supergraph } from '../supergraph/supergraph.ts'
import { fetchesOf } from './plan-fetches.ts'
import { createAnswerability } from './require-answerable.ts'
import { separateRequirements } from './separate-requirements.ts'

/** How an operation is to be planned; goes to other threads as it is. */
export interface PlanOptions {
  /** The labels of `@override(label:)` that are on. */
  readonly overrides?: readonly string[] | undefined
}

/** Plans operations over one supergraph. */
export interface Planner {
  /** Plans the only operation of a document that is valid against the API schema. Rejects when there is no plan. */
  plan(document: DocumentNode, options?: PlanOptions): Promise<QueryPlan>
  /** The supergraph has been replaced: whatever the planner holds may go once nothing is being planned. */
  retire(): void
}

/** A planner on this thread: nothing else runs while it plans. */
export interface LocalPlanner extends Planner {
  /** Makes ready now what the first operation would otherwise wait for. */
  warm(): void
}

/**
 * How many ways to one selection the planner may compare; it knows no limit by itself. Real operations have a few; some
 * hundred characters can be made to have millions.
 */
const maximumPaths = 10_000

/**
 * The Apollo query planner, on this thread: the first operation builds its query graph (some 40 ms), each other plan
 * takes milliseconds.
 */
export function createPlanner({ federated }: Pick<Supergraph, 'federated'>): LocalPlanner {
  let built: QueryPlanner | undefined
  const apiSchema = federated.apiSchema()
  const requireAnswerable = createAnswerability(federated)
  const isDivided = federated.subgraphsMetadata().some(({ name }) => isPart(name))
  const planner = (): QueryPlanner => {
    built ??= new QueryPlanner(federated, {
      exposeDocumentNodeInFetchNode: true,
      // Finding the client's fragments again in each fetch costs more than the fragments save.
      reuseQueryFragments: false,
      // Fields in fields of an abstract type multiply the ways to them until memory is full: see `maximumPaths`.
      debug: { pathsLimit: maximumPaths },
      // Plans of operations without `@defer` are the same as otherwise.
      incrementalDelivery: { enableDefer: true },
    })
    return built
  }
  return {
    async plan(document, { overrides = [] } = {}) {
      const operation = operationFromDocument(apiSchema, document, { validate: false })
      try {
        const overrideConditions = new Map(overrides.map((label) => [label, true]))
        const plan = planner().buildQueryPlan(operation, { overrideConditions })
        requireAnswerable(plan)
        const separate = separateRequirements(plan, federated)
        return isDivided ? withSubgraphs(separate) : separate
      } catch (cause) {
        throw isLimit(cause) ? tooLarge(cause) : cause
      }
    },
    warm: () => void planner(),
    retire: () => undefined,
  }
}

/** The plan with the subgraphs to ask instead of the graphs that they were divided into. */
function withSubgraphs(plan: QueryPlan): QueryPlan {
  for (const fetch of fetchesOf(plan.node)) fetch.serviceName = subgraphBehind(fetch.serviceName)
  return plan
}

function tooLarge(cause: unknown): GravityError {
  const message = 'The operation selects too much to be planned.'
  return new GravityError('BAD_USER_INPUT', message, { cause })
}

/** The planner's own limits have no code: https://github.com/apollographql/federation/tree/main/query-planner-js. */
function isLimit(error: unknown): boolean {
  return (
    error instanceof Error &&
    /selections (in this|exceeds limit)|^Too many options/.test(error.message)
  )
}
