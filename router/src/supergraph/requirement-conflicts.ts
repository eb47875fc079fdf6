import {
  type DocumentNode,
  type FieldDefinitionNode,
  Kind,
  print,
  type SelectionSetNode,
} from 'graphql'
import { parseFieldset } from './fieldset.ts'

/**
 * Fields (`Type.field`) that cannot be answered from one response tree, because they require one field with different
 * arguments. The subgraph takes both values under the same name.
 */
export type RequirementConflicts = ReadonlyMap<string, ReadonlySet<string>>

/** Finds the conflicts between the requirements (`@requires`) of each type of a supergraph. */
export function requirementConflicts(supergraph: DocumentNode): RequirementConflicts {
  const conflicts = new Map<string, Set<string>>()
  for (const type of supergraph.definitions) {
    if (type.kind !== Kind.OBJECT_TYPE_DEFINITION) continue
    const requirers = (type.fields ?? []).flatMap((field) => {
      const selections = requirementsOf(field)
      const coordinate = `${type.name.value}.${field.name.value}`
      return selections.length > 0 ? [{ coordinate, selections }] : []
    })
    for (const one of requirers) {
      const others = requirers.filter(({ selections }) => conflict(one.selections, selections))
      if (others.length === 0) continue
      conflicts.set(one.coordinate, new Set(others.map(({ coordinate }) => coordinate)))
    }
  }
  return conflicts
}

function requirementsOf(field: FieldDefinitionNode): SelectionSetNode[] {
  return (field.directives ?? []).flatMap((directive) => {
    const requires = directive.arguments?.find((argument) => argument.name.value === 'requires')
    if (directive.name.value !== 'join__field' || requires?.value.kind !== Kind.STRING) return []
    return [parseFieldset(requires.value.value)]
  })
}

function conflict(ones: readonly SelectionSetNode[], others: readonly SelectionSetNode[]): boolean {
  const found = new Map<string, string>()
  for (const selectionSet of ones) collectArguments(selectionSet, '', found)
  const compared = new Map<string, string>()
  for (const selectionSet of others) collectArguments(selectionSet, '', compared)
  return [...compared].some(([path, text]) => found.has(path) && found.get(path) !== text)
}

/** The arguments of every required field, by the way to it; type conditions make no difference here. */
function collectArguments(
  { selections }: SelectionSetNode,
  parent: string,
  found: Map<string, string>,
): void {
  for (const selection of selections) {
    if (selection.kind === Kind.FRAGMENT_SPREAD) continue
    if (selection.kind === Kind.INLINE_FRAGMENT) {
      collectArguments(selection.selectionSet, parent, found)
      continue
    }
    const path = `${parent}.${selection.name.value}`
    found.set(path, (selection.arguments ?? []).map(print).join())
    if (selection.selectionSet) collectArguments(selection.selectionSet, path, found)
  }
}
