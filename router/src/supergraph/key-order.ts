import {
  type ConstDirectiveNode,
  type DefinitionNode,
  type DocumentNode,
  isTypeDefinitionNode,
  Kind,
} from 'graphql'

/**
 * Puts the keys that a subgraph cannot resolve (`@key(…, resolvable: false)`) behind all others of their type. The
 * planner takes the first key of a subgraph that it can satisfy locally, resolvable or not, and would otherwise plan
 * a fetch that the subgraph cannot answer.
 */
export function withResolvableKeysFirst(document: DocumentNode): DocumentNode {
  return { ...document, definitions: document.definitions.map(sortDefinition) }
}

function sortDefinition(definition: DefinitionNode): DefinitionNode {
  if (!isTypeDefinitionNode(definition) || !definition.directives?.some(isUnresolvable)) {
    return definition
  }
  return {
    ...definition,
    directives: definition.directives.toSorted(
      (one, other) => Number(isUnresolvable(one)) - Number(isUnresolvable(other)),
    ),
  }
}

function isUnresolvable(directive: ConstDirectiveNode): boolean {
  if (directive.name.value !== 'join__type') return false
  const resolvable = directive.arguments?.find((argument) => argument.name.value === 'resolvable')
  return resolvable?.value.kind === Kind.BOOLEAN && !resolvable.value.value
}
