import {
  type ConstDirectiveNode,
  type FieldDefinitionNode,
  type InterfaceTypeDefinitionNode,
  type InterfaceTypeExtensionNode,
  Kind,
  type ObjectTypeDefinitionNode,
  type ObjectTypeExtensionNode,
  parse,
  type SelectionSetNode,
  type UnionTypeDefinitionNode,
  type UnionTypeExtensionNode,
} from 'graphql'

export type Fieldset = SelectionSetNode

export interface Field {
  readonly name: string
  readonly external: boolean
  readonly provides: Fieldset | undefined
  readonly requires: Fieldset | undefined
  readonly overrides: string | undefined
}

export interface CompositeType {
  readonly name: string
  readonly abstract: boolean
  readonly fields: Field[]
  /** Those by which the subgraph finds an entity. */
  readonly keys: Fieldset[]
  readonly keyFields: Set<string>
}

type CompositeNode =
  | ObjectTypeDefinitionNode
  | ObjectTypeExtensionNode
  | InterfaceTypeDefinitionNode
  | InterfaceTypeExtensionNode
  | UnionTypeDefinitionNode
  | UnionTypeExtensionNode

/** What a subgraph's SDL says about the fields that it answers. */
export function compositeTypes(sdl: string): CompositeType[] {
  const types = new Map<string, CompositeType>()
  for (const node of parse(sdl).definitions) {
    if (!isComposite(node)) continue
    const name = node.name.value
    const abstract = !node.kind.startsWith('Object')
    const type = types.get(name) ?? { name, abstract, fields: [], keys: [], keyFields: new Set() }
    types.set(name, type)
    const directives = node.directives ?? []
    for (const directive of directives) if (directive.name.value === 'key') addKey(type, directive)
    const external = directives.some((directive) => directive.name.value === 'external')
    if ('fields' in node) type.fields.push(...(node.fields ?? []).map((f) => fieldOf(f, external)))
  }
  return [...types.values()]
}

function addKey(type: CompositeType, directive: ConstDirectiveNode): void {
  const key = fieldsetOf(directive)
  if (!key) return
  for (const selection of key.selections) {
    if (selection.kind === Kind.FIELD) type.keyFields.add(selection.name.value)
  }
  if (isResolvable(directive)) type.keys.push(key)
}

function isComposite(node: { readonly kind: Kind }): node is CompositeNode {
  return /^(ObjectType|InterfaceType|UnionType)/.test(node.kind)
}

function fieldOf(node: FieldDefinitionNode, external: boolean): Field {
  const named = (name: string): ConstDirectiveNode | undefined =>
    node.directives?.find((directive) => directive.name.value === name)
  return {
    name: node.name.value,
    external: external || named('external') !== undefined,
    provides: fieldsetOf(named('provides')),
    requires: fieldsetOf(named('requires')),
    overrides: textArgument(named('override'), 'from'),
  }
}

function fieldsetOf(directive: ConstDirectiveNode | undefined): Fieldset | undefined {
  const text = textArgument(directive, 'fields')
  const [definition] = text === undefined ? [] : parse(`{ ${text} }`).definitions
  return definition && 'selectionSet' in definition ? definition.selectionSet : undefined
}

function textArgument(directive: ConstDirectiveNode | undefined, name: string): string | undefined {
  const value = directive?.arguments?.find((argument) => argument.name.value === name)?.value
  return value?.kind === Kind.STRING ? value.value : undefined
}

function isResolvable(key: ConstDirectiveNode): boolean {
  const value = key.arguments?.find(({ name }) => name.value === 'resolvable')?.value
  return value?.kind !== Kind.BOOLEAN || value.value
}

/** Tells whether an object of a type passes a type condition. */
export type TypeTest = (typename: unknown, condition: string) => boolean

export function typeTest(supergraphSdl: string): TypeTest {
  const interfaces = new Map<unknown, readonly string[]>()
  for (const node of parse(supergraphSdl).definitions) {
    if (node.kind !== Kind.OBJECT_TYPE_DEFINITION) continue
    const names = node.interfaces?.map(({ name }) => name.value)
    interfaces.set(node.name.value, names ?? [])
  }
  return (typename, condition) =>
    typename === condition || interfaces.get(typename)?.includes(condition) === true
}
