import { type Draft, isDeclared, typesOf } from './draft.ts'
import { externalsKey, type KeyName, namedType, reachedTypes } from './model.ts'

/** Puts entities into every subgraph that leads to them, with some of their keys. */
export function addPresence(draft: Draft): void {
  const { random, subgraphs } = draft
  for (const index of subgraphs.keys()) {
    const needed = neededTypes(draft, index)
    for (const entity of typesOf(draft, 'entity')) {
      const owner = [...entity.fields].some(
        ({ owners, overriddenIn }) => owners.includes(index) || overriddenIn === index,
      )
      const home = entity.home === index
      if (!owner && !home && !needed.has(entity.name)) continue
      const member = typesOf(draft, 'interface').some(({ members }) =>
        members.includes(entity.name),
      )
      const keys = new Set<KeyName>(home ? entity.keys : random.some(entity.keys, 1))
      if (member) keys.add('id')
      const resolvable = owner || home || random.chance(0.7)
      entity.presence.set(index, { keys: [...keys], resolvable })
    }
  }
}

/** What the fields of a subgraph lead to, its interfaces with their members. */
function neededTypes(draft: Draft, index: number): ReadonlySet<string> {
  const { types, queries, mutations, externals } = draft
  const needed = new Set<string>()
  const need = (type: string): void => {
    for (const name of reachedTypes(namedType(type), types, index)) needed.add(name)
  }
  const declared = [...types.values()].flatMap((type) => {
    const known = externals.get(externalsKey(index, type.name))
    const fields = type.kind === 'union' ? [] : type.fields
    const added = type.kind === 'interface' ? type.objectFields : []
    return [...fields, ...added].filter(
      (field) => isDeclared(field, index) || known?.has(field.name),
    )
  })
  const roots = [...queries, ...mutations].filter((field) => isDeclared(field, index))
  for (const field of [...declared, ...roots]) need(field.type)
  for (const type of typesOf(draft, 'interface')) {
    const here = type.home === index || type.fields.some((field) => isDeclared(field, index))
    if (type.ofEntities && here) need(type.name)
  }
  return needed
}
