import {
  type ConstDirectiveNode,
  type DocumentNode,
  type FieldDefinitionNode,
  type InputValueDefinitionNode,
  isTypeDefinitionNode,
  Kind,
  type TypeDefinitionNode,
} from 'graphql'
import type { Contract } from './contract.ts'
import { namedType, unreachableTypes } from './reachable-types.ts'

/** What the directives are called in a supergraph; undefined for one that it does not use. */
export interface DirectiveNames {
  readonly tag: string | undefined
  readonly inaccessible: string | undefined
  /** Every feature; its own types have names that begin with it and two underscores. */
  readonly features: readonly string[]
}

/** Coordinates: `Type`, `Type.field`, `Type.field(argument:)`, `Enum.VALUE`, `Input.field`. */
export type HiddenElements = ReadonlySet<string>

/** Everything that is not in a contract. */
export function hiddenElements(
  document: DocumentNode,
  contract: Contract,
  names: DirectiveNames,
): HiddenElements {
  const types = document.definitions
    .filter(isTypeDefinitionNode)
    .filter(({ name }) => !names.features.some((feature) => name.value.startsWith(`${feature}__`)))
  const choice = new Choice(types, contract, names)
  choice.hideTagged()
  choice.hideDependents()
  for (const name of unreachableTypes(document, types, choice.hidden)) choice.hidden.add(name)
  return choice.hidden
}

type ObjectNode = Extract<TypeDefinitionNode, { readonly interfaces?: unknown }>
type Tagged = { readonly directives?: readonly ConstDirectiveNode[] | undefined }

function isObject(type: TypeDefinitionNode | undefined): type is ObjectNode {
  return type?.kind === Kind.OBJECT_TYPE_DEFINITION || type?.kind === Kind.INTERFACE_TYPE_DEFINITION
}

class Choice {
  readonly hidden = new Set<string>()
  readonly #types: readonly TypeDefinitionNode[]
  readonly #byName: ReadonlyMap<string, TypeDefinitionNode>
  readonly #contract: Contract
  readonly #names: DirectiveNames

  constructor(types: readonly TypeDefinitionNode[], contract: Contract, names: DirectiveNames) {
    this.#types = types
    this.#byName = new Map(types.map((type) => [type.name.value, type]))
    this.#contract = contract
    this.#names = names
  }

  hideTagged(): void {
    for (const type of this.#types) {
      const name = type.name.value
      if (this.#isOut(type)) this.hidden.add(name)
      for (const { coordinate, node } of elementsOf(type)) {
        if (this.#isOut(node)) this.hidden.add(coordinate)
      }
      if (!isObject(type) || this.#contract.include.length === 0) continue
      for (const field of type.fields ?? []) {
        if (!this.#includes(type, field)) this.hidden.add(`${name}.${field.name.value}`)
      }
    }
  }

  /** Hides what cannot be without something hidden, until nothing of that is left. */
  hideDependents(): void {
    for (let before = -1; before !== this.hidden.size; ) {
      before = this.hidden.size
      for (const type of this.#types) {
        if (!this.hidden.has(type.name.value)) this.#hideDependentsIn(type)
      }
    }
  }

  #hideDependentsIn(type: TypeDefinitionNode): void {
    const name = type.name.value
    if (isObject(type)) for (const field of type.fields ?? []) this.#hideDependentField(type, field)
    if (type.kind === Kind.INPUT_OBJECT_TYPE_DEFINITION) {
      for (const field of type.fields ?? []) {
        if (this.#hideInput(`${name}.${field.name.value}`, field)) this.hidden.add(name)
      }
    }
    if (this.#isEmpty(type)) this.hidden.add(name)
  }

  #hideDependentField(type: ObjectNode, field: FieldDefinitionNode): void {
    const coordinate = `${type.name.value}.${field.name.value}`
    if (this.hidden.has(coordinate)) return
    const lacksArgument = (field.arguments ?? [])
      .map((argument) => this.#hideInput(`${coordinate}(${argument.name.value}:)`, argument))
      .includes(true)
    const lacksType = this.hidden.has(namedType(field.type))
    if (lacksArgument || lacksType || this.#isHiddenBelow(type, field)) this.hidden.add(coordinate)
  }

  /** Hides an argument or input field of a hidden type; true when one is hidden that must be given. */
  #hideInput(coordinate: string, { type, defaultValue }: InputValueDefinitionNode): boolean {
    if (this.hidden.has(namedType(type))) this.hidden.add(coordinate)
    const isRequired = type.kind === Kind.NON_NULL_TYPE && defaultValue === undefined
    return isRequired && this.hidden.has(coordinate)
  }

  /** True for a field of an interface that a visible implementation does not show. */
  #isHiddenBelow({ kind, name }: ObjectNode, field: FieldDefinitionNode): boolean {
    if (kind !== Kind.INTERFACE_TYPE_DEFINITION) return false
    return this.#types.some(
      (type) =>
        isObject(type) &&
        !this.hidden.has(type.name.value) &&
        type.interfaces?.some((one) => one.name.value === name.value) === true &&
        this.hidden.has(`${type.name.value}.${field.name.value}`),
    )
  }

  #isEmpty(type: TypeDefinitionNode): boolean {
    const name = type.name.value
    switch (type.kind) {
      case Kind.SCALAR_TYPE_DEFINITION:
        return false
      case Kind.UNION_TYPE_DEFINITION:
        return (type.types ?? []).every((member) => this.hidden.has(member.name.value))
      case Kind.ENUM_TYPE_DEFINITION:
        return (type.values ?? []).every((value) => this.hidden.has(`${name}.${value.name.value}`))
      default:
        return (type.fields ?? []).every((field) => this.hidden.has(`${name}.${field.name.value}`))
    }
  }

  #includes(type: ObjectNode, field: FieldDefinitionNode): boolean {
    if (this.#hasTag(type, this.#contract.include) || this.#hasTag(field, this.#contract.include)) {
      return true
    }
    // A type has the fields of its interfaces.
    return (type.interfaces ?? []).some((one) => {
      const parent = this.#byName.get(one.name.value)
      if (!isObject(parent)) return false
      const same = parent.fields?.find(({ name }) => name.value === field.name.value)
      return same !== undefined && this.#includes(parent, same)
    })
  }

  #isOut(node: Tagged): boolean {
    const isInaccessible = node.directives?.some(
      ({ name }) => name.value === this.#names.inaccessible,
    )
    return isInaccessible === true || this.#hasTag(node, this.#contract.exclude)
  }

  #hasTag({ directives = [] }: Tagged, tags: readonly string[]): boolean {
    return directives.some((directive) => {
      if (directive.name.value !== this.#names.tag) return false
      const value = directive.arguments?.find(({ name }) => name.value === 'name')?.value
      return value?.kind === Kind.STRING && tags.includes(value.value)
    })
  }
}

/** The parts of a type that can be hidden by themselves. */
function elementsOf(
  type: TypeDefinitionNode,
): { readonly coordinate: string; readonly node: Tagged }[] {
  const name = type.name.value
  const under = (node: Tagged & { readonly name: { readonly value: string } }) => ({
    coordinate: `${name}.${node.name.value}`,
    node,
  })
  if (type.kind === Kind.ENUM_TYPE_DEFINITION) return (type.values ?? []).map(under)
  if (type.kind === Kind.INPUT_OBJECT_TYPE_DEFINITION) return (type.fields ?? []).map(under)
  if (!isObject(type)) return []
  return (type.fields ?? []).flatMap((field) => [
    under(field),
    ...(field.arguments ?? []).map((argument) => ({
      coordinate: `${name}.${field.name.value}(${argument.name.value}:)`,
      node: argument,
    })),
  ])
}
