import { hash } from 'node:crypto'
import { Kind, print, type SelectionSetNode, visit } from 'graphql'
import type { SubgraphOperation, SubgraphRequest } from '../subgraphs/subgraph-client.ts'

/** One list of entities that an operation asks a subgraph for. */
export interface EntityList {
  /** Its name in the answer. */
  readonly alias: string
  /** The variable that takes its representations. */
  readonly variable: string
  readonly selectionSet: SelectionSetNode
  /** Equal for lists that select the same of the same subgraph. */
  readonly selection: string
  /** The values of the variables in the selection, as text. */
  valuesText(variables: SubgraphRequest['variables']): string
}

/** The lists of an operation; empty when it asks for anything else besides, which cannot be taken apart. */
export function entityListsOf(
  { document }: SubgraphOperation,
  subgraph: string,
): readonly EntityList[] {
  const lists: EntityList[] = []
  for (const definition of document.definitions) {
    if (definition.kind !== Kind.OPERATION_DEFINITION) return []
    for (const field of definition.selectionSet.selections) {
      if (field.kind !== Kind.FIELD || field.name.value !== '_entities') return []
      const argument = field.arguments?.find(({ name }) => name.value === 'representations')
      if (argument?.value.kind !== Kind.VARIABLE || !field.selectionSet) return []
      lists.push({
        alias: field.alias?.value ?? field.name.value,
        variable: argument.value.name.value,
        selectionSet: field.selectionSet,
        selection: selectionHash(field.selectionSet, subgraph),
        valuesText: createValuesText(field.selectionSet),
      })
    }
  }
  return lists
}

function selectionHash(selectionSet: SelectionSetNode, subgraph: string): string {
  return hash('sha256', `${subgraph}\n${print(selectionSet)}`, 'base64url').slice(0, 22)
}

function createValuesText(selectionSet: SelectionSetNode): EntityList['valuesText'] {
  const names = variablesIn(selectionSet)
  if (names.length === 0) return () => ''
  return (variables) => {
    // Absent is not null: an absent variable leaves an argument its default.
    return JSON.stringify(names.map((name) => (name in variables ? [variables[name]] : [])))
  }
}

function variablesIn(selectionSet: SelectionSetNode): readonly string[] {
  const names = new Set<string>()
  visit(selectionSet, {
    Variable({ name }) {
      names.add(name.value)
    },
  })
  return [...names].sort()
}
