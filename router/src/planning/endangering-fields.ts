import { invariant } from '@gravity/shared/errors/invariant'
import {
  type DocumentNode,
  type FieldNode,
  type FragmentDefinitionNode,
  type GraphQLCompositeType,
  type GraphQLSchema,
  getNamedType,
  isCompositeType,
  isNonNullType,
  isUnionType,
  Kind,
  type SelectionNode,
  type SelectionSetNode,
  TypeInfo,
  visit,
  visitWithTypeInfo,
} from 'graphql'
import type { FederatedNames } from '../supergraph/federated-names.ts'
import { type NeededFields, neededByEither } from '../supergraph/needed-objects.ts'

/**
 * The fields of a document that must not share an object with the plan. Where `size { n }` is required and a client
 * selects `size { label }`, the planner asks for `size { n label }`; when `label` fails and must not be null, `size` is
 * null, and what requires `n` is computed without it.
 */
export function endangeringFields(
  document: DocumentNode,
  schema: GraphQLSchema,
  federated: FederatedNames,
): ReadonlySet<FieldNode> {
  const found = new Set<FieldNode>()
  const needed = neededFor(document, federated)
  if (needed.size === 0) return found
  const selections = new Selections(document, schema)
  const types = new TypeInfo(schema)
  visit(
    document,
    visitWithTypeInfo(types, {
      enter(node) {
        if (node.kind !== Kind.FIELD || !node.selectionSet || !isPlain(node)) return
        const fields = needed.get(node.name.value)
        const type = getNamedType(types.getType())
        if (!fields || !isCompositeType(type)) return
        if (selections.mayTakeAway(node.selectionSet, type, fields)) found.add(node)
      },
    }),
  )
  return found
}

/** By the name of a field: what the plan of a document may need of the object that it leads to. */
function neededFor(
  document: DocumentNode,
  { keys, requirements }: FederatedNames,
): ReadonlyMap<string, NeededFields> {
  let needed = keys
  const names = new Set<string>()
  const add = (name: string): void => {
    if (names.has(name)) return
    names.add(name)
    const required = requirements.get(name)
    if (!required) return
    needed = neededByEither(needed, required)
    addAll(required)
  }
  const addAll = (fields: NeededFields): void => {
    for (const [name, { fields: nested }] of fields) {
      add(name)
      addAll(nested)
    }
  }
  visit(document, {
    enter(node) {
      if (node.kind === Kind.FIELD) add(node.name.value)
    },
  })
  return new Map(
    [...needed].flatMap(([name, { fields }]) => (fields.size > 0 ? [[name, fields]] : [])),
  )
}

/** Whether the field has the name in the answer under which plans ask for it. */
function isPlain({ alias, name, arguments: given = [] }: FieldNode): boolean {
  return (alias === undefined || alias.value === name.value) && given.length === 0
}

class Selections {
  readonly #fragments = new Map<string, FragmentDefinitionNode>()
  readonly #schema: GraphQLSchema
  /** The fragments that were looked into, by what is needed where they are spread. */
  readonly #known = new Map<NeededFields, Map<string, boolean>>()

  constructor({ definitions }: DocumentNode, schema: GraphQLSchema) {
    this.#schema = schema
    for (const definition of definitions) {
      if (definition.kind !== Kind.FRAGMENT_DEFINITION) continue
      this.#fragments.set(definition.name.value, definition)
    }
  }

  /** Whether a failure in a selection can take away an object of which the plan needs the given fields. */
  mayTakeAway(
    { selections }: SelectionSetNode,
    type: GraphQLCompositeType,
    needed: NeededFields,
  ): boolean {
    return selections.some((selection) => this.#selectionMay(selection, type, needed))
  }

  #selectionMay(
    selection: SelectionNode,
    type: GraphQLCompositeType,
    needed: NeededFields,
  ): boolean {
    switch (selection.kind) {
      case Kind.FIELD:
        return this.#fieldMay(selection, type, needed)
      case Kind.INLINE_FRAGMENT: {
        const condition = selection.typeCondition?.name.value
        return this.mayTakeAway(selection.selectionSet, this.#type(condition) ?? type, needed)
      }
      case Kind.FRAGMENT_SPREAD:
        return this.#fragmentMay(selection.name.value, needed)
    }
  }

  #fieldMay(field: FieldNode, parent: GraphQLCompositeType, needed: NeededFields): boolean {
    const name = field.name.value
    if (name === '__typename') return false
    const type = isUnionType(parent) ? undefined : parent.getFields()[name]?.type
    invariant(type, 'Validation refuses unknown fields')
    const same = isPlain(field) ? needed.get(name) : undefined
    // What the plan asks for anyway fails with or without the client.
    if (isNonNullType(type) && !same?.always) return true
    const named = getNamedType(type)
    if (!same || !field.selectionSet || !isCompositeType(named)) return false
    return this.mayTakeAway(field.selectionSet, named, same.fields)
  }

  #fragmentMay(name: string, needed: NeededFields): boolean {
    const known = this.#known.get(needed) ?? new Map<string, boolean>()
    this.#known.set(needed, known)
    const answer = known.get(name)
    if (answer !== undefined) return answer
    const fragment = this.#fragments.get(name)
    const type = this.#type(fragment?.typeCondition.name.value)
    invariant(fragment && type, 'Validation refuses unknown fragments')
    const may = this.mayTakeAway(fragment.selectionSet, type, needed)
    known.set(name, may)
    return may
  }

  #type(name: string | undefined): GraphQLCompositeType | undefined {
    const type = name === undefined ? undefined : this.#schema.getType(name)
    return isCompositeType(type) ? type : undefined
  }
}
