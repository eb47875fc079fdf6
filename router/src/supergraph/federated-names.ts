import { type DocumentNode, Kind, type SelectionSetNode, visit } from 'graphql'
import { parseFieldset } from './fieldset.ts'
import { type NeededFields, neededByEither, neededFields } from './needed-objects.ts'

/** Names of fields that plans may select by themselves, because a key, a requirement or a context names them. */
export interface FederatedNames {
  readonly all: ReadonlySet<string>
  /** Those that a requirement selects with arguments. */
  readonly withArguments: ReadonlySet<string>
  /** What keys consist of, whatever is asked for. */
  readonly keys: NeededFields
  /** What fields require, or take from a context, by their name. */
  readonly requirements: ReadonlyMap<string, NeededFields>
}

const selectionArguments: ReadonlySet<string> = new Set([
  'key',
  'requires',
  'provides',
  'selection',
])

/** Collects them from the join directives of a supergraph. */
export function federatedNames(supergraph: DocumentNode): FederatedNames {
  const all = new Set<string>()
  const withArguments = new Set<string>()
  let keys: NeededFields = new Map()
  const requirements = new Map<string, NeededFields>()
  let definedField: string | undefined
  visit(supergraph, {
    enter(node) {
      if (node.kind === Kind.FIELD_DEFINITION) definedField = node.name.value
      if (node.kind !== Kind.ARGUMENT && node.kind !== Kind.OBJECT_FIELD) return
      const argument = node.name.value
      if (!selectionArguments.has(argument) || node.value.kind !== Kind.STRING) return
      const selectionSet = parseFieldset(node.value.value)
      collectNames(selectionSet, { all, withArguments })
      const needed = neededFields(selectionSet)
      if (definedField === undefined) keys = neededByEither(keys, needed)
      else if (argument !== 'provides') {
        const known = requirements.get(definedField) ?? new Map()
        requirements.set(definedField, neededByEither(known, needed))
      }
    },
    leave(node) {
      if (node.kind === Kind.FIELD_DEFINITION) definedField = undefined
    },
  })
  return { all, withArguments, keys, requirements }
}

function collectNames(
  selectionSet: SelectionSetNode,
  { all, withArguments }: { all: Set<string>; withArguments: Set<string> },
): void {
  visit(selectionSet, {
    enter(node) {
      if (node.kind !== Kind.FIELD) return
      all.add(node.name.value)
      if (node.arguments && node.arguments.length > 0) withArguments.add(node.name.value)
    },
  })
}
