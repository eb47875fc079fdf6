import type { ExecutionResult } from 'graphql'
import type { Answer } from '../execution-graph.ts'

type Path = readonly (string | number)[]

export interface Answers {
  readonly ours: Answer
  /** What one server answers. */
  readonly whole: ExecutionResult
  /** What one server answers when no null rises. */
  readonly relaxed: ExecutionResult
}

/**
 * In what an answer differs from the one server's, in words; nothing when it does not. Data must be equal to the
 * letter. Where several errors lead to one null, the specification leaves open which are reported (section 6.4.4); so
 * errors must explain the same nulls, and each must be about a field that does fail.
 */
export function differences({ ours, whole, relaxed }: Answers): string[] {
  const data = ours.data ?? null
  const errors = ours.errors ?? []
  const found: string[] = []
  const [one, other] = [JSON.stringify(data), JSON.stringify(whole.data ?? null)]
  if (one !== other) found.push(`data is\n  ${one}\nand should be\n  ${other}`)
  const nulls = nullsOf(data, errors)
  const rightNulls = nullsOf(whole.data ?? null, whole.errors ?? [])
  for (const text of nulls.difference(rightNulls)) found.push(`an error explains no null: ${text}`)
  for (const text of rightNulls.difference(nulls)) found.push(`no error explains the null: ${text}`)
  for (const { path, message } of groundless(data, errors, { whole, relaxed })) {
    found.push(`an error is about a field that does not fail: ${JSON.stringify([path, message])}`)
  }
  const told = errors.map(({ message, path }) => JSON.stringify([message, path]))
  if (new Set(told).size < told.length) found.push(`an error is told twice: ${told.join(' ')}`)
  return found
}

/** What this needs of an error. */
interface PlacedError {
  readonly message: string
  readonly path?: Path | undefined
}

/** Errors about fields that do not fail, and that are not without what failed either. */
function groundless(
  data: unknown,
  errors: readonly PlacedError[],
  { whole, relaxed }: Omit<Answers, 'ours'>,
): PlacedError[] {
  const failing = new Set((relaxed.errors ?? []).map((error) => JSON.stringify(error.path)))
  // A subgraph gives no object of which a field fails that must not be null. What else was asked of the object is missing
  // then, and any of its fields may say so, because the null is the object's (6.4.4).
  const right = [...(whole.errors ?? []), ...(relaxed.errors ?? [])]
  const failingObjects = new Set(right.flatMap(({ path = [] }) => waysOn(path)))
  const isLost = (path: Path): boolean =>
    Array.isArray(nullOn(data, path)) &&
    nullOn(data, path).length < path.length &&
    failingObjects.has(JSON.stringify(path.slice(0, -1)))
  // A field says why what it requires has failed.
  const messages = new Set((relaxed.errors ?? []).map((error) => error.message))
  const fails = ({ path = [], message }: PlacedError): boolean =>
    failing.has(JSON.stringify(path)) ||
    messages.has(message) ||
    valueAt(relaxed.data, path) === null ||
    isLost(path)
  // What a null took with it may be missed as well, once the null is explained.
  const explained = nullsOf(data, errors.filter(fails))
  return errors.filter((error) => !fails(error) && !explained.isSupersetOf(nullsOf(data, [error])))
}

/** The nulls that errors have led to: the first on the way to each. */
function nullsOf(data: unknown, errors: readonly PlacedError[]): Set<string> {
  return new Set(errors.map(({ path = [] }) => JSON.stringify(nullOn(data, path))))
}

/** The ways to what is above. */
function waysOn(path: Path): string[] {
  return path.map((_element, length) => JSON.stringify(path.slice(0, length)))
}

function nullOn(data: unknown, path: Path): Path | string {
  for (let length = 0; length <= path.length; length += 1) {
    if (valueAt(data, path.slice(0, length)) === null) return path.slice(0, length)
  }
  return `no null at ${path.join('.')}`
}

function valueAt(data: unknown, path: Path): unknown {
  let value = data
  for (const element of path) {
    if (typeof value !== 'object' || value === null) return undefined
    value = Object.hasOwn(value, element) ? Reflect.get(value, element) : undefined
  }
  return value
}
