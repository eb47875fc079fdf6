import type { PlannedFetch } from './planned-fetches.ts'

/** Fetches that are sent as one request. */
export interface FetchGroup {
  readonly members: readonly PlannedFetch[]
  readonly after: readonly FetchGroup[]
}

/**
 * Puts fetches of entities from one subgraph into one request where they would run at the same time anyway: fewer
 * requests, and one entity is asked for once. A fetch that nothing waits for may wait for a later request to the same
 * subgraph, since the answer is complete only then. Everything else keeps a request of its own.
 */
export function groupFetches(fetches: readonly PlannedFetch[]): FetchGroup[] {
  const levels = levelsOf(fetches)
  const keys = new Map(fetches.map((fetch) => [fetch, groupKey(fetch, levels.get(fetch) ?? 0)]))
  for (const fetch of lastFetches(fetches)) {
    const level = latestLevel(fetch, levels, keys)
    keys.set(fetch, groupKey(fetch, level))
  }
  return linkGroups(Map.groupBy(fetches, (fetch) => keys.get(fetch) ?? fetch))
}

type GroupKey = string | PlannedFetch

function groupKey(fetch: PlannedFetch, level: number): GroupKey {
  // What was deferred must not hold up the rest.
  return isGroupable(fetch) ? `${level} ${fetch.part ?? ''} ${fetch.node.serviceName}` : fetch
}

function isGroupable({ node }: PlannedFetch): boolean {
  return node.requires !== undefined && !node.contextRewrites?.length
}

function levelsOf(fetches: readonly PlannedFetch[]): ReadonlyMap<PlannedFetch, number> {
  const levels = new Map<PlannedFetch, number>()
  // A fetch stands behind everything that it waits for.
  for (const fetch of fetches) {
    const before = fetch.after.map((earlier) => levels.get(earlier) ?? 0)
    levels.set(fetch, 1 + Math.max(0, ...before))
  }
  return levels
}

function lastFetches(fetches: readonly PlannedFetch[]): PlannedFetch[] {
  const awaited = new Set(fetches.flatMap((fetch) => fetch.after))
  return fetches.filter((fetch) => isGroupable(fetch) && !awaited.has(fetch))
}

/** The last level at which the same subgraph is asked for entities anyway. */
function latestLevel(
  fetch: PlannedFetch,
  levels: ReadonlyMap<PlannedFetch, number>,
  keys: ReadonlyMap<PlannedFetch, GroupKey>,
): number {
  let latest = levels.get(fetch) ?? 0
  for (const [other, level] of levels) {
    const isAlike = other.node.serviceName === fetch.node.serviceName && other.part === fetch.part
    if (typeof keys.get(other) === 'string' && isAlike) {
      latest = Math.max(latest, level)
    }
  }
  return latest
}

interface OpenGroup extends FetchGroup {
  readonly after: FetchGroup[]
}

function linkGroups(members: ReadonlyMap<GroupKey, readonly PlannedFetch[]>): FetchGroup[] {
  const groups = new Map<PlannedFetch, OpenGroup>()
  const linked = [...members.values()].map((list) => {
    const group: OpenGroup = { members: list, after: [] }
    for (const fetch of list) groups.set(fetch, group)
    return group
  })
  for (const group of linked) {
    const after = new Set(
      group.members.flatMap((fetch) => fetch.after).map((fetch) => groups.get(fetch)),
    )
    for (const earlier of after) if (earlier && earlier !== group) group.after.push(earlier)
  }
  return linked
}
