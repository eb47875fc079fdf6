/**
 * Terminology
 * - Response tree: what the subgraphs answered so far, merged; the projection turns it into the client's answer.
 * - Plan name: the name under which a field stands in the response tree; the client's name for it may be another.
 * - Plan path: the way to a place in the response tree, names of the plan with `@` for every item of a list.
 * - Path: the way to one place in the client's answer, names of the client with an index for an item of a list.
 */

/** An object of the response tree. Read only names that the operation or the plan contains. */
export type ResponseObject = Record<string, unknown>

/** The way to a place, in the client's names or in the plan's. */
export type Path = readonly (string | number)[]

/** True for an object that is no list. */
export function isResponseObject(value: unknown): value is ResponseObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/**
 * Every object at a plan path, in order; nulls and what is missing are left out. Objects that hang in the tree at
 * several places are visited once per place, or only once when `unique` is set.
 */
export function objectsAt(
  root: ResponseObject,
  planPath: readonly string[],
  unique: boolean,
): ResponseObject[] {
  return valuesAt(root, planPath, unique).filter(isResponseObject)
}

type Replace = (object: ResponseObject) => ResponseObject

/** What to visit, as for `objectsAt`. The path has an element at least. */
export interface VisitedPlaces {
  readonly root: ResponseObject
  readonly planPath: readonly string[]
  readonly unique: boolean
}

/** Visits the objects of `objectsAt` in order, and hangs what the visit returns at the place of each. */
export function replaceObjectsAt({ root, planPath, unique }: VisitedPlaces, visit: Replace): void {
  const last = planPath.at(-1)
  for (const holder of valuesAt(root, planPath.slice(0, -1), unique)) {
    if (last === '@') replaceItems(holder, visit)
    else if (last !== undefined) replaceValue(holder, last, visit)
  }
}

function replaceItems(holder: unknown, visit: Replace): void {
  if (!Array.isArray(holder)) return
  for (let index = 0; index < holder.length; index += 1) {
    const item: unknown = holder[index]
    if (isResponseObject(item)) holder[index] = visit(item)
  }
}

function replaceValue(holder: unknown, name: string, visit: Replace): void {
  if (!isResponseObject(holder)) return
  const value = holder[name]
  if (isResponseObject(value)) holder[name] = visit(value)
}

/** True for equal values: the same items in lists, the same fields in objects, the same leaves. */
export function areAlike(one: unknown, other: unknown): boolean {
  if (one === other) return true
  if (isResponseObject(one)) return isResponseObject(other) && haveAlikeFields(one, other)
  if (!Array.isArray(one) || !Array.isArray(other) || one.length !== other.length) return false
  return one.every((item, index) => areAlike(item, other[index]))
}

function haveAlikeFields(one: ResponseObject, other: ResponseObject): boolean {
  const names = Object.keys(one)
  return (
    names.length === Object.keys(other).length &&
    names.every((name) => areAlike(one[name], other[name]))
  )
}

function valuesAt(root: ResponseObject, planPath: readonly string[], unique: boolean): unknown[] {
  let level: unknown[] = [root]
  for (const element of planPath) {
    level = element === '@' ? itemsOf(level) : valuesOf(level, element)
    if (unique && level.length > 1) level = [...new Set(level)]
  }
  return level
}

function itemsOf(level: readonly unknown[]): unknown[] {
  const items: unknown[] = []
  for (const list of level) {
    if (Array.isArray(list)) for (const item of list) items.push(item)
  }
  return items
}

function valuesOf(level: readonly unknown[], name: string): unknown[] {
  const values: unknown[] = []
  for (const value of level) {
    if (!isResponseObject(value)) continue
    const next = value[name]
    if (typeof next === 'object' && next !== null) values.push(next)
  }
  return values
}

/** The first way from the root to a target at a plan path, with real indices; undefined when it is not there. */
export function pathTo(
  root: ResponseObject,
  planPath: readonly string[],
  target: object,
): (string | number)[] | undefined {
  const path: (string | number)[] = []
  const find = (value: unknown, depth: number): boolean => {
    const element = planPath[depth]
    if (element === undefined) return value === target
    if (element === '@') {
      return Array.isArray(value) && value.some((item, index) => step(item, index, depth))
    }
    return isResponseObject(value) && step(value[element], element, depth)
  }
  const step = (value: unknown, element: string | number, depth: number): boolean => {
    path.push(element)
    if (find(value, depth + 1)) return true
    path.pop()
    return false
  }
  return find(root, 0) ? path : undefined
}
