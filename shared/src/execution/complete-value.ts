import {
  defaultTypeResolver,
  type GraphQLAbstractType,
  GraphQLError,
  type GraphQLLeafType,
  type GraphQLObjectType,
  type GraphQLOutputType,
  type GraphQLSchema,
  isAbstractType,
  isLeafType,
  isListType,
  isNonNullType,
  isObjectType,
  locatedError,
} from 'graphql'
import {
  type Eventual,
  type Execution,
  isPromise,
  type Place,
  parentOf,
  pathOf,
  placeBelow,
} from './execution.ts'
import type { Complete, FieldPlan } from './field-plan.ts'
import type { ObjectPlan } from './object-plan.ts'

/** What a field selects on a type; compiled when the type is first met. */
export type PlanForType = (type: GraphQLObjectType) => ObjectPlan

/** What completing the values of a field needs. */
export interface Completion {
  readonly plan: FieldPlan
  readonly schema: GraphQLSchema
  readonly planFor: PlanForType
}

/** Compiles the completion of a type's values (specification, section 6.4.3). */
export function compileComplete(type: GraphQLOutputType, completion: Completion): Complete {
  if (isNonNullType(type))
    return completeNonNull(compileComplete(type.ofType, completion), completion)
  const complete = compileNullable(type, completion)
  return (value, execution, place) => {
    if (value === null || value === undefined) return null
    if (value instanceof Error) throw value
    return complete(value, execution, place)
  }
}

function compileNullable(type: GraphQLOutputType, completion: Completion): Complete {
  if (isListType(type)) return completeList(type.ofType, completion)
  if (isLeafType(type)) return completeLeaf(type)
  if (isAbstractType(type)) return completeAbstract(type, completion)
  if (isObjectType(type)) return completeObject(type, completion)
  throw new TypeError(`${type} is no type of an answer`)
}

function completeNonNull(complete: Complete, { plan }: Completion): Complete {
  const { parentType, field } = plan.planned
  const refuseNull = (value: unknown): unknown => {
    if (value !== null) return value
    throw new Error(`Cannot return null for non-nullable field ${parentType.name}.${field.name}.`)
  }
  return (value, execution, place) => {
    const completed = complete(value, execution, place)
    return isPromise(completed) ? completed.then(refuseNull) : refuseNull(completed)
  }
}

function completeLeaf(type: GraphQLLeafType): Complete {
  return (value) => {
    const serialized: unknown = type.serialize(value)
    if (serialized !== null && serialized !== undefined) return serialized
    throw new Error(`Expected ${type.name}.serialize to return a non-nullable value.`)
  }
}

function completeList(itemType: GraphQLOutputType, completion: Completion): Complete {
  const { parentType, field, nodes } = completion.plan.planned
  const complete = compileComplete(itemType, completion)
  const isNonNull = isNonNullType(itemType)
  const fail = (raw: unknown, execution: Execution, place: Place): null => {
    const error = locatedError(raw, nodes, pathOf(place))
    if (isNonNull) throw error
    execution.faults.add(error, place)
    return null
  }
  const completeItem: Complete = (item, execution, place) => {
    try {
      const completed = isPromise(item)
        ? item.then((resolved) => complete(resolved, execution, place))
        : complete(item, execution, place)
      if (!isPromise(completed)) return completed
      return completed.then(undefined, (error: unknown) => fail(error, execution, place))
    } catch (error) {
      return fail(error, execution, place)
    }
  }
  return (value, execution, place) => {
    if (!isIterable(value)) {
      const coordinate = `${parentType.name}.${field.name}`
      throw new GraphQLError(`Expected Iterable, but did not find one for field "${coordinate}".`)
    }
    const items: unknown[] = []
    let pending = false
    try {
      for (const item of value) {
        const completed = completeItem(item, execution, placeBelow(place, items.length, undefined))
        pending ||= isPromise(completed)
        items.push(completed)
      }
    } catch (error) {
      // The others lie below a null now, and whatever they reject with is nobody's concern.
      for (const item of items) if (isPromise(item)) item.then(undefined, () => undefined)
      throw error
    }
    return pending ? Promise.all(items) : items
  }
}

/** A text is iterable as well, but no list. */
function isIterable(value: unknown): value is Iterable<unknown> {
  return typeof value === 'object' && value !== null && Symbol.iterator in value
}

function completeAbstract(type: GraphQLAbstractType, completion: Completion): Complete {
  const { plan, planFor } = completion
  const resolveType = type.resolveType ?? defaultTypeResolver
  return (value, execution, place) => {
    const execute = (name: unknown): Eventual => {
      const runtimeType = runtimeTypeOf(name, type, completion)
      return planFor(runtimeType).complete(value, execution, place)
    }
    const info = plan.infoFor(execution, parentOf(place))
    const name = resolveType(value, execution.context, info, type)
    return isPromise(name) ? name.then(execute) : execute(name)
  }
}

function runtimeTypeOf(
  name: unknown,
  type: GraphQLAbstractType,
  { plan, schema }: Completion,
): GraphQLObjectType {
  const runtimeType = typeof name === 'string' ? schema.getType(name) : undefined
  if (isObjectType(runtimeType) && schema.isSubType(type, runtimeType)) return runtimeType
  const { parentType, field, nodes } = plan.planned
  const given = typeof name === 'string' ? `"${name}", which is none of its types` : 'no name'
  throw new GraphQLError(
    `The type of ${parentType.name}.${field.name}, which is the abstract type ${type.name}, was resolved to ${given}.`,
    { nodes },
  )
}

function completeObject(type: GraphQLObjectType, { planFor }: Completion): Complete {
  let plan: ObjectPlan | undefined
  return (value, execution, place) => {
    plan ??= planFor(type)
    return plan.complete(value, execution, place)
  }
}
