import {
  type ConstDirectiveNode,
  type DefinitionNode,
  type DocumentNode,
  type FieldDefinitionNode,
  isTypeDefinitionNode,
  Kind,
  parse,
  type SchemaDefinitionNode,
  type TypeDefinitionNode,
} from 'graphql'
import type { HiddenElements } from './hidden-elements.ts'

/** Marks what is hidden as `@inaccessible`, under the name that the supergraph has for it, or introduces it. */
export function hideElements(
  document: DocumentNode,
  hidden: HiddenElements,
  directiveName: string | undefined,
): DocumentNode {
  const hider = new Hider(hidden, directiveName ?? 'inaccessible')
  const definitions = document.definitions.map((definition) =>
    isTypeDefinitionNode(definition) ? hider.type(definition) : definition,
  )
  return directiveName === undefined
    ? { ...document, definitions: introduceInaccessible(definitions) }
    : { ...document, definitions }
}

type Hidable = { readonly directives?: readonly ConstDirectiveNode[] | undefined }

class Hider {
  readonly #hidden: HiddenElements
  readonly #directive: ConstDirectiveNode

  constructor(hidden: HiddenElements, name: string) {
    this.#hidden = hidden
    this.#directive = { kind: Kind.DIRECTIVE, name: { kind: Kind.NAME, value: name } }
  }

  type(type: TypeDefinitionNode): TypeDefinitionNode {
    const name = type.name.value
    switch (type.kind) {
      case Kind.OBJECT_TYPE_DEFINITION:
      case Kind.INTERFACE_TYPE_DEFINITION: {
        const fields = (type.fields ?? []).map((field) => this.#field(name, field))
        return this.#element(name, { ...type, fields })
      }
      case Kind.INPUT_OBJECT_TYPE_DEFINITION: {
        const fields = (type.fields ?? []).map((field) =>
          this.#element(`${name}.${field.name.value}`, field),
        )
        return this.#element(name, { ...type, fields })
      }
      case Kind.ENUM_TYPE_DEFINITION: {
        const values = (type.values ?? []).map((value) =>
          this.#element(`${name}.${value.name.value}`, value),
        )
        return this.#element(name, { ...type, values })
      }
      default:
        return this.#element(name, type)
    }
  }

  #field(typeName: string, field: FieldDefinitionNode): FieldDefinitionNode {
    const coordinate = `${typeName}.${field.name.value}`
    const given = (field.arguments ?? []).map((argument) =>
      this.#element(`${coordinate}(${argument.name.value}:)`, argument),
    )
    return this.#element(coordinate, { ...field, arguments: given })
  }

  #element<Node extends Hidable>(coordinate: string, node: Node): Node {
    const { directives = [] } = node
    const isMarked = directives.some(({ name }) => name.value === this.#directive.name.value)
    if (isMarked || !this.#hidden.has(coordinate)) return node
    return { ...node, directives: [...directives, this.#directive] }
  }
}

const inaccessibleSdl = `
schema @link(url: "https://specs.apollo.dev/inaccessible/v0.2", for: SECURITY) { query: Query }
directive @inaccessible on FIELD_DEFINITION | OBJECT | INTERFACE | UNION | ARGUMENT_DEFINITION | SCALAR | ENUM | ENUM_VALUE | INPUT_OBJECT | INPUT_FIELD_DEFINITION`

function introduceInaccessible(definitions: readonly DefinitionNode[]): DefinitionNode[] {
  const [schema, directive] = parse(inaccessibleSdl, { noLocation: true }).definitions
  const links = schema?.kind === Kind.SCHEMA_DEFINITION ? (schema.directives ?? []) : []
  const linked = definitions.map((definition) =>
    definition.kind === Kind.SCHEMA_DEFINITION ? withDirectives(definition, links) : definition,
  )
  return directive ? [...linked, directive] : linked
}

function withDirectives(
  schema: SchemaDefinitionNode,
  added: readonly ConstDirectiveNode[],
): SchemaDefinitionNode {
  return { ...schema, directives: [...(schema.directives ?? []), ...added] }
}
