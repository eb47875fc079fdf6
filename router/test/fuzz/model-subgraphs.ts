import type { GraphQLResolverMap } from '@apollo/subgraph'
import { GraphQLError, Kind, parse, type SelectionSetNode } from 'graphql'
import type { TestSubgraph } from '../execution-graph.ts'
import type { Model } from './model.ts'
import { type DeclaredField, type DeclaredType, declaredTypes, subgraphSdl } from './model-sdl.ts'
import {
  type Arguments,
  identify,
  keyValue,
  ModelValues,
  rootThing,
  type Thing,
} from './model-values.ts'

type TypeResolvers = GraphQLResolverMap<object>[string]

/** The subgraphs of a model. They refuse to answer what is not theirs, and what they lack requirements for. */
export function modelSubgraphs(model: Model): TestSubgraph[] {
  const values = new ModelValues(model)
  const part = (name: string) => (thing: Thing) => keyValue(thing, name)
  return model.subgraphs.map((name, subgraph) => {
    const types = declaredTypes(model, subgraph)
    const resolvers = Object.fromEntries(
      types.map((type) => [type.name, resolversOf(type, values)]),
    )
    const parted = types.some(({ keys }) => keys.includes('part'))
    return {
      name,
      sdl: subgraphSdl(model, subgraph),
      resolvers: { ...resolvers, ...(parted && { KeyPart: { a: part('a'), b: part('b') } }) },
    }
  })
}

function resolversOf(type: DeclaredType, values: ModelValues): TypeResolvers {
  if (type.kind === 'union') return { __resolveType: ({ __typename }: Thing) => __typename }
  const reference = type.keys.length > 0 &&
    type.resolvable && {
      __resolveReference: (given: Thing['given'] & object): Thing => {
        const thingId = identify(given)
        return { __typename: thingId.split(':')[0] ?? '', thingId, given }
      },
    }
  if (type.kind === 'interface') {
    return { __resolveType: ({ __typename }: Thing) => __typename, ...reference }
  }
  const keys = type.keys.map((name) => [name, (thing: Thing) => keyValue(thing, name)])
  const fields = type.fields.map((declared) => [
    declared.field.name,
    resolverOf(type.name, declared, values),
  ])
  return { ...Object.fromEntries([...keys, ...fields]), ...reference }
}

function resolverOf(typename: string, { field, role }: DeclaredField, values: ModelValues) {
  const coordinate = `${typename}.${field.name}`
  return (source: Thing | undefined, args: Arguments): unknown => {
    const thing = source ?? rootThing(typename)
    const provided = role === 'external' && thing.provided === field.name
    if (role !== 'owned' && !provided) throw refusal(`${coordinate} is another subgraph's`)
    const required = field.requires && requirement(thing, field.requires, values)
    const value = values.valueOf(thing, field, { args, required })
    return role === 'owned' && field.provides ? providing(value, field.provides) : value
  }
}

function providing(value: unknown, provided: string): unknown {
  if (Array.isArray(value)) return value.map((item) => providing(item, provided))
  if (typeof value !== 'object' || value === null || value instanceof Error) return value
  return { ...value, provided }
}

/** What a field is computed from: what was sent, or what is provided here. */
function requirement(thing: Thing, fieldset: string, values: ModelValues): unknown {
  return thing.provided === fieldset
    ? values.required(thing, fieldset)
    : given(thing.given, fieldset)
}

/** What a representation has of a fieldset. */
function given(representation: unknown, fieldset: string): unknown {
  const [definition] = parse(`{ ${fieldset} }`).definitions
  if (definition?.kind !== Kind.OPERATION_DEFINITION) throw new Error('A fieldset is a selection')
  return selected(representation, definition.selectionSet)
}

function selected(value: unknown, selectionSet: SelectionSetNode): unknown {
  if (Array.isArray(value)) return value.map((item) => selected(item, selectionSet))
  if (value === null) return null
  return Object.fromEntries(
    selectionSet.selections.flatMap((selection) => {
      if (selection.kind !== Kind.FIELD) return []
      const name = selection.name.value
      if (typeof value !== 'object' || !Object.hasOwn(value, name)) {
        throw refusal(`${name} is missing in ${JSON.stringify(value)}`)
      }
      const found = Reflect.get(value, name)
      return [[name, selection.selectionSet ? selected(found, selection.selectionSet) : found]]
    }),
  )
}

/** With a code, so that the router shows the message. */
function refusal(message: string): GraphQLError {
  return new GraphQLError(message, { extensions: { code: 'NOT_FOUND' } })
}
