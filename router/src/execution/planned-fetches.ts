import type { DeferredNode, FetchNode, PlanNode } from '@apollo/query-planner'

/** A fetch of a plan with its place in the plan made explicit. */
export interface PlannedFetch {
  readonly node: FetchNode
  /** Where the objects are that the answer is merged into. */
  readonly planPath: readonly string[]
  /** Fetches that must have ended before, whether they succeeded or not. */
  readonly after: readonly PlannedFetch[]
  /** The key of the deferred fragment that it was planned for; undefined for what nothing was deferred of. */
  readonly part?: string
}

/** The fetches of a plan, and those that each deferred fragment waits for, by the fragment's key. */
export interface PlannedFetches {
  readonly fetches: readonly PlannedFetch[]
  readonly parts: ReadonlyMap<string, readonly PlannedFetch[]>
}

/** Thrown for a plan that this executor does not know how to run. */
export class UnsupportedPlanError extends Error {
  override readonly name = 'UnsupportedPlanError'
}

/**
 * Turns the planner's tree into a graph: every fetch with what it waits for. Sequences and parallels are only ways to
 * write that down, and hide that fetches of different branches could share a request.
 */
export function plannedFetches(root: PlanNode | undefined): PlannedFetches {
  const visitor = new PlanVisitor()
  if (root) visitor.visit(root, { planPath: [], after: [], part: undefined })
  const { fetches, parts } = visitor
  return { fetches, parts }
}

interface Position {
  readonly planPath: readonly string[]
  readonly after: readonly PlannedFetch[]
  readonly part: string | undefined
}

class PlanVisitor implements PlannedFetches {
  readonly fetches: PlannedFetch[] = []
  readonly parts = new Map<string, readonly PlannedFetch[]>()
  /** Those that deferred fragments can name. */
  readonly #byId = new Map<string, PlannedFetch>()

  /** The fetches after which the node has been run. */
  visit(node: PlanNode, position: Position): readonly PlannedFetch[] {
    switch (node.kind) {
      case 'Fetch':
        return [this.#add(node, position)]
      case 'Flatten': {
        const planPath = [...position.planPath, ...node.path.map(String)]
        return this.visit(node.node, { ...position, planPath })
      }
      case 'Sequence':
        return node.nodes.reduce(
          (after, child) => this.visit(child, { ...position, after }),
          position.after,
        )
      case 'Parallel':
        return union(
          node.nodes.map((child) => this.visit(child, position)),
          position.after,
        )
      case 'Condition':
        throw new UnsupportedPlanError('Conditions are decided before planning')
      case 'Defer': {
        const primary = node.primary.node
        const ended = primary ? this.visit(primary, position) : position.after
        for (const deferred of node.deferred) this.#visitDeferred(deferred, position)
        return ended
      }
    }
  }

  #add(node: FetchNode, { planPath, after, part }: Position): PlannedFetch {
    const fetch = { node, planPath, after, ...(part !== undefined && { part }) }
    this.fetches.push(fetch)
    if (node.id !== undefined) this.#byId.set(node.id, fetch)
    return fetch
  }

  #visitDeferred({ depends, label, node }: DeferredNode, { planPath }: Position): void {
    if (label === undefined) throw new UnsupportedPlanError('A deferred fragment has no label')
    const after = depends.map(({ id }) => {
      const fetch = this.#byId.get(id)
      if (!fetch) throw new UnsupportedPlanError('A deferred fragment waits for a later one')
      return fetch
    })
    const before = this.fetches.length
    if (node) this.visit(node, { planPath, after, part: label })
    const own = this.fetches.slice(before).filter((fetch) => fetch.part === label)
    this.parts.set(label, [...after, ...own])
  }
}

function union(
  ends: readonly (readonly PlannedFetch[])[],
  otherwise: readonly PlannedFetch[],
): readonly PlannedFetch[] {
  const ended = [...new Set(ends.flat())]
  return ended.length > 0 ? ended : otherwise
}
