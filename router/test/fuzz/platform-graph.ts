import { readFileSync } from 'node:fs'
import type { GraphQLResolverMap } from '@apollo/subgraph'
import {
  GraphQLError,
  type GraphQLFieldResolver,
  type GraphQLNamedType,
  type GraphQLOutputType,
  type GraphQLSchema,
  isAbstractType,
  isEnumType,
  isListType,
  isNonNullType,
  isObjectType,
  isScalarType,
  parse,
} from 'graphql'
import { buildFederated } from '../../src/supergraph/federated-supergraph.ts'
import type { TestSubgraph } from '../execution-graph.ts'
import { type FuzzedGraph, fuzzedGraph } from './fuzz-graph.ts'
import { canonicalText } from './model-values.ts'
import { hash } from './random.ts'

/** An object of the platform; its fields follow from what it is. */
interface Thing {
  readonly __typename: string
  readonly id: string
}

const supergraph = new URL('../../../schema/supergraph.graphql', import.meta.url)
const nullPercent = 5
const failurePercent = 2

/** The platform's supergraph over subgraphs that make all values up, beside one server that makes up the same. */
export function platformGraph(): Promise<FuzzedGraph> {
  const known = [...buildFederated(parse(readFileSync(supergraph, 'utf8'))).subgraphs()]
  const schemas = known.map(({ schema }) => schema.toGraphQLJSSchema())
  const entities = known.flatMap((subgraph) =>
    subgraph.schema
      .types()
      .filter((type) => type.hasAppliedDirective(subgraph.metadata().keyDirective().name))
      .map(({ name }) => name),
  )
  const values = new MadeUpValues(schemas, new Set(entities))
  const subgraphs = known.map((subgraph, index): TestSubgraph => {
    const types = Object.values(schemas[index]?.getTypeMap() ?? {})
    const own = types.filter(({ name }) => !name.startsWith('_'))
    const resolvers = own.map((type) => [type.name, resolversOf(type, values)])
    return {
      name: subgraph.name,
      sdl: String(subgraph),
      resolvers: Object.fromEntries(resolvers.filter(([, resolver]) => resolver)),
    }
  })
  return fuzzedGraph(subgraphs, { rootValue: undefined, fieldResolver: values.resolve })
}

function resolversOf(
  type: GraphQLNamedType,
  values: MadeUpValues,
): GraphQLResolverMap<object>[string] | undefined {
  if (isAbstractType(type)) return { __resolveType: ({ __typename }: Thing) => __typename }
  if (!isObjectType(type)) return undefined
  const names = Object.keys(type.getFields()).filter((name) => !name.startsWith('_'))
  const fields = Object.fromEntries(names.map((name) => [name, values.resolve]))
  const reference = { __resolveReference: (given: Thing): Thing => given }
  return { ...fields, ...(values.isEntity(type.name) && reference) }
}

class MadeUpValues {
  readonly #schemas: readonly GraphQLSchema[]
  readonly #entities: ReadonlySet<string>

  constructor(schemas: readonly GraphQLSchema[], entities: ReadonlySet<string>) {
    this.#schemas = schemas
    this.#entities = entities
  }

  readonly resolve: GraphQLFieldResolver<unknown, unknown> = (...[source, args, , info]) => {
    const { parentType, fieldName } = info
    // Whatever is resolved is a thing, except for the root.
    const thing = (source as Thing | undefined) ?? { __typename: parentType.name, id: '' }
    if (fieldName === 'id' && this.isEntity(thing.__typename)) return thing.id
    const type = this.#typeOf(parentType.name, fieldName)
    return this.#value(type, `${thing.id} ${fieldName} ${canonicalText(args)}`)
  }

  /** Several subgraphs may know it, by its id. */
  isEntity(name: string): boolean {
    return this.#entities.has(name)
  }

  /** As subgraphs have it: the server to compare with has another schema when no null is to rise. */
  #typeOf(parent: string, field: string): GraphQLOutputType {
    for (const schema of this.#schemas) {
      const type = schema.getType(parent)
      const found = isObjectType(type) ? type.getFields()[field] : undefined
      if (found) return found.type
    }
    throw new Error(`No field ${parent}.${field}`)
  }

  #value(type: GraphQLOutputType, seed: string): unknown {
    if (hash(`${seed} fails`) % 100 < failurePercent) {
      throw new GraphQLError(`It fails (${hash(seed)})`, { extensions: { code: 'NOT_FOUND' } })
    }
    if (isNonNullType(type)) return this.#present(type.ofType, seed)
    return hash(`${seed} null`) % 100 < nullPercent ? null : this.#present(type, seed)
  }

  #present(type: GraphQLOutputType, seed: string): unknown {
    if (isListType(type)) {
      const length = hash(`${seed} length`) % 3
      return Array.from({ length }, (_item, index) =>
        isNonNullType(type.ofType)
          ? this.#present(type.ofType.ofType, `${seed} ${index}`)
          : this.#present(type.ofType, `${seed} ${index}`),
      )
    }
    const number = hash(seed)
    if (isEnumType(type)) return type.getValues()[number % type.getValues().length]?.name
    if (isScalarType(type)) return scalar(type.name, number)
    if (isAbstractType(type)) {
      const members = this.#membersOf(type.name)
      return this.#thing(members[number % members.length] ?? '', number)
    }
    return isObjectType(type) ? this.#thing(type.name, number) : null
  }

  #thing(name: string, number: number): Thing {
    return { __typename: name, id: this.isEntity(name) ? `${name}:${number % 3}` : String(number) }
  }

  /** The object types that an abstract type has in every subgraph which has it. */
  #membersOf(name: string): string[] {
    const known = this.#schemas.flatMap((schema) => {
      const type = schema.getType(name)
      return isAbstractType(type)
        ? [schema.getPossibleTypes(type).map((member) => member.name)]
        : []
    })
    const [first = [], ...others] = known
    return first.filter((member) => others.every((names) => names.includes(member))).toSorted()
  }
}

function scalar(name: string, number: number): unknown {
  if (name === 'Int') return number % 9
  if (name === 'Float') return (number % 9) / 4
  if (name === 'Boolean') return number % 2 === 0
  return `${name} ${number % 5}`
}
