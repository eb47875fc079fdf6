import { type DocumentNode, Kind, parse, visit } from 'graphql'

/** Names of fields that plans may select by themselves, because a key, a requirement or a context names them. */
export interface FederatedNames {
  readonly all: ReadonlySet<string>
  /** Those that a requirement selects with arguments. */
  readonly withArguments: ReadonlySet<string>
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
  const collect = (written: string): void => {
    const selection = written.trim()
    visit(parse(selection.startsWith('{') ? selection : `{${selection}}`, { noLocation: true }), {
      enter(node) {
        if (node.kind !== Kind.FIELD) return
        all.add(node.name.value)
        if (node.arguments && node.arguments.length > 0) withArguments.add(node.name.value)
      },
    })
  }
  visit(supergraph, {
    enter(node) {
      if (node.kind !== Kind.ARGUMENT && node.kind !== Kind.OBJECT_FIELD) return
      const selects = selectionArguments.has(node.name.value)
      if (selects && node.value.kind === Kind.STRING) collect(node.value.value)
    },
  })
  return { all, withArguments }
}
