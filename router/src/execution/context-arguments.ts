import type { FetchDataKeyRenamer } from '@apollo/query-planner'
import type { ExecutionRun } from './execution-run.ts'
import { isResponseObject, type ResponseObject } from './response-tree.ts'
import { fragmentCondition } from './rewrites.ts'

/** An object of the response tree with the objects above it, the nearest first. */
export interface Place {
  readonly object: ResponseObject
  readonly parents: readonly ResponseObject[]
}

/** Every place at a plan path; an object that hangs at several places is found at each. */
export function placesAt(root: ResponseObject, planPath: readonly string[]): Place[] {
  const places: Place[] = []
  const descend = (value: unknown, depth: number, parents: readonly ResponseObject[]): void => {
    const element = planPath[depth]
    if (element === '@') {
      if (Array.isArray(value)) for (const item of value) descend(item, depth + 1, parents)
    } else if (isResponseObject(value)) {
      if (element === undefined) places.push({ object: value, parents })
      else descend(value[element], depth + 1, [value, ...parents])
    }
  }
  descend(root, 0, [])
  return places
}

/**
 * The values that a place takes from the objects above it (`@fromContext`), by the name of the variable that the plan
 * gives them. A context that no object above has set is null.
 */
export function contextArguments(
  place: Place,
  rewrites: readonly FetchDataKeyRenamer[],
  { types }: ExecutionRun,
): Record<string, unknown> {
  const values: Record<string, unknown> = Object.create(null)
  for (const { path, renameKeyTo } of rewrites) {
    const value = valueAbove(place, path, types)
    if (value !== undefined) values[renameKeyTo] = value
    else if (!(renameKeyTo in values)) values[renameKeyTo] = null
  }
  return values
}

function valueAbove(place: Place, path: readonly string[], types: ExecutionRun['types']): unknown {
  const above = path.lastIndexOf('..') + 1
  const start = above === 0 ? place.object : place.parents[above - 1]
  const follow = (value: unknown, depth: number): unknown => {
    const element = path[depth]
    if (element === undefined) return value
    if (Array.isArray(value)) return value.map((item) => follow(item, depth))
    if (!isResponseObject(value)) return value
    const condition = fragmentCondition(element)
    if (condition === undefined) return follow(value[element], depth + 1)
    const typename = value['__typename']
    const passes = typeof typename !== 'string' || types.satisfies(typename, condition)
    return passes ? follow(value, depth + 1) : undefined
  }
  return follow(start, above)
}
