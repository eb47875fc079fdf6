import { operationFromDocument } from '@apollo/federation-internals'
import { type QueryPlan, QueryPlanner } from '@apollo/query-planner'
import { GravityError } from '@gravity/shared/errors/gravity-error'
import type { DocumentNode } from 'graphql'
import type { Supergraph } from '../supergraph/supergraph.ts'

/** Plans operations over one supergraph. */
export interface Planner {
  /** Plans the only operation of a document that is valid against the API schema. Rejects when there is no plan. */
  plan(document: DocumentNode): Promise<QueryPlan>
}

/**
 * The Apollo query planner, on this thread: the first operation builds its query graph (some 40 ms), each other plan
 * takes milliseconds.
 */
export function createPlanner({ federated }: Supergraph): Planner {
  let planner: QueryPlanner | undefined
  const apiSchema = federated.apiSchema()
  return {
    async plan(document) {
      planner ??= new QueryPlanner(federated, {
        exposeDocumentNodeInFetchNode: true,
        // Finding the client's fragments again in each fetch costs more than the fragments save.
        reuseQueryFragments: false,
      })
      const operation = operationFromDocument(apiSchema, document, { validate: false })
      try {
        return planner.buildQueryPlan(operation)
      } catch (cause) {
        throw isLimit(cause) ? tooLarge(cause) : cause
      }
    },
  }
}

function tooLarge(cause: unknown): GravityError {
  const message = 'The operation selects too much to be planned.'
  return new GravityError('BAD_USER_INPUT', message, { cause })
}

/** The planner's own limits have no code: https://github.com/apollographql/federation/tree/main/query-planner-js. */
function isLimit(error: unknown): boolean {
  return error instanceof Error && /selections (in this|exceeds limit)/.test(error.message)
}
