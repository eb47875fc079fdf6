import {
  type GraphQLArgument,
  type GraphQLField,
  type GraphQLInputType,
  type GraphQLNamedType,
  type GraphQLSchema,
  getNamedType,
  getNullableType,
  isAbstractType,
  isCompositeType,
  isInputObjectType,
  isListType,
} from 'graphql'
import type { CostDirectives, ListSize } from './cost-directives.ts'

/**
 * Terminology
 * - Weight: what one value of a field counts. An object counts 1 and a value 0 where nothing says otherwise.
 * - Cost: the weights of everything that an operation can answer, and of what it hands over.
 * - Node: one object of the answer; the cost where everything has its usual weight and only the answer counts.
 */

/** What an operation is measured by. */
export interface CostModel {
  /** What changing something counts by itself. */
  readonly mutation: number
  /** Whether lists must say their size where `@listSize` asks for it. */
  readonly isStrict: boolean
  weightOf(parentType: string, field: GraphQLField<unknown, unknown>): number
  listSizeOf(parentType: string, field: string): ListSize | undefined
  /** What the value of an argument counts; undefined when no value of it counts anything. */
  weigherOf(coordinate: string, argument: GraphQLArgument): ((value: unknown) => number) | undefined
}

/** Counts the objects that an operation can answer. */
export function nodeModel({ listSizes }: CostDirectives): CostModel {
  return {
    mutation: 0,
    isStrict: false,
    weightOf: (_parentType, field) => (isCompositeType(getNamedType(field.type)) ? 1 : 0),
    listSizeOf: (parentType, field) => listSizes.get(`${parentType}.${field}`),
    weigherOf: () => undefined,
  }
}

const mutationWeight = 10

/** Counts what `@cost` and `@listSize` say; where they say nothing, objects count 1 and a mutation 10. */
export function costModel(directives: CostDirectives, schema: GraphQLSchema): CostModel {
  const { weights, listSizes } = directives
  const typeWeights = new Map<GraphQLNamedType, number>()
  const typeWeight = (type: GraphQLNamedType): number => {
    const known = typeWeights.get(type)
    if (known !== undefined) return known
    const possible = isAbstractType(type) ? schema.getPossibleTypes(type) : [type]
    const usual = isCompositeType(type) ? 1 : 0
    const weight = Math.max(...possible.map(({ name }) => weights.get(name) ?? usual))
    typeWeights.set(type, weight)
    return weight
  }
  return {
    mutation: mutationWeight,
    isStrict: true,
    weightOf: (parentType, field) =>
      weights.get(`${parentType}.${field.name}`) ?? typeWeight(getNamedType(field.type)),
    listSizeOf: (parentType, field) => listSizes.get(`${parentType}.${field}`),
    weigherOf(coordinate, { type }) {
      const named = getNamedType(type)
      const counts = isInputObjectType(named) || weights.has(coordinate) || weights.has(named.name)
      return counts ? (value) => inputWeight(coordinate, { type, value }, weights) : undefined
    },
  }
}

interface GivenInput {
  readonly type: GraphQLInputType
  readonly value: unknown
}

/** A weight of its own replaces that of the type; what lies within an input object is added to either. */
function inputWeight(
  coordinate: string,
  { type, value }: GivenInput,
  weights: ReadonlyMap<string, number>,
): number {
  const own = weights.get(coordinate)
  if (value === undefined || value === null) return 0
  return (own ?? 0) + valueWeight({ type, value }, own === undefined, weights)
}

function valueWeight(
  { type: declared, value }: GivenInput,
  countsItself: boolean,
  weights: ReadonlyMap<string, number>,
): number {
  const type = getNullableType(declared)
  if (value === undefined || value === null) return 0
  if (isListType(type)) {
    const items: readonly unknown[] = Array.isArray(value) ? value : [value]
    return items.reduce<number>(
      (total, item) =>
        total + valueWeight({ type: type.ofType, value: item }, countsItself, weights),
      0,
    )
  }
  if (!isInputObjectType(type)) return countsItself ? (weights.get(type.name) ?? 0) : 0
  const given = new Map(Object.entries(value))
  return Object.values(type.getFields()).reduce(
    (total, field) =>
      total +
      inputWeight(
        `${type.name}.${field.name}`,
        { type: field.type, value: given.get(field.name) },
        weights,
      ),
    countsItself ? (weights.get(type.name) ?? 1) : 0,
  )
}
