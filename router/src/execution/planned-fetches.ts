import type { FetchNode, PlanNode } from '@apollo/query-planner'

/** A fetch of a plan with its place in the plan made explicit. */
export interface PlannedFetch {
  readonly node: FetchNode
  /** Where the objects are that the answer is merged into. */
  readonly planPath: readonly string[]
  /** Fetches that must have ended before, whether they succeeded or not. */
  readonly after: readonly PlannedFetch[]
}

/** Thrown for a plan that this executor does not know how to run. */
export class UnsupportedPlanError extends Error {
  override readonly name = 'UnsupportedPlanError'
}

/**
 * Turns the planner's tree into a graph: every fetch with what it waits for. Sequences and parallels are only ways to
 * write that down, and hide that fetches of different branches could share a request.
 */
export function plannedFetches(root: PlanNode | undefined): PlannedFetch[] {
  const fetches: PlannedFetch[] = []
  if (root) visit(root, [], { fetches, after: [] })
  return fetches
}

interface Visit {
  readonly fetches: PlannedFetch[]
  readonly after: readonly PlannedFetch[]
}

/** Resolves to the fetches after which the node has been run. */
function visit(
  node: PlanNode,
  planPath: readonly string[],
  { fetches, after }: Visit,
): readonly PlannedFetch[] {
  switch (node.kind) {
    case 'Fetch': {
      const fetch = { node, planPath, after }
      fetches.push(fetch)
      return [fetch]
    }
    case 'Flatten': {
      const below = [...planPath, ...node.path.map(String)]
      return visit(node.node, below, { fetches, after })
    }
    case 'Sequence':
      return node.nodes.reduce(
        (ended, child) => visit(child, planPath, { fetches, after: ended }),
        after,
      )
    case 'Parallel':
      return union(
        node.nodes.map((child) => visit(child, planPath, { fetches, after })),
        after,
      )
    case 'Condition':
      throw new UnsupportedPlanError('Conditions are decided before planning')
    case 'Defer':
      throw new UnsupportedPlanError('The plan has deferred parts')
  }
}

function union(
  ends: readonly (readonly PlannedFetch[])[],
  otherwise: readonly PlannedFetch[],
): readonly PlannedFetch[] {
  const ended = [...new Set(ends.flat())]
  return ended.length > 0 ? ended : otherwise
}
