import { invariant } from '@gravity/shared/errors/invariant'
import {
  type DirectiveNode,
  type DocumentNode,
  type FragmentDefinitionNode,
  type FragmentSpreadNode,
  type InlineFragmentNode,
  Kind,
  type OperationDefinitionNode,
  type SelectionNode,
  type SelectionSetNode,
  visit,
} from 'graphql'
import { type Conditions, deferDirective } from './conditions.ts'
import type { ParsedRequest } from './parse-request.ts'

/**
 * Terminology
 * - Deferred fragment: one occurrence of a fragment with `@defer` in an operation. A named fragment that holds one and
 *   is spread twice makes two.
 * - Fragment key: what a deferred fragment is called inside; the client's label may be absent.
 */

/** An operation whose fragments are all dissolved, and whose deferred fragments have their key for a label. */
export interface DeferringOperation {
  readonly operation: OperationDefinitionNode
  /** Always empty. */
  readonly fragments: ReadonlyMap<string, FragmentDefinitionNode>
  /** The client's label of each deferred fragment, by its key. */
  readonly labels: ReadonlyMap<string, string | undefined>
}

/** More than anybody writes: such an operation is answered whole. */
const maximumFragments = 100

/** True when a document has `@defer` anywhere. */
export function hasDefers(document: DocumentNode): boolean {
  let found = false
  visit(document, {
    Directive({ name }) {
      if (name.value === 'defer') found = true
    },
  })
  return found
}

/** The request of a client that wants everything at once. */
export function withoutDefers(request: ParsedRequest): ParsedRequest {
  const document: DocumentNode = visit(request.document, {
    Directive: ({ name }) => (name.value === 'defer' ? null : undefined),
  })
  let { operation } = request
  const fragments = new Map<string, FragmentDefinitionNode>()
  for (const [index, definition] of document.definitions.entries()) {
    const isChosen = request.document.definitions[index] === request.operation
    if (definition.kind === Kind.OPERATION_DEFINITION && isChosen) operation = definition
    if (definition.kind === Kind.FRAGMENT_DEFINITION) {
      fragments.set(definition.name.value, definition)
    }
  }
  return { ...request, document, operation, fragments }
}

/**
 * What is deferred under the given conditions; undefined when that is nothing, or too much. Excluded selections are left
 * out.
 */
export function deferringOperation(
  { operation, fragments }: ParsedRequest,
  conditions: Conditions,
): DeferringOperation | undefined {
  const expansion = new Expansion(fragments, conditions)
  const selectionSet = expansion.selectionSet(operation.selectionSet)
  const { labels } = expansion
  if (labels.size === 0 || labels.size > maximumFragments) return undefined
  return { operation: { ...operation, selectionSet }, fragments: new Map(), labels }
}

/** The key of a deferred fragment of a `DeferringOperation`; undefined for every other selection. */
export function fragmentKey({ directives }: SelectionNode): string | undefined {
  const [label] = deferDirective(directives)?.arguments ?? []
  return label?.value.kind === Kind.STRING ? label.value.value : undefined
}

class Expansion {
  readonly labels = new Map<string, string | undefined>()
  readonly #fragments: ReadonlyMap<string, FragmentDefinitionNode>
  readonly #conditions: Conditions

  constructor(fragments: ReadonlyMap<string, FragmentDefinitionNode>, conditions: Conditions) {
    this.#fragments = fragments
    this.#conditions = conditions
  }

  selectionSet({ selections }: SelectionSetNode): SelectionSetNode {
    const included = selections.filter(({ directives }) => this.#conditions.includes(directives))
    return {
      kind: Kind.SELECTION_SET,
      selections: included.map((selection) => this.#selection(selection)),
    }
  }

  #selection(selection: SelectionNode): SelectionNode {
    if (selection.kind !== Kind.FIELD) return this.#fragment(selection)
    if (!selection.selectionSet) return selection
    return { ...selection, selectionSet: this.selectionSet(selection.selectionSet) }
  }

  #fragment(selection: FragmentSpreadNode | InlineFragmentNode): InlineFragmentNode {
    const key = this.#keyOf(selection)
    const directives = key === undefined ? [] : [deferAs(key)]
    const { typeCondition, selectionSet } =
      selection.kind === Kind.INLINE_FRAGMENT ? selection : this.#definitionOf(selection)
    return {
      kind: Kind.INLINE_FRAGMENT,
      ...(typeCondition && { typeCondition }),
      directives,
      // What is past the limit is not looked into: it could multiply.
      selectionSet:
        this.labels.size > maximumFragments ? selectionSet : this.selectionSet(selectionSet),
    }
  }

  #keyOf({ directives }: FragmentSpreadNode | InlineFragmentNode): string | undefined {
    if (!this.#conditions.defers(directives)) return undefined
    const key = `part${this.labels.size}`
    const given = deferDirective(directives)?.arguments ?? []
    const label = given.find((argument) => argument.name.value === 'label')?.value
    this.labels.set(key, label?.kind === Kind.STRING ? label.value : undefined)
    return key
  }

  #definitionOf({ name }: FragmentSpreadNode): FragmentDefinitionNode {
    const fragment = this.#fragments.get(name.value)
    invariant(fragment, 'Validation refuses unknown fragments')
    return fragment
  }
}

function deferAs(key: string): DirectiveNode {
  return {
    kind: Kind.DIRECTIVE,
    name: { kind: Kind.NAME, value: 'defer' },
    arguments: [
      {
        kind: Kind.ARGUMENT,
        name: { kind: Kind.NAME, value: 'label' },
        value: { kind: Kind.STRING, value: key },
      },
    ],
  }
}
