import type { PlanNode } from '@apollo/query-planner'
import { invariant } from '@gravity/shared/errors/invariant'
import { Kind, print, type SelectionSetNode } from 'graphql'
import type { TypeRelations } from '../supergraph/supergraph.ts'
import { compileContextualFetch } from './contextual-fetch.ts'
import { compileEntitiesFetch } from './entities-fetch.ts'
import { compileEntityPart, type EntityPart } from './entity-part.ts'
import type { FetchTask } from './execution-run.ts'
import { type FetchGroup, groupFetches } from './group-fetches.ts'
import { type PlannedFetch, plannedFetches } from './planned-fetches.ts'
import { compileRootFetch } from './root-fetch.ts'
import { selectionSetOf } from './subgraph-document.ts'

/** A task with the numbers of the tasks that wait for it. */
export interface ScheduledTask {
  readonly task: FetchTask
  /** What it was compiled from; for explanations. */
  readonly group: FetchGroup
  readonly waitsFor: number
  readonly dependents: readonly number[]
  /** The key of the deferred fragment that it is run for. */
  readonly part: string | undefined
}

/** A plan, compiled: requests to subgraphs and their order. */
export interface CompiledPlan {
  readonly tasks: readonly ScheduledTask[]
  /** Plan paths at which the answers of entity fetches are merged, joined by dots. */
  readonly entityPaths: ReadonlySet<string>
  /** The numbers of the tasks that each deferred fragment waits for, by the fragment's key. */
  readonly parts: ReadonlyMap<string, readonly number[]>
}

/** Compiles a plan's fetches. Throws `UnsupportedPlanError` for a plan that cannot be run here. */
export function compilePlan(root: PlanNode | undefined, types: TypeRelations): CompiledPlan {
  const { fetches, parts } = plannedFetches(root)
  const groups = groupFetches(fetches)
  const sharing = !fetches.some(({ node }) => node.contextRewrites?.length)
  const numbers = new Map(groups.map((group, index) => [group, index]))
  return {
    tasks: groups.map((group) => ({
      task: compileGroup(group, { types, sharing }),
      group,
      waitsFor: group.after.length,
      dependents: groups.flatMap((later) =>
        later.after.includes(group) ? [numbers.get(later) ?? 0] : [],
      ),
      part: group.members[0]?.part,
    })),
    entityPaths: new Set(
      fetches.filter(({ node }) => node.requires).map(({ planPath }) => planPath.join('.')),
    ),
    parts: new Map([...parts].map(([key, awaited]) => [key, tasksOf(groups, awaited)])),
  }
}

function tasksOf(groups: readonly FetchGroup[], fetches: readonly PlannedFetch[]): number[] {
  return [...groups.entries()]
    .filter(([, { members }]) => members.some((member) => fetches.includes(member)))
    .map(([task]) => task)
}

interface PlanContext {
  readonly types: TypeRelations
  /** Context values belong to a place, so no object may hang at two places of a plan that uses them. */
  readonly sharing: boolean
}

function compileGroup({ members }: FetchGroup, context: PlanContext): FetchTask {
  const [first] = members
  invariant(first, 'A group has members')
  if (!first.node.requires) return compileRootFetch(first, context.types)
  if (first.node.contextRewrites?.length) {
    return compileContextualFetch(first, partOf([first], context))
  }
  const lists = Map.groupBy(members, (member) => (context.sharing ? listKey(member) : member))
  const [part, ...others] = [...lists.values()].map((fetches) => partOf(fetches, context))
  invariant(part, 'A group has a part')
  return compileEntitiesFetch([part, ...others])
}

function partOf(fetches: readonly PlannedFetch[], context: PlanContext): EntityPart {
  const [first, ...others] = fetches
  invariant(first, 'A part has a fetch')
  return compileEntityPart({
    fetches: [first, ...others],
    selectionSet: selectionSetOf(first.node),
    ...context,
  })
}

/**
 * Equal for fetches whose entities may be asked for in one list: they select the same leaves. Objects below an entity
 * must not be shared between places, because later fetches may add different things to them under the same name.
 */
function listKey(fetch: PlannedFetch): string | PlannedFetch {
  const { requires, inputRewrites, outputRewrites } = fetch.node
  const selectionSet = selectionSetOf(fetch.node)
  if (!selectsLeavesOnly(selectionSet)) return fetch
  return JSON.stringify([print(selectionSet), requires, inputRewrites, outputRewrites])
}

function selectsLeavesOnly({ selections }: SelectionSetNode): boolean {
  return selections.every((selection) =>
    selection.kind === Kind.INLINE_FRAGMENT
      ? selectsLeavesOnly(selection.selectionSet)
      : selection.kind === Kind.FIELD && !selection.selectionSet,
  )
}
