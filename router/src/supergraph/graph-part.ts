import type { ConstDirectiveNode, SelectionSetNode, TypeDefinitionNode } from 'graphql'
import { Kind } from 'graphql'
import type { ComputedField } from './computed-fields.ts'
import { type Definitions, fieldsOf, namedTypeOf, valuesOf } from './definitions.ts'
import { parseFieldset } from './fieldset.ts'
import { joinFlag, joinFor, joinsOf, joinText, newJoin, withFlag } from './join-directives.ts'
import type { SupergraphEdits } from './supergraph-edits.ts'

/** Which subgraph a part is taken from, and where the edits go that make it. */
export interface GraphPartOptions {
  readonly definitions: Definitions
  readonly edits: SupergraphEdits
  /** The enum value of the subgraph. */
  readonly from: string
  /** That of the part. */
  readonly to: string
}

/**
 * Gives some computed fields of a subgraph to a graph of their own, with the keys by which they are asked for, what they
 * require, and all that their values consist of. Of entities that they lead to the part knows the keys alone.
 */
export class GraphPart {
  readonly #options: GraphPartOptions
  readonly #types = new Set<string>()
  readonly #fields = new Set<string>()

  constructor(options: GraphPartOptions) {
    this.#options = options
  }

  take(computed: readonly ComputedField[]): void {
    const { edits, from, to } = this.#options
    for (const { type } of computed) this.#entity(type, true)
    for (const { type, field, join, requires } of computed) {
      const coordinate = `${type}.${field.name.value}`
      edits.remove(join)
      edits.add(coordinate, joinFor(to, join))
      this.#fields.add(coordinate)
      for (const name of typesAround(field)) this.#type(name)
      this.#selection(requires, type)
      const provides = joinText(join, 'provides')
      if (provides !== undefined) this.#selection(parseFieldset(provides), namedTypeOf(field.type))
    }
    for (const name of this.#types) {
      for (const join of joinsOf(this.#definition(name) ?? {}, 'join__implements', from)) {
        if (this.#types.has(joinText(join, 'interface') ?? '')) edits.add(name, joinFor(to, join))
      }
    }
  }

  #definition(name: string): TypeDefinitionNode | undefined {
    return this.#options.definitions.all.get(name)
  }

  #joins(name: string): ConstDirectiveNode[] {
    return joinsOf(this.#definition(name) ?? {}, 'join__type', this.#options.from)
  }

  /** A type with keys; `resolvable` as in the subgraph, or not at all. */
  #entity(name: string, isEntrance: boolean): void {
    if (this.#types.has(name)) return
    this.#types.add(name)
    const { edits, to } = this.#options
    const joins = this.#joins(name)
    for (const join of joins) {
      const copy = joinFor(to, join)
      const key = joinText(join, 'key')
      edits.addPart(name, isEntrance || !key ? copy : withFlag(copy, 'resolvable', false))
    }
    for (const join of joins) {
      const key = joinText(join, 'key')
      if (key !== undefined) this.#selection(parseFieldset(key), name)
    }
    if (!joins.some((join) => joinFlag(join, 'isInterfaceObject'))) this.#members(name)
  }

  #type(name: string): void {
    const joins = this.#joins(name)
    if (this.#types.has(name) || joins.length === 0) return
    if (joins.some((join) => joinText(join, 'key') !== undefined)) {
      this.#entity(name, false)
      return
    }
    this.#types.add(name)
    const { edits, from, to } = this.#options
    for (const join of joins) edits.add(name, joinFor(to, join))
    const definition = this.#definition(name)
    if (!definition) return
    for (const join of joinsOf(definition, 'join__unionMember', from)) {
      edits.add(name, joinFor(to, join))
      this.#type(joinText(join, 'member') ?? '')
    }
    for (const value of valuesOf(definition) ?? []) {
      for (const join of joinsOf(value, 'join__enumValue', from)) {
        edits.add(`${name}.${value.name.value}`, joinFor(to, join))
      }
    }
    for (const field of fieldsOf(definition)) this.#field(name, field.name.value)
    this.#members(name)
  }

  /** The subgraph's types behind an interface, each with what the part has of the interface. */
  #members(name: string): void {
    for (const member of this.#options.definitions.implementersOf(name)) {
      const isHere = joinsOf(this.#definition(member) ?? {}, 'join__implements', this.#options.from)
      if (!isHere.some((join) => joinText(join, 'interface') === name)) continue
      this.#type(member)
      for (const coordinate of [...this.#fields]) {
        const [type, field = ''] = coordinate.split('.')
        if (type === name) this.#field(member, field)
      }
    }
  }

  #field(type: string, name: string): void {
    const coordinate = `${type}.${name}`
    const definition = this.#definition(type)
    const field = definition && fieldsOf(definition).find((one) => one.name.value === name)
    if (!field || this.#fields.has(coordinate)) return
    const { edits, from, to } = this.#options
    const joins = joinsOf(field, 'join__field')
    const [join] = joinsOf(field, 'join__field', from)
    if (joins.length > 0 && !join) return
    this.#fields.add(coordinate)
    if (!join) edits.give(coordinate, to)
    else if (joinText(join, 'requires') === undefined) edits.add(coordinate, joinFor(to, join))
    // Computed by another part.
    else edits.add(coordinate, withFlag(newJoin('join__field', to), 'external', true))
    for (const one of typesAround(field)) this.#type(one)
  }

  #selection(selectionSet: SelectionSetNode, type: string): void {
    this.#options.definitions.walk(selectionSet, type, (on, { name }) => {
      if (this.#joins(on).length === 0) return
      this.#type(on)
      this.#field(on, name.value)
    })
  }
}

/** The types of a field and of its arguments. */
function typesAround(field: ReturnType<typeof fieldsOf>[number]): string[] {
  const given = field.kind === Kind.FIELD_DEFINITION ? (field.arguments ?? []) : []
  return [field, ...given].map(({ type }) => namedTypeOf(type))
}
