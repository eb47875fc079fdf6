import {
  type FragmentDefinitionNode,
  type GraphQLError,
  type GraphQLSchema,
  type OperationDefinitionNode,
  type ResponsePath,
  responsePathAsArray,
} from 'graphql'

/** Everything that belongs to one execution of an operation. */
export interface Execution {
  readonly schema: GraphQLSchema
  readonly operation: OperationDefinitionNode
  readonly fragments: Readonly<Record<string, FragmentDefinitionNode>>
  /** Coerced. */
  readonly variables: Readonly<Record<string, unknown>>
  readonly context: unknown
  readonly rootValue: unknown
  readonly faults: Faults
}

/** Where a value stands in the answer; undefined for the answer itself. */
export type Place = ResponsePath | undefined

/** The place of a field or an item below another. */
export function placeBelow(
  prev: Place,
  key: string | number,
  typename: string | undefined,
): ResponsePath {
  return { prev, key, typename }
}

/** Where the object stands to whose field a place belongs, also that of an item in the field's list. */
export function parentOf(place: Place): Place {
  let field = place
  while (typeof field?.key === 'number') field = field.prev
  return field?.prev
}

/** The way to a place, as errors tell it. */
export function pathOf(place: Place): (string | number)[] | undefined {
  return place && responsePathAsArray(place)
}

/** The errors of one execution. */
export class Faults {
  readonly errors: GraphQLError[] = []
  readonly #nulled = new Set<Place>()

  /** Adds the error because of which a place is null, unless it lies below a null that has an error already. */
  add(error: GraphQLError, place: Place): void {
    if (this.#nulled.size > 0 && this.#isNulled(place)) return
    this.#nulled.add(place)
    this.errors.push(error)
  }

  #isNulled(start: Place): boolean {
    for (let place = start; place !== undefined; place = place.prev) {
      if (this.#nulled.has(place)) return true
    }
    return this.#nulled.has(undefined)
  }
}

/** A value, or the promise of one. */
export type Eventual = unknown | PromiseLike<unknown>

/** True for what `await` would wait for. */
export function isPromise(value: unknown): value is PromiseLike<unknown> {
  return (
    typeof value === 'object' &&
    value !== null &&
    'then' in value &&
    typeof value.then === 'function'
  )
}
