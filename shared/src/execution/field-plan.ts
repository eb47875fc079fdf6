import {
  type FieldNode,
  type GraphQLField,
  type GraphQLObjectType,
  type GraphQLResolveInfo,
  getArgumentValues,
  getNullableType,
  isLeafType,
  isNonNullType,
  locatedError,
  type ResponsePath,
  visit,
} from 'graphql'
import {
  type Eventual,
  type Execution,
  isPromise,
  type Place,
  pathOf,
  placeBelow,
} from './execution.ts'
import { FieldInfo } from './field-info.ts'
import { hasProperties } from './property-resolver.ts'

/** Turns what a resolver gave into what is answered; throws what makes the value null. */
export type Complete = (value: unknown, execution: Execution, place: Place) => Eventual

/** What a field plan is made from. */
export interface PlannedField {
  readonly responseName: string
  readonly nodes: readonly [FieldNode, ...FieldNode[]]
  readonly field: GraphQLField<unknown, unknown>
  readonly parentType: GraphQLObjectType
}

type Arguments = Record<string, unknown>

/** One field of a selection on one object type, ready to be resolved for any number of objects. */
export class FieldPlan {
  readonly responseName: string
  readonly #planned: PlannedField
  readonly #isNonNull: boolean
  /** Nothing lies below it, so that its place matters only when it fails. */
  readonly #isLeaf: boolean
  readonly #argumentsOf: (variables: Execution['variables']) => Arguments
  readonly #complete: Complete

  constructor(planned: PlannedField, completeFor: (plan: FieldPlan) => Complete) {
    this.responseName = planned.responseName
    this.#planned = planned
    this.#isNonNull = isNonNullType(planned.field.type)
    this.#isLeaf = isLeafType(getNullableType(planned.field.type))
    this.#argumentsOf = compileArguments(planned)
    this.#complete = completeFor(this)
  }

  get planned(): PlannedField {
    return this.#planned
  }

  /** Resolves and completes the field of an object. Throws, or rejects, only for a field that must not be null. */
  run(source: unknown, execution: Execution, parent: Place): Eventual {
    const place = this.#isLeaf ? undefined : this.#placeBelow(parent)
    try {
      const value = this.#resolve(source, execution, parent)
      const completed = isPromise(value)
        ? value.then((resolved) => this.#complete(resolved, execution, place))
        : this.#complete(value, execution, place)
      if (!isPromise(completed)) return completed
      return completed.then(undefined, (error: unknown) =>
        this.#fail(error, execution, place ?? this.#placeBelow(parent)),
      )
    } catch (error) {
      return this.#fail(error, execution, place ?? this.#placeBelow(parent))
    }
  }

  /** What is told of the field of an object at that place. */
  infoFor(execution: Execution, parent: Place): GraphQLResolveInfo {
    return new FieldInfo(this.#planned, execution, parent)
  }

  #placeBelow(parent: Place): ResponsePath {
    return placeBelow(parent, this.responseName, this.#planned.parentType.name)
  }

  #resolve(source: unknown, execution: Execution, parent: Place): unknown {
    const { name, resolve } = this.#planned.field
    if (!resolve) {
      // As `propertyResolver`, with nothing made that a plain property does not need.
      if (!hasProperties(source)) return undefined
      const value = source[name]
      if (typeof value !== 'function') return value
      const info = this.infoFor(execution, parent)
      return value.call(source, this.#argumentsOf(execution.variables), execution.context, info)
    }
    const info = this.infoFor(execution, parent)
    return resolve(source, this.#argumentsOf(execution.variables), execution.context, info)
  }

  #fail(raw: unknown, execution: Execution, place: Place): null {
    const error = locatedError(raw, this.#planned.nodes, pathOf(place))
    if (this.#isNonNull) throw error
    execution.faults.add(error, place)
    return null
  }
}

/** Arguments without variables are coerced once; resolvers get a copy, which is theirs. */
function compileArguments({
  field,
  nodes: [node],
}: PlannedField): (variables: Execution['variables']) => Arguments {
  if (field.args.length === 0) return () => ({})
  const coerce = (variables: Execution['variables']): Arguments =>
    getArgumentValues(field, node, variables)
  if (usesVariables(node)) return coerce
  let known: Arguments | undefined
  return () => {
    known ??= coerce({})
    return { ...known }
  }
}

function usesVariables(node: FieldNode): boolean {
  let found = false
  for (const argument of node.arguments ?? []) {
    visit(argument, {
      Variable() {
        found = true
      },
    })
  }
  return found
}
