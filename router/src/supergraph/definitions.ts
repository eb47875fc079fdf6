import {
  type DocumentNode,
  type EnumTypeDefinitionNode,
  type FieldDefinitionNode,
  type FieldNode,
  type InputValueDefinitionNode,
  isTypeDefinitionNode,
  Kind,
  type SelectionSetNode,
  type TypeDefinitionNode,
  type TypeNode,
} from 'graphql'

/** The types of a supergraph's document, by name. */
export class Definitions {
  readonly all: ReadonlyMap<string, TypeDefinitionNode>
  readonly #implementers = new Map<string, string[]>()

  constructor({ definitions }: DocumentNode) {
    const types = definitions.filter(isTypeDefinitionNode)
    this.all = new Map(types.map((type) => [type.name.value, type]))
    for (const type of types) {
      if (type.kind !== Kind.OBJECT_TYPE_DEFINITION) continue
      for (const { name } of type.interfaces ?? []) {
        const known = this.#implementers.get(name.value) ?? []
        this.#implementers.set(name.value, [...known, type.name.value])
      }
    }
  }

  /** The object types behind an interface; none for other types. */
  implementersOf(name: string): readonly string[] {
    return this.#implementers.get(name) ?? []
  }

  fieldOf(type: string, field: string): FieldDefinitionNode | undefined {
    const definition = this.all.get(type)
    if (!definition || !hasOutputFields(definition)) return undefined
    return definition.fields?.find(({ name }) => name.value === field)
  }

  /** The fields of all object types and interfaces. */
  outputFields(): { readonly type: string; readonly field: FieldDefinitionNode }[] {
    return [...this.all].flatMap(([type, definition]) =>
      hasOutputFields(definition)
        ? (definition.fields ?? []).map((field) => ({ type, field }))
        : [],
    )
  }

  /** What a selection on a type selects, as `Type.field`. */
  coordinatesIn(selectionSet: SelectionSetNode, type: string): ReadonlySet<string> {
    const found = new Set<string>()
    this.walk(selectionSet, type, (on, { name }) => found.add(`${on}.${name.value}`))
    return found
  }

  /** Calls back for every field that a selection selects, on each type that it may be selected on. */
  walk(
    { selections }: SelectionSetNode,
    type: string,
    visit: (type: string, field: FieldNode) => void,
  ): void {
    for (const selection of selections) {
      // Fieldsets know no named fragments.
      if (selection.kind === Kind.FRAGMENT_SPREAD) continue
      if (selection.kind === Kind.INLINE_FRAGMENT) {
        this.walk(selection.selectionSet, selection.typeCondition?.name.value ?? type, visit)
        continue
      }
      for (const name of [type, ...this.implementersOf(type)]) visit(name, selection)
      const field = this.fieldOf(type, selection.name.value)
      if (field && selection.selectionSet) {
        this.walk(selection.selectionSet, namedTypeOf(field.type), visit)
      }
    }
  }
}

/** The name of a type without lists and non-null marks. */
export function namedTypeOf(type: TypeNode): string {
  return type.kind === Kind.NAMED_TYPE ? type.name.value : namedTypeOf(type.type)
}

/** The fields of an object type, an interface or an input type. */
export function fieldsOf(
  definition: TypeDefinitionNode,
): readonly (FieldDefinitionNode | InputValueDefinitionNode)[] {
  if (hasOutputFields(definition)) return definition.fields ?? []
  return definition.kind === Kind.INPUT_OBJECT_TYPE_DEFINITION ? (definition.fields ?? []) : []
}

/** The values of an enum; none for other types. */
export function valuesOf(definition: TypeDefinitionNode): EnumTypeDefinitionNode['values'] {
  return definition.kind === Kind.ENUM_TYPE_DEFINITION ? definition.values : []
}

function hasOutputFields(definition: TypeDefinitionNode) {
  return (
    definition.kind === Kind.OBJECT_TYPE_DEFINITION ||
    definition.kind === Kind.INTERFACE_TYPE_DEFINITION
  )
}
