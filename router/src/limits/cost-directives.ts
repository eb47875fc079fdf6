import {
  type Directive,
  type InterfaceType,
  isEnumType,
  isInputObjectType,
  isInterfaceType,
  isObjectType,
  isScalarType,
  type NamedType,
  type ObjectType,
  type Schema,
} from '@apollo/federation-internals'
import { z } from 'zod'
import type { Supergraph } from '../supergraph/supergraph.ts'

/** What `@listSize` says of a field. */
export interface ListSize {
  readonly assumedSize: number | undefined
  /** Arguments that say how long a list may become. */
  readonly slicingArguments: readonly string[]
  /** Fields of the returned object that are the list; the field itself when there are none. */
  readonly sizedFields: readonly string[]
  readonly requireOneSlicingArgument: boolean
}

/** `@cost` and `@listSize` of a supergraph, by coordinate: `Type`, `Type.field`, `Type.field(argument:)`, `Input.field`. */
export interface CostDirectives {
  readonly weights: ReadonlyMap<string, number>
  readonly listSizes: ReadonlyMap<string, ListSize>
}

/**
 * Reads `@cost` and `@listSize` (https://specs.apollo.dev/cost/v0.1, after IBM's cost directives) under whatever names
 * the supergraph imports them. A field of an interface weighs as much as the heaviest of its implementations.
 */
export function readCostDirectives({ federated }: Pick<Supergraph, 'federated'>): CostDirectives {
  const { schema } = federated
  const weights = new Map<string, number>()
  const listSizes = new Map<string, ListSize>()
  const feature = schema.coreFeatures?.getByIdentity('https://specs.apollo.dev/cost')
  if (!feature) return { weights, listSizes }
  const cost = feature.directiveNameInSchema('cost')
  const listSize = feature.directiveNameInSchema('listSize')
  for (const { coordinate, directives } of annotated(schema)) {
    for (const directive of directives) {
      if (directive.name === cost) {
        weights.set(coordinate, costShape.parse(directive.arguments()).weight)
      }
      if (directive.name === listSize) {
        listSizes.set(coordinate, listSizeShape.parse(directive.arguments()))
      }
    }
  }
  for (const type of schema.interfaceTypes()) weighInterface(type, weights)
  return { weights, listSizes }
}

const costShape = z.object({ weight: z.coerce.number() })
const listSizeShape = z.object({
  assumedSize: z.number().nullish().transform(orAbsent),
  slicingArguments: z.array(z.string()).nullish().transform(orNone),
  sizedFields: z.array(z.string()).nullish().transform(orNone),
  requireOneSlicingArgument: z
    .boolean()
    .nullish()
    .transform((value) => value ?? true),
})

function orAbsent(value: number | null | undefined): number | undefined {
  return value ?? undefined
}

function orNone(values: string[] | null | undefined): readonly string[] {
  return values ?? []
}

interface Annotated {
  readonly coordinate: string
  readonly directives: readonly Directive[]
}

function annotated(schema: Schema): Annotated[] {
  return [...schema.types()].flatMap(annotatedOf)
}

function annotatedOf(type: NamedType): Annotated[] {
  const own = { coordinate: type.name, directives: type.appliedDirectives }
  if (isScalarType(type) || isEnumType(type)) return [own]
  if (isInputObjectType(type)) {
    const fields = type
      .fields()
      .map(({ name, appliedDirectives }) => at(`${type.name}.${name}`, appliedDirectives))
    return [own, ...fields]
  }
  if (!isObjectType(type) && !isInterfaceType(type)) return []
  return [own, ...annotatedFields(type)]
}

function annotatedFields(type: ObjectType | InterfaceType): Annotated[] {
  return type.fields().flatMap((field) => {
    const coordinate = `${type.name}.${field.name}`
    const given = field
      .arguments()
      .map(({ name, appliedDirectives }) => at(`${coordinate}(${name}:)`, appliedDirectives))
    return [at(coordinate, field.appliedDirectives), ...given]
  })
}

function at(coordinate: string, directives: readonly Directive[]): Annotated {
  return { coordinate, directives }
}

function weighInterface(type: InterfaceType, weights: Map<string, number>): void {
  for (const { name } of type.fields()) {
    const heaviest = type
      .possibleRuntimeTypes()
      .map((implementation) => weights.get(`${implementation.name}.${name}`) ?? 0)
      .reduce((one, other) => Math.max(one, other), weights.get(`${type.name}.${name}`) ?? 0)
    if (heaviest > 0) weights.set(`${type.name}.${name}`, heaviest)
  }
}
