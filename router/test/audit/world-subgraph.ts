import type { GraphQLResolverMap } from '@apollo/subgraph'
import { Kind } from 'graphql'
import type { TestSubgraph } from '../execution-graph.ts'
import type { AuditSubgraph, AuditSuite } from './audit-suites.ts'
import {
  type CompositeType,
  compositeTypes,
  type Field,
  type Fieldset,
  type TypeTest,
  typeTest,
} from './subgraph-facts.ts'
import type { Arguments, Row, Source, World } from './world.ts'

/** An object on its way through a subgraph. */
interface Known extends Source {
  /** The fields that `@provides` lets the subgraph answer here, although others own them. */
  readonly provided: Fieldset | undefined
}

interface Place {
  readonly world: World
  readonly subgraph: AuditSubgraph
  /** Fields (`Type.field`) that others have taken over from this subgraph. */
  readonly overridden: ReadonlySet<string>
  readonly satisfies: TypeTest
}

/** The subgraphs of a suite over a world. They refuse to answer what their SDL does not let them answer. */
export function worldSubgraphs(suite: AuditSuite, world: World): TestSubgraph[] {
  const satisfies = typeTest(suite.supergraphSdl)
  return suite.subgraphs.map((subgraph) => {
    const overridden = new Set(
      suite.subgraphs.flatMap(({ sdl }) => overriddenFields(sdl, subgraph.name)),
    )
    const place = { world, subgraph, overridden, satisfies }
    const types = compositeTypes(subgraph.sdl)
    const resolvers = Object.fromEntries(types.map((type) => [type.name, resolversOf(type, place)]))
    return { name: subgraph.name, sdl: subgraph.sdl, resolvers }
  })
}

function overriddenFields(sdl: string, from: string): string[] {
  return compositeTypes(sdl).flatMap((type) =>
    type.fields
      .filter((field) => field.overrides === from)
      .map((field) => `${type.name}.${field.name}`),
  )
}

type TypeResolvers = GraphQLResolverMap<object>[string]

function resolversOf(type: CompositeType, place: Place): TypeResolvers {
  const fields = type.abstract
    ? { __resolveType: ({ row }: Known) => row.__typename }
    : Object.fromEntries(type.fields.map((field) => [field.name, resolverOf(type, field, place)]))
  if (type.keys.length === 0) return fields
  return { ...fields, __resolveReference: (given: Row) => findEntity(type, given, place) }
}

function resolverOf(type: CompositeType, field: Field, place: Place) {
  const { world, subgraph, overridden } = place
  const coordinate = `${type.name}.${field.name}`
  const answer = world.answers[subgraph.name]?.[coordinate]
  const foreign =
    (field.external && !type.keyFields.has(field.name)) ||
    overridden.has(coordinate) ||
    world.withheld?.[subgraph.name]?.includes(coordinate) === true
  return (known: Known | undefined, args: Arguments): unknown => {
    const { row = {}, given = {}, provided } = known ?? {}
    const below = provisionOf(provided, field.name, (condition) =>
      place.satisfies(row.__typename, condition),
    )
    if (foreign && !below.includes)
      throw new Error(`${subgraph.name} must not answer ${coordinate}`)
    if (field.requires) assertGiven(field.requires, given, place)
    const found = answer === undefined ? row[field.name] : answer
    if (found === undefined) throw new Error(`${subgraph.name} does not know ${coordinate}`)
    const value = typeof found === 'function' ? found(args, { row, given }) : found
    return asKnown(value, field.provides ?? below.nested)
  }
}

/** What a provision says about a field: whether it includes it, and what below it. */
function provisionOf(
  provided: Fieldset | undefined,
  name: string,
  satisfies: (condition: string) => boolean,
): { includes: boolean; nested: Fieldset | undefined } {
  for (const selection of provided?.selections ?? []) {
    if (selection.kind === Kind.FIELD && selection.name.value === name) {
      return { includes: true, nested: selection.selectionSet }
    }
    if (selection.kind !== Kind.INLINE_FRAGMENT) continue
    const condition = selection.typeCondition?.name.value
    if (condition !== undefined && !satisfies(condition)) continue
    const nested = provisionOf(selection.selectionSet, name, satisfies)
    if (nested.includes) return nested
  }
  return { includes: false, nested: undefined }
}

function asKnown(value: unknown, provided: Fieldset | undefined): unknown {
  if (Array.isArray(value)) return value.map((item) => asKnown(item, provided))
  if (typeof value !== 'object' || value === null) return value
  // Objects of a world are rows, and nothing else is an object.
  const known: Known = { row: value as Row, given: {}, provided }
  return known
}

function findEntity(type: CompositeType, given: Row, place: Place): Known | null {
  const { world, subgraph } = place
  const keys = type.keys.filter((key) => isComplete(key, given, place))
  if (keys.length === 0) {
    throw new Error(`${subgraph.name} has no such key of ${type.name}: ${JSON.stringify(given)}`)
  }
  const found = world.rows.find(
    (row) =>
      place.satisfies(row.__typename, type.name) &&
      !world.absent?.[subgraph.name]?.includes(row) &&
      keys.every((key) => isEqualBy(key, row, given)),
  )
  return found ? { row: found, given, provided: undefined } : null
}

function assertGiven(requires: Fieldset, given: Row, place: Place): void {
  if (isComplete(requires, given, place)) return
  throw new Error(`${place.subgraph.name} lacks what it requires in ${JSON.stringify(given)}`)
}

/** Whether a representation has everything that is selected; nulls are something. */
function isComplete(fieldset: Fieldset, given: unknown, place: Place): boolean {
  if (given === null) return true
  if (Array.isArray(given)) return given.every((item) => isComplete(fieldset, item, place))
  return fieldset.selections.every((selection) => {
    if (selection.kind === Kind.FRAGMENT_SPREAD) return false
    if (selection.kind === Kind.INLINE_FRAGMENT) {
      const condition = selection.typeCondition?.name.value ?? ''
      const applies = place.satisfies(member(given, '__typename'), condition)
      return !applies || isComplete(selection.selectionSet, given, place)
    }
    const value = member(given, selection.name.value)
    if (value === undefined) return false
    return !selection.selectionSet || isComplete(selection.selectionSet, value, place)
  })
}

function isEqualBy(key: Fieldset, row: unknown, given: unknown): boolean {
  if (Array.isArray(row)) {
    return (
      Array.isArray(given) &&
      row.length === given.length &&
      row.every((item, index) => isEqualBy(key, item, given[index]))
    )
  }
  return key.selections.every((selection) => {
    if (selection.kind !== Kind.FIELD) return false
    const { name, selectionSet } = selection
    const [one, other] = [member(row, name.value), member(given, name.value)]
    return selectionSet ? isEqualBy(selectionSet, one, other) : one === other
  })
}

function member(value: unknown, name: string): unknown {
  const found = typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined
  return typeof found === 'function' ? found({}) : found
}
