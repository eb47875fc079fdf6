import {
  type EntityType,
  type ModelField,
  type ModelType,
  namedType,
  reachedTypes,
} from './model.ts'
import type { Random } from './random.ts'
import type { Names } from './random-field.ts'

/** A model under construction. */
export interface Draft {
  readonly random: Random
  readonly subgraphs: readonly string[]
  readonly types: Map<string, ModelType>
  readonly queries: ModelField[]
  readonly mutations: ModelField[]
  readonly enums: ReadonlyMap<string, readonly string[]>
  readonly inputs: ReadonlyMap<string, string>
  readonly externals: Map<string, Set<string>>
  readonly names: (type: string) => Names
  /** The arguments with which fields are required. */
  readonly requiredTexts: Map<ModelField, string>
}

export function typesOf<Kind extends ModelType['kind']>(draft: Draft, kind: Kind) {
  return [...draft.types.values()].filter(
    (type): type is Extract<ModelType, { kind: Kind }> => type.kind === kind,
  )
}

/** The subgraphs that can have a field of the type: those that lack nothing of what it leads to. */
export function possibleOwners({ types, subgraphs }: Draft, type: string): number[] {
  return subgraphs
    .map((_name, index) => index)
    .filter((subgraph) =>
      [...reachedTypes(namedType(type), types, subgraph)].every((name) => {
        const reached = types.get(name)
        return reached?.kind !== 'entity' || reached.outside !== subgraph
      }),
    )
}

/** The subgraphs that may know an entity. */
export function subgraphsFor({ subgraphs }: Draft, { outside }: EntityType): number[] {
  return subgraphs.map((_name, index) => index).filter((index) => index !== outside)
}

/** Whether a subgraph has the field in its SDL, other than as one of others. */
export function isDeclared({ owners, overriddenIn }: ModelField, index: number): boolean {
  return owners.includes(index) || overriddenIn === index
}
