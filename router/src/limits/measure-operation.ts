import {
  type DefinitionNode,
  type DocumentNode,
  type FieldNode,
  Kind,
  type SelectionNode,
  type SelectionSetNode,
} from 'graphql'

/** The size of a selection set with its fragments followed; counts of what multiplies may be `Infinity`. */
export interface OperationSize {
  readonly depth: number
  readonly nesting: number
  readonly rootFields: number
  readonly aliases: number
  readonly fields: number
  readonly directives: number
  readonly repeats: number
  readonly spreads: number
}

/** A size with what only matters while it is put together. */
interface PartSize extends OperationSize {
  /** Fragments spread in the outermost selection set, those within them included. */
  readonly spreadHere: number
}

type MutableSize = { -readonly [Key in keyof PartSize]: PartSize[Key] }

/**
 * Measures every operation of a document in time linear in the document: each fragment is measured once, however
 * often it is spread. A fragment that spreads itself, or an unknown one, counts as empty here: validation refuses it.
 */
export function measureOperations(document: DocumentNode): OperationSize[] {
  const fragments = new Map<string, PartSize>()
  for (const definition of sortFragments(document)) {
    fragments.set(definition.name, measureDefinition(definition.node, fragments))
  }
  return document.definitions
    .filter((definition) => definition.kind === Kind.OPERATION_DEFINITION)
    .map((definition) => measureDefinition(definition, fragments))
}

type ExecutableNode = Extract<DefinitionNode, { readonly selectionSet: SelectionSetNode }>

interface FragmentEntry {
  readonly name: string
  readonly node: ExecutableNode
  readonly spreads: readonly string[]
}

/**
 * Fragments in an order in which each follows those it spreads, without recursion: a chain of fragments may be as
 * long as the document. Fragments on a cycle, or behind one, are left out.
 */
function sortFragments(document: DocumentNode): FragmentEntry[] {
  const waiting = new Map<string, number>()
  const dependents = new Map<string, FragmentEntry[]>()
  const ready: FragmentEntry[] = []
  for (const fragment of collectFragments(document)) {
    const known = fragment.spreads
    waiting.set(fragment.name, known.length)
    if (known.length === 0) ready.push(fragment)
    for (const name of known) {
      const list = dependents.get(name)
      if (list) list.push(fragment)
      else dependents.set(name, [fragment])
    }
  }
  // `ready` grows while it is walked: each fragment may free those that were waiting for it.
  for (const fragment of ready) {
    for (const dependent of dependents.get(fragment.name) ?? []) {
      const left = (waiting.get(dependent.name) ?? 0) - 1
      waiting.set(dependent.name, left)
      if (left === 0) ready.push(dependent)
    }
  }
  return ready
}

function collectFragments(document: DocumentNode): FragmentEntry[] {
  const nodes = new Map<string, ExecutableNode>()
  for (const node of document.definitions) {
    if (node.kind === Kind.FRAGMENT_DEFINITION) nodes.set(node.name.value, node)
  }
  return [...nodes].map(([name, node]) => {
    const spreads = new Set<string>()
    collectSpreads(node.selectionSet, spreads)
    return { name, node, spreads: [...spreads].filter((spread) => nodes.has(spread)) }
  })
}

function collectSpreads(selectionSet: SelectionSetNode, spreads: Set<string>): void {
  for (const selection of selectionSet.selections) {
    if (selection.kind === Kind.FRAGMENT_SPREAD) spreads.add(selection.name.value)
    else if (selection.selectionSet) collectSpreads(selection.selectionSet, spreads)
  }
}

function measureDefinition(
  node: ExecutableNode,
  fragments: ReadonlyMap<string, PartSize>,
): PartSize {
  const size = measureSelections(node.selectionSet, fragments, new Map())
  size.directives += node.directives?.length ?? 0
  return size
}

/** `repeats` counts response names where they will stand side by side, which inline fragments do not change. */
function measureSelections(
  selectionSet: SelectionSetNode,
  fragments: ReadonlyMap<string, PartSize>,
  repeats: Map<string, number>,
): MutableSize {
  const size = emptySize()
  for (const selection of selectionSet.selections) {
    size.directives += selection.directives?.length ?? 0
    add(size, measureSelection(selection, fragments, repeats))
  }
  size.nesting += 1
  size.spreads = Math.max(size.spreads, size.spreadHere)
  return size
}

function measureSelection(
  selection: SelectionNode,
  fragments: ReadonlyMap<string, PartSize>,
  repeats: Map<string, number>,
): PartSize {
  if (selection.kind === Kind.FRAGMENT_SPREAD) {
    const fragment = fragments.get(selection.name.value) ?? emptySize()
    return { ...fragment, spreadHere: fragment.spreadHere + 1 }
  }
  if (selection.kind === Kind.INLINE_FRAGMENT) {
    return measureSelections(selection.selectionSet, fragments, repeats)
  }
  const size = selection.selectionSet
    ? measureSelections(selection.selectionSet, fragments, new Map())
    : emptySize()
  size.depth += 1
  size.fields += 1
  size.rootFields = 1
  size.spreadHere = 0
  size.repeats = Math.max(size.repeats, count(selection, repeats))
  if (selection.alias) size.aliases += 1
  return size
}

function count(field: FieldNode, repeats: Map<string, number>): number {
  const name = field.alias?.value ?? field.name.value
  const seen = (repeats.get(name) ?? 0) + 1
  repeats.set(name, seen)
  return seen
}

function add(size: MutableSize, part: PartSize): void {
  size.depth = Math.max(size.depth, part.depth)
  size.nesting = Math.max(size.nesting, part.nesting)
  size.repeats = Math.max(size.repeats, part.repeats)
  size.spreads = Math.max(size.spreads, part.spreads)
  size.spreadHere += part.spreadHere
  size.rootFields += part.rootFields
  size.aliases += part.aliases
  size.fields += part.fields
  size.directives += part.directives
}

function emptySize(): MutableSize {
  return {
    depth: 0,
    nesting: 0,
    rootFields: 0,
    aliases: 0,
    fields: 0,
    directives: 0,
    repeats: 0,
    spreads: 0,
    spreadHere: 0,
  }
}
