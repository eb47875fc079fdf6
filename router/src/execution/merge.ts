import { type FragmentDefinitionNode, Kind, type SelectionSetNode } from 'graphql'
import type { TypeRelations } from '../supergraph/supergraph.ts'
import type { Faults } from './faults.ts'
import { isResponseObject, type ResponseObject } from './response-tree.ts'

/** What a merge needs to know besides the two objects. */
export interface MergeContext {
  readonly types: TypeRelations
  readonly faults: Faults
}

/**
 * Adds a subgraph's answer to an object of the response tree, in place: parallel fetches hold on to the objects that
 * they were started for. The answer's objects are hung into the tree as they are, and may hang there at several places:
 * an entity is the same wherever its representation is. A null never replaces what another subgraph knows.
 */
export interface Merge {
  into(target: ResponseObject, answer: ResponseObject, context: MergeContext): void
  /** The names that the answer may have. */
  readonly names: ReadonlySet<string>
  /** True when every field is a leaf. */
  readonly flat: boolean
}

export interface MergeOptions {
  /** For each alias that the planner invented, the name that it has in the response tree. */
  readonly renamed?: ReadonlyMap<string, string>
  readonly fragments?: ReadonlyMap<string, FragmentDefinitionNode>
}

/** Compiles the merge of what is selected, on whatever type. */
export function compileMerge(selectionSet: SelectionSetNode, options: MergeOptions): Merge {
  const fields = [...collectFields(selectionSet, options)].map(([name, selections]) => ({
    name,
    nested: selections && compileMerge({ kind: Kind.SELECTION_SET, selections }, options),
  }))
  const names = new Set(fields.map((field) => field.name))
  const inherited = [...names].filter((name) => name in Object.prototype)
  return {
    names,
    flat: fields.every((field) => field.nested === undefined),
    into(target, answer, context) {
      for (const name of inherited) {
        hideInherited(target, name)
        hideInherited(answer, name)
      }
      for (const { name, nested } of fields) {
        const incoming = answer[name]
        if (incoming === undefined) continue
        const current = target[name]
        if (current === undefined || current === null) target[name] = incoming
        else if (nested) mergeValues({ current, incoming, nested }, context)
        else if (replaces(name, incoming, context)) target[name] = incoming
      }
    },
  }
}

/** A required field may be called `constructor` or `toString`; clients' fields are renamed when they are. */
function hideInherited(object: ResponseObject, name: string): void {
  if (!Object.hasOwn(object, name)) object[name] = undefined
}

type Collected = Map<string, SelectionSetNode['selections'] | undefined>

function collectFields(
  selectionSet: SelectionSetNode,
  { renamed, fragments }: MergeOptions,
): Collected {
  const fields: Collected = new Map()
  const collect = ({ selections }: SelectionSetNode): void => {
    for (const selection of selections) {
      if (selection.kind === Kind.FIELD) {
        const alias = selection.alias?.value ?? selection.name.value
        const name = renamed?.get(alias) ?? alias
        const nested = selection.selectionSet?.selections
        fields.set(name, nested && [...(fields.get(name) ?? []), ...nested])
        continue
      }
      const fragment =
        selection.kind === Kind.INLINE_FRAGMENT ? selection : fragments?.get(selection.name.value)
      if (fragment) collect(fragment.selectionSet)
    }
  }
  collect(selectionSet)
  return fields
}

/** Where a subgraph knows an interface only as `@interfaceObject`, it gives the interface's name for the type's. */
function replaces(name: string, incoming: unknown, { types }: MergeContext): boolean {
  if (name !== '__typename') return incoming !== null
  return typeof incoming === 'string' && types.isObjectType(incoming)
}

interface Meeting {
  readonly current: unknown
  readonly incoming: unknown
  readonly nested: Merge
}

function mergeValues({ current, incoming, nested }: Meeting, context: MergeContext): unknown {
  if (current === undefined || current === null) return incoming
  if (Array.isArray(current) && Array.isArray(incoming)) {
    for (const [index, item] of incoming.slice(0, current.length).entries()) {
      current[index] = mergeValues({ current: current[index], incoming: item, nested }, context)
    }
    context.faults.follow(current, incoming)
  } else if (isResponseObject(current) && isResponseObject(incoming)) {
    nested.into(current, incoming, context)
    context.faults.follow(current, incoming)
  }
  return current
}
