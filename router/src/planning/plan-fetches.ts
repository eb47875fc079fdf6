import type { FetchNode, PlanNode, QueryPlan, SubscriptionNode } from '@apollo/query-planner'
import { parse } from 'graphql'

/**
 * A plan as it comes from another thread, with the documents of its fetches. Parsing them again is cheaper than handing
 * over the trees: a plan without them is a third of the size.
 */
export function withParsedFetches(plan: QueryPlan): QueryPlan {
  for (const fetch of fetchesOf(plan.node)) {
    fetch.operationDocumentNode = parse(fetch.operation, { noLocation: true })
  }
  return plan
}

/** A plan as it goes to another thread. */
export function withoutParsedFetches(plan: QueryPlan): QueryPlan {
  for (const fetch of fetchesOf(plan.node)) delete fetch.operationDocumentNode
  return plan
}

/** Every fetch of a plan. */
export function fetchesOf(node: PlanNode | SubscriptionNode | undefined): FetchNode[] {
  switch (node?.kind) {
    case undefined:
      return []
    case 'Fetch':
      return [node]
    case 'Flatten':
      return fetchesOf(node.node)
    case 'Sequence':
    case 'Parallel':
      return node.nodes.flatMap(fetchesOf)
    case 'Subscription':
      return [node.primary, ...fetchesOf(node.rest)]
    case 'Condition':
      return [...fetchesOf(node.ifClause), ...fetchesOf(node.elseClause)]
    case 'Defer':
      return [node.primary, ...node.deferred].flatMap((part) => fetchesOf(part.node))
  }
}
