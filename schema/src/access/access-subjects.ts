import {
  type DirectiveNode,
  type DocumentNode,
  type FieldDefinitionNode,
  type InterfaceTypeDefinitionNode,
  Kind,
  type NamedTypeNode,
  type ObjectTypeDefinitionNode,
  parse,
  type TypeNode,
  valueFromASTUntyped,
} from 'graphql'
import { z } from 'zod'

/** What the directives of a supergraph ask of a viewer for a field. */
export interface Requirement {
  readonly authenticated: boolean
  /** Lists of scopes, every one of at least one of which is needed; undefined when none is. */
  readonly alternatives: readonly (readonly string[])[] | undefined
}

/** A field about which it must be decided who may use it: a root field, or a field of an entity. */
export interface AccessSubject {
  readonly coordinate: string
  /** `Query`, `Mutation`, `Subscription`, or the entity. */
  readonly type: string
  readonly field: string
  readonly isRoot: boolean
  /** The subgraphs that resolve it. */
  readonly subgraphs: readonly string[]
  readonly requirement: Requirement
}

type TypeWithFields = ObjectTypeDefinitionNode | InterfaceTypeDefinitionNode

const rootTypes = ['Query', 'Mutation', 'Subscription']

/** The root fields of a supergraph and the fields of its entities, root types first, in its own order. */
export function accessSubjects(supergraphSdl: string): AccessSubject[] {
  const document = parse(supergraphSdl, { noLocation: true })
  const types = typesOf(document)
  const requirementOf = createRequirementReader(document)
  const subgraphs = subgraphNames(document)
  const rank = ({ name }: TypeWithFields) => {
    const index = rootTypes.indexOf(name.value)
    return index < 0 ? rootTypes.length : index
  }
  return types
    .filter((type) => rootTypes.includes(type.name.value) || isEntity(type))
    .toSorted((one, other) => rank(one) - rank(other))
    .flatMap((type) =>
      (type.fields ?? []).filter(isVisible).map((field) => ({
        coordinate: `${type.name.value}.${field.name.value}`,
        type: type.name.value,
        field: field.name.value,
        isRoot: rootTypes.includes(type.name.value),
        subgraphs: graphsOf(type, field).map((graph) => subgraphs.get(graph) ?? graph),
        requirement: requirementOf(type, field),
      })),
    )
}

function typesOf(document: DocumentNode): TypeWithFields[] {
  return document.definitions.filter(
    (definition) =>
      definition.kind === Kind.OBJECT_TYPE_DEFINITION ||
      definition.kind === Kind.INTERFACE_TYPE_DEFINITION,
  )
}

function isEntity(type: TypeWithFields): boolean {
  return directives(type, 'join__type').some((one) => argument(one, 'key') !== undefined)
}

function isVisible(field: FieldDefinitionNode): boolean {
  return directives(field, 'inaccessible').length === 0
}

/** By the name of its enum value, how a subgraph is called. */
function subgraphNames(document: DocumentNode): Map<string, string> {
  const graphs = document.definitions.find(
    (definition) =>
      definition.kind === Kind.ENUM_TYPE_DEFINITION && definition.name.value === 'join__Graph',
  )
  const values = graphs?.kind === Kind.ENUM_TYPE_DEFINITION ? (graphs.values ?? []) : []
  return new Map(
    values.flatMap((value) =>
      directives(value, 'join__graph').map((one) => [
        value.name.value,
        z.string().parse(argument(one, 'name')),
      ]),
    ),
  )
}

/** A field that says nothing is resolved by every subgraph that has more of its type than the key. */
function graphsOf(type: TypeWithFields, field: FieldDefinitionNode): string[] {
  const own = directives(field, 'join__field').filter((one) => argument(one, 'external') !== true)
  const graphs = (own.length > 0 ? own : directives(type, 'join__type'))
    .filter((one) => argument(one, 'resolvable') !== false)
    .map((one) => argument(one, 'graph'))
  return [...new Set(graphs.filter((graph) => graph !== undefined).map(String))]
}

/**
 * A field needs what stands on it, on its type, on the type it returns, and on the same field of interfaces; where
 * several stand, all of it.
 */
function createRequirementReader(document: DocumentNode) {
  const named = new Map(
    document.definitions.flatMap((definition) =>
      'name' in definition && definition.name && 'directives' in definition
        ? [[definition.name.value, definition] as const]
        : [],
    ),
  )
  const fieldsOf = new Map(typesOf(document).map((type) => [type.name.value, type.fields ?? []]))
  return (type: TypeWithFields, field: FieldDefinitionNode): Requirement => {
    const inherited = (type.interfaces ?? []).flatMap(({ name }) =>
      (fieldsOf.get(name.value) ?? []).filter((one) => one.name.value === field.name.value),
    )
    const returned = named.get(namedType(field.type).name.value)
    return [type, field, ...inherited, ...(returned ? [returned] : [])]
      .map(requirementOn)
      .reduce(both)
  }
}

interface Annotated {
  readonly directives?: readonly DirectiveNode[] | undefined
}

const scopesShape = z.array(z.array(z.string()))

function requirementOn(element: Annotated): Requirement {
  const scopes = directives(element, 'requiresScopes').map((one) =>
    scopesShape.parse(argument(one, 'scopes')),
  )
  const authenticated = directives(element, 'authenticated').length > 0 || scopes.length > 0
  return { authenticated, alternatives: scopes[0]?.map((list) => list.toSorted()) }
}

function both(one: Requirement, other: Requirement): Requirement {
  const authenticated = one.authenticated || other.authenticated
  if (!one.alternatives || !other.alternatives) {
    return { authenticated, alternatives: one.alternatives ?? other.alternatives }
  }
  const joined = one.alternatives.flatMap((list) =>
    (other.alternatives ?? []).map((more) => [...new Set([...list, ...more])].toSorted()),
  )
  return { authenticated, alternatives: joined }
}

function directives(element: Annotated, name: string): readonly DirectiveNode[] {
  return (element.directives ?? []).filter((one) => one.name.value === name)
}

function argument(directive: DirectiveNode, name: string): unknown {
  const found = directive.arguments?.find((one) => one.name.value === name)
  return found && valueFromASTUntyped(found.value)
}

function namedType(type: TypeNode): NamedTypeNode {
  return type.kind === Kind.NAMED_TYPE ? type : namedType(type.type)
}
