/**
 * Terminology
 * - Model: a random graph before it is written down: types, and which subgraph answers which field.
 * - Subgraph: here the number of one.
 * - Solid field: one that never fails, because others are computed from it.
 */

export interface ModelArgument {
  readonly name: string
  readonly type: string
  readonly defaultText: string | undefined
}

export interface ModelField {
  readonly name: string
  /** As in SDL. */
  readonly type: string
  readonly arguments: readonly ModelArgument[]
  /** The subgraphs that answer it; empty for fields of value types, which every subgraph answers that has the type. */
  readonly owners: readonly number[]
  readonly inaccessible: boolean
  solid: boolean
  shareable: boolean
  /** A fieldset of what the field is computed from. */
  readonly requires?: string
  /** The name of a field that the owner may answer on what this field leads to. */
  provides?: string
  /** A subgraph that still has the field in its SDL. */
  overriddenIn?: number
}

export const keyNames = ['id', 'code', 'part'] as const
export type KeyName = (typeof keyNames)[number]

export interface Presence {
  readonly keys: readonly KeyName[]
  readonly resolvable: boolean
}

/** An object type that subgraphs find by keys. */
export interface EntityType {
  readonly kind: 'entity'
  readonly name: string
  readonly keys: readonly KeyName[]
  /** The subgraph that knows it by all of its keys. */
  readonly home: number
  readonly fields: ModelField[]
  /** Not in the subgraph that has its interface as an object. */
  readonly outside: number | undefined
  readonly presence: Map<number, Presence>
}

/** An object type without keys, whole wherever it is. */
export interface ValueType {
  readonly kind: 'value'
  readonly name: string
  readonly fields: ModelField[]
}

/** An object type without keys that two subgraphs know in part, reached only by fields that both answer. */
export interface SplitType {
  readonly kind: 'split'
  readonly name: string
  readonly fields: ModelField[]
}

export interface InterfaceType {
  readonly kind: 'interface'
  readonly name: string
  readonly members: readonly string[]
  readonly ofEntities: boolean
  readonly home: number
  /** The fields that all members have. */
  readonly fields: ModelField[]
  /** The subgraph that knows the interface as an object (`@interfaceObject`). */
  readonly objectIn: number | undefined
  /** What that subgraph adds to it. */
  readonly objectFields: ModelField[]
}

export interface UnionType {
  readonly kind: 'union'
  readonly name: string
  readonly members: readonly string[]
}

export type ModelType = EntityType | ValueType | SplitType | InterfaceType | UnionType

export interface Model {
  readonly seed: number
  readonly subgraphs: readonly string[]
  readonly types: ReadonlyMap<string, ModelType>
  readonly queries: readonly ModelField[]
  readonly mutations: readonly ModelField[]
  readonly enums: ReadonlyMap<string, readonly string[]>
  /** Input types as SDL. */
  readonly inputs: ReadonlyMap<string, string>
  /** By subgraph and type: fields that the subgraph mentions and others answer. */
  readonly externals: ReadonlyMap<string, ReadonlySet<string>>
  /** How probable failures and nulls are, from 0 to 1. */
  readonly failures: number
  readonly nulls: number
}

/** The key of `externals`. */
export function externalsKey(subgraph: number, type: string): string {
  return `${subgraph} ${type}`
}

export function namedType(type: string): string {
  return type.replaceAll(/[[\]!]/g, '')
}

/** The types that a subgraph must have when it has a field that leads to the type. */
export function reachedTypes(
  name: string,
  types: ReadonlyMap<string, ModelType>,
  subgraph: number,
): ReadonlySet<string> {
  const reached = new Set<string>()
  const visit = (typeName: string): void => {
    const type = types.get(typeName)
    if (!type || reached.has(typeName)) return
    reached.add(typeName)
    if (type.kind === 'union') type.members.forEach(visit)
    if (type.kind === 'interface' && type.objectIn !== subgraph) type.members.forEach(visit)
    if (type.kind !== 'value' && type.kind !== 'split') return
    for (const field of type.fields) {
      if (field.owners.length === 0 || field.owners.includes(subgraph)) visit(namedType(field.type))
    }
  }
  visit(name)
  return reached
}
