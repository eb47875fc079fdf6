import type { FetchNode } from '@apollo/query-planner'
import { invariant } from '@gravity/shared/errors/invariant'
import {
  type ASTNode,
  type DocumentNode,
  type FieldNode,
  Kind,
  type OperationDefinitionNode,
  parse,
  print,
  type SelectionSetNode,
  stripIgnoredCharacters,
  type VariableDefinitionNode,
  visit,
} from 'graphql'
import type { SubgraphOperation } from '../subgraphs/subgraph-client.ts'

/** The variable by which the planner hands entities to a subgraph. */
export const representationsVariable = 'representations'

/** The parsed document of a fetch. */
export function documentOf(node: FetchNode): DocumentNode {
  return node.operationDocumentNode ?? parse(node.operation, { noLocation: true })
}

/** The operation of a fetch as the planner wrote it. */
export function operationOf(node: FetchNode): SubgraphOperation {
  return {
    kind: node.operationKind,
    name: node.operationName,
    text: node.operation,
    document: documentOf(node),
  }
}

/** What a fetch selects: on each entity when it is a fetch of entities, on the root type otherwise. */
export function selectionSetOf(node: FetchNode): SelectionSetNode {
  const { selectionSet } = definitionOf(node)
  return node.requires ? (entitiesField(selectionSet).selectionSet ?? selectionSet) : selectionSet
}

/** One list of entities in a request that asks for several. */
export interface AliasedEntities {
  readonly node: FetchNode
  readonly alias: string
  readonly variable: string
}

/** One operation that asks a subgraph for several lists of entities, each under its own alias. */
export function combineEntityFetches(parts: readonly AliasedEntities[]): SubgraphOperation {
  const [first] = parts
  invariant(first, 'A request asks for something')
  const variables = new Map<string, VariableDefinitionNode>()
  const selections = parts.map((part) => {
    for (const variable of renamedVariables(part)) {
      variables.set(variable.variable.name.value, variable)
    }
    return aliasedField(part)
  })
  const definition: OperationDefinitionNode = {
    ...definitionOf(first.node),
    variableDefinitions: [...variables.values()],
    selectionSet: { kind: Kind.SELECTION_SET, selections },
  }
  const document: DocumentNode = { kind: Kind.DOCUMENT, definitions: [definition] }
  const { operationKind: kind, operationName: name } = first.node
  return { kind, name, text: stripIgnoredCharacters(print(document)), document }
}

function definitionOf(node: FetchNode): OperationDefinitionNode {
  const [definition] = documentOf(node).definitions
  invariant(definition?.kind === Kind.OPERATION_DEFINITION, 'A fetch has one operation')
  return definition
}

function entitiesField({ selections: [field] }: SelectionSetNode): FieldNode {
  invariant(field?.kind === Kind.FIELD, 'A fetch of entities selects them first')
  return field
}

function renamedVariables({ node, variable }: AliasedEntities): readonly VariableDefinitionNode[] {
  const definitions = definitionOf(node).variableDefinitions ?? []
  return definitions.map((definition) => renameRepresentations(definition, variable))
}

function aliasedField({ node, alias, variable }: AliasedEntities): FieldNode {
  const field = entitiesField(definitionOf(node).selectionSet)
  return {
    ...field,
    alias: { kind: Kind.NAME, value: alias },
    arguments: field.arguments?.map((argument) => renameRepresentations(argument, variable)) ?? [],
  }
}

function renameRepresentations<Node extends ASTNode>(node: Node, name: string): Node {
  return visit(node, {
    enter(inner) {
      if (inner.kind !== Kind.VARIABLE || inner.name.value !== representationsVariable) return
      return { ...inner, name: { ...inner.name, value: name } }
    },
  })
}
