import {
  type ConstDirectiveNode,
  type DefinitionNode,
  type DocumentNode,
  type EnumValueDefinitionNode,
  isTypeDefinitionNode,
  Kind,
} from 'graphql'
import { type Joined, joinsOf, joinText, newJoin } from './join-directives.ts'

/** Join directives to be added to a supergraph's document, and others to be taken away. */
export class SupergraphEdits {
  /** By type, `Type.field` or `Enum.VALUE`. */
  readonly #added = new Map<string, ConstDirectiveNode[]>()
  readonly #removed = new Set<ConstDirectiveNode>()
  /** By `Type.field`: graphs that have a field which no directive speaks of, because all graphs have it. */
  readonly #having = new Map<string, Set<string>>()
  /** Types of which some graph has a part only. */
  readonly #partial = new Set<string>()
  readonly #graphs: EnumValueDefinitionNode[] = []

  add(coordinate: string, directive: ConstDirectiveNode): void {
    this.#added.set(coordinate, [...(this.#added.get(coordinate) ?? []), directive])
  }

  remove(directive: ConstDirectiveNode): void {
    this.#removed.add(directive)
  }

  /** Lets a graph have a field of which no directive speaks. */
  give(coordinate: string, graph: string): void {
    this.#having.set(coordinate, new Set([...(this.#having.get(coordinate) ?? []), graph]))
  }

  /** Says that a graph has only those fields of the type that are given to it. */
  addPart(type: string, directive: ConstDirectiveNode): void {
    this.#partial.add(type)
    this.add(type, directive)
  }

  addGraph(value: EnumValueDefinitionNode): void {
    this.#graphs.push(value)
  }

  apply(document: DocumentNode): DocumentNode {
    return { ...document, definitions: document.definitions.map((one) => this.#apply(one)) }
  }

  #apply(definition: DefinitionNode): DefinitionNode {
    if (!isTypeDefinitionNode(definition)) return definition
    const name = definition.name.value
    const directives = this.#directives(name, definition)
    switch (definition.kind) {
      case Kind.OBJECT_TYPE_DEFINITION:
      case Kind.INTERFACE_TYPE_DEFINITION: {
        const graphs = joinsOf(definition, 'join__type').flatMap(
          (join) => joinText(join, 'graph') ?? [],
        )
        const fields = (definition.fields ?? []).map((field) => {
          const coordinate = `${name}.${field.name.value}`
          const own = this.#directives(coordinate, field)
          return { ...field, directives: [...own, ...this.#explicit(coordinate, field, graphs)] }
        })
        return { ...definition, directives, fields }
      }
      case Kind.INPUT_OBJECT_TYPE_DEFINITION: {
        const fields = (definition.fields ?? []).map((field) => ({
          ...field,
          directives: this.#directives(`${name}.${field.name.value}`, field),
        }))
        return { ...definition, directives, fields }
      }
      case Kind.ENUM_TYPE_DEFINITION: {
        const values = (definition.values ?? []).map((value) => ({
          ...value,
          directives: this.#directives(`${name}.${value.name.value}`, value),
        }))
        const graphs = name === 'join__Graph' ? this.#graphs : []
        return { ...definition, directives, values: [...values, ...graphs] }
      }
      default:
        return { ...definition, directives }
    }
  }

  #directives(coordinate: string, { directives = [] }: Joined): ConstDirectiveNode[] {
    const left = directives.filter((directive) => !this.#removed.has(directive))
    return [...left, ...(this.#added.get(coordinate) ?? [])]
  }

  /** What must be said of a field that all graphs had, now that some have only a part of the type. */
  #explicit(coordinate: string, field: Joined, graphs: readonly string[]): ConstDirectiveNode[] {
    const [type = ''] = coordinate.split('.')
    if (!this.#partial.has(type) || joinsOf(field, 'join__field').length > 0) return []
    const having = new Set([...graphs, ...(this.#having.get(coordinate) ?? [])])
    return [...having].map((graph) => newJoin('join__field', graph))
  }
}
