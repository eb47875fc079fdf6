import { type DocumentNode, Kind, visit } from 'graphql'

/** A document whose variables have no name that plans use for their own. */
export interface SafeDocument {
  readonly document: DocumentNode
  /** What clients call the variables that were renamed, by their new names. */
  readonly givenNames: ReadonlyMap<string, string>
}

/** `representations` hands entities to a subgraph, `contextualArgument…` values from the context. */
const reserved = /^(representations\d*|contextualArgument\w*)$/

/** Renames the variables that a plan's own would collide with; clients may name theirs as they like. */
export function withoutReservedVariables(document: DocumentNode): SafeDocument {
  const newNames = new Map<string, string>()
  const names = variableNames(document)
  for (const name of names) {
    if (!reserved.test(name)) continue
    let free = `given_${name}`
    while (names.has(free)) free = `_${free}`
    newNames.set(name, free)
  }
  const givenNames = new Map([...newNames].map(([name, free]) => [free, name]))
  if (newNames.size === 0) return { document, givenNames }
  const renamed = visit(document, {
    enter(node) {
      if (node.kind !== Kind.VARIABLE) return
      const value = newNames.get(node.name.value)
      return value === undefined ? undefined : { ...node, name: { ...node.name, value } }
    },
  })
  return { document: renamed, givenNames }
}

function variableNames(document: DocumentNode): ReadonlySet<string> {
  const names = new Set<string>()
  visit(document, {
    enter(node) {
      if (node.kind === Kind.VARIABLE) names.add(node.name.value)
    },
  })
  return names
}
