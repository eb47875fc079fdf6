import {
  type DocumentNode,
  type FieldDefinitionNode,
  Kind,
  type NamedTypeNode,
  OperationTypeNode,
  type TypeDefinitionNode,
  type TypeNode,
} from 'graphql'

/** The name of a type without lists and non-null. */
export function namedType(type: TypeNode): string {
  return type.kind === Kind.NAMED_TYPE ? type.name.value : namedType(type.type)
}

/** The visible types that no operation can come to, by way of what is visible. */
export function unreachableTypes(
  document: DocumentNode,
  types: readonly TypeDefinitionNode[],
  hidden: ReadonlySet<string>,
): string[] {
  const reach = new Reach(types, hidden)
  for (const root of rootTypes(document)) reach.visit(root)
  return types
    .map(({ name }) => name.value)
    .filter((name) => !hidden.has(name) && !reach.reached.has(name))
}

function rootTypes({ definitions }: DocumentNode): string[] {
  const schema = definitions.find(({ kind }) => kind === Kind.SCHEMA_DEFINITION)
  if (schema?.kind === Kind.SCHEMA_DEFINITION) {
    return schema.operationTypes.map(({ type }) => type.name.value)
  }
  return Object.values(OperationTypeNode).map(
    (operation) => operation.charAt(0).toUpperCase() + operation.slice(1),
  )
}

class Reach {
  readonly reached = new Set<string>()
  readonly #byName: ReadonlyMap<string, TypeDefinitionNode>
  readonly #implementations = new Map<string, string[]>()
  readonly #hidden: ReadonlySet<string>
  /** Interfaces whose implementations may be what a field returns. */
  readonly #returned = new Set<string>()

  constructor(types: readonly TypeDefinitionNode[], hidden: ReadonlySet<string>) {
    this.#byName = new Map(types.map((type) => [type.name.value, type]))
    this.#hidden = hidden
    for (const type of types) {
      for (const name of interfacesOf(type)) {
        const known = this.#implementations.get(name) ?? []
        this.#implementations.set(name, [...known, type.name.value])
      }
    }
  }

  /** Comes to a type as the type of a field, an argument or a root. */
  visit(name: string): void {
    if (this.#hidden.has(name)) return
    if (!this.#returned.has(name)) {
      this.#returned.add(name)
      for (const implementation of this.#implementations.get(name) ?? []) this.visit(implementation)
    }
    this.#enter(name)
  }

  #enter(name: string): void {
    const type = this.#byName.get(name)
    if (!type || this.#hidden.has(name) || this.reached.has(name)) return
    this.reached.add(name)
    // Fragments may name an interface that no field returns.
    for (const parent of interfacesOf(type)) this.#enter(parent)
    for (const next of this.#typesIn(type)) this.visit(next)
  }

  #typesIn(type: TypeDefinitionNode): string[] {
    const name = type.name.value
    switch (type.kind) {
      case Kind.UNION_TYPE_DEFINITION:
        return (type.types ?? []).map((member) => member.name.value)
      case Kind.INPUT_OBJECT_TYPE_DEFINITION:
        return this.#visible(name, type.fields ?? []).map((field) => namedType(field.type))
      case Kind.OBJECT_TYPE_DEFINITION:
      case Kind.INTERFACE_TYPE_DEFINITION:
        return this.#visible(name, type.fields ?? []).flatMap((field) => [
          namedType(field.type),
          ...this.#argumentTypes(`${name}.${field.name.value}`, field),
        ])
      default:
        return []
    }
  }

  #visible<Node extends { readonly name: { readonly value: string } }>(
    typeName: string,
    nodes: readonly Node[],
  ): Node[] {
    return nodes.filter(({ name }) => !this.#hidden.has(`${typeName}.${name.value}`))
  }

  #argumentTypes(coordinate: string, { arguments: given = [] }: FieldDefinitionNode): string[] {
    return given
      .filter(({ name }) => !this.#hidden.has(`${coordinate}(${name.value}:)`))
      .map(({ type }) => namedType(type))
  }
}

function interfacesOf(type: TypeDefinitionNode): string[] {
  const interfaces: readonly NamedTypeNode[] =
    type.kind === Kind.OBJECT_TYPE_DEFINITION || type.kind === Kind.INTERFACE_TYPE_DEFINITION
      ? (type.interfaces ?? [])
      : []
  return interfaces.map(({ name }) => name.value)
}
