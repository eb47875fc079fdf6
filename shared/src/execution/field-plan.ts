import {
  type FieldNode,
  type GraphQLField,
  type GraphQLObjectType,
  type GraphQLResolveInfo,
  getArgumentValues,
  isNonNullType,
  locatedError,
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
  readonly #argumentsOf: (variables: Execution['variables']) => Arguments
  readonly #complete: Complete

  constructor(planned: PlannedField, completeFor: (plan: FieldPlan) => Complete) {
    this.responseName = planned.responseName
    this.#planned = planned
    this.#isNonNull = isNonNullType(planned.field.type)
    this.#argumentsOf = compileArguments(planned)
    this.#complete = completeFor(this)
  }

  get planned(): PlannedField {
    return this.#planned
  }

  /** Resolves and completes the field of an object. Throws, or rejects, only for a field that must not be null. */
  run(source: unknown, execution: Execution, parent: Place): Eventual {
    const place = placeBelow(parent, this.responseName, this.#planned.parentType.name)
    try {
      const value = this.#resolve(source, execution, place)
      const completed = isPromise(value)
        ? value.then((resolved) => this.#complete(resolved, execution, place))
        : this.#complete(value, execution, place)
      return isPromise(completed)
        ? completed.then(undefined, (error: unknown) => this.#fail(error, execution, place))
        : completed
    } catch (error) {
      return this.#fail(error, execution, place)
    }
  }

  /** What resolvers are told about where they are. */
  infoFor(execution: Execution, place: Place): GraphQLResolveInfo {
    const { field, nodes, parentType, responseName } = this.#planned
    return {
      fieldName: field.name,
      fieldNodes: nodes,
      returnType: field.type,
      parentType,
      path: place ?? placeBelow(undefined, responseName, parentType.name),
      schema: execution.schema,
      fragments: execution.fragments,
      rootValue: execution.rootValue,
      operation: execution.operation,
      variableValues: execution.variables,
    }
  }

  #resolve(source: unknown, execution: Execution, place: Place): unknown {
    const { name, resolve } = this.#planned.field
    if (!resolve) {
      // graphql-js's default, with nothing made that a plain property does not need.
      if ((typeof source !== 'object' && typeof source !== 'function') || source === null) {
        return undefined
      }
      const value: unknown = Reflect.get(source, name)
      if (typeof value !== 'function') return value
      const info = this.infoFor(execution, place)
      return value.call(source, this.#argumentsOf(execution.variables), execution.context, info)
    }
    const given = this.#argumentsOf(execution.variables)
    return resolve(source, given, execution.context, this.infoFor(execution, place))
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
