import type { SubgraphError } from '../subgraphs/subgraph-client.ts'
import type { ExecutionRun } from './execution-run.ts'
import type { Fault, FaultError } from './faults.ts'
import { type Path, pathTo, type ResponseObject } from './response-tree.ts'

/** Where the answer of a fetch belongs in the response tree. */
export interface FetchPlace {
  readonly subgraph: string
  readonly planPath: readonly string[]
  /** The names that the fetch should have brought. */
  readonly names: ReadonlySet<string>
  readonly renamed: ReadonlyMap<string, string>
}

/** Records that targets got nothing of what a fetch should have brought. */
export function placeFailure(
  run: ExecutionRun,
  place: FetchPlace,
  { error, targets }: { readonly error: FaultError; readonly targets: readonly ResponseObject[] },
): void {
  const fault = addFault(run, place, { error, target: targets[0], tail: [] })
  for (const target of targets) run.faults.place(target, { fault, keys: place.names })
}

/** An error of a subgraph that is about some targets, with the way to its place from each of them. */
export interface LocatedError {
  readonly error: SubgraphError
  readonly targets: readonly ResponseObject[]
  readonly path: Path
  /** True when the targets got nothing at all because of it: a null has risen to the entity or to the root. */
  readonly total: boolean
}

/** Records an error that a subgraph reported at the value that is missing because of it. */
export function placeError(run: ExecutionRun, place: FetchPlace, located: LocatedError): void {
  const { targets } = located
  const path = located.path.map((element) =>
    typeof element === 'string' ? (place.renamed.get(element) ?? element) : element,
  )
  const error = run.describe.ofError(located.error, place.subgraph)
  const fault = addFault(run, place, { error, target: targets[0], tail: path })
  for (const target of targets) {
    if (!located.total) placeAlong(run, target, { fault, path })
    else
      run.faults.place(target, { fault, keys: place.names, ...(path.length > 0 && { tail: path }) })
  }
}

function addFault(
  run: ExecutionRun,
  { planPath }: FetchPlace,
  origin: {
    readonly error: FaultError
    readonly target: ResponseObject | undefined
    readonly tail: Path
  },
): Fault {
  const { target, tail } = origin
  return run.faults.add(origin.error, () => {
    const path = target && pathTo(run.data, planPath, target)
    return path && [...path, ...tail]
  })
}

/** Follows the path as far as there are values: a null on the way may be the error's null, bubbled up. */
function placeAlong(
  run: ExecutionRun,
  target: object,
  { fault, path }: { readonly fault: Fault; readonly path: Path },
): void {
  let holder = target
  let depth = 0
  for (; depth < path.length - 1; depth += 1) {
    const next: unknown = Reflect.get(holder, path[depth] ?? '')
    if (typeof next !== 'object' || next === null) break
    holder = next
  }
  const key = path[depth]
  if (key === undefined) return
  run.faults.place(holder, { fault, keys: new Set([key]), tail: path.slice(depth) })
}
