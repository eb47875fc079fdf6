import { randomUUID } from 'node:crypto'
import { SharedEvents, type SharingViewer } from '@gravity/shared/server/shared-events'
import type { RequestIdentity } from '@gravity/shared/viewer/viewer'
import { Kind, type SelectionNode, visit } from 'graphql'
import type { GraphResult } from '../graph.ts'
import type { ParsedRequest } from '../planning/parse-request.ts'
import type { CompiledOperation } from './compiled-operation.ts'
import type { BoundOperation } from './executor.ts'

interface Variant {
  readonly id: string
  readonly answers: SharedEvents<GraphResult>
}

/**
 * The answers of a subscription that selects nothing that depends on the viewer. An event is completed and serialised
 * once for all subscribers with equal questions: the same plan, signed in or not, and the same values of the variables
 * that the selection uses. Variables that only choose the events, such as where to begin, do not count.
 */
export class SharedAnswers {
  readonly #variables: readonly string[]
  readonly #variants = new WeakMap<CompiledOperation, Variant>()

  constructor(request: ParsedRequest) {
    this.#variables = selectionVariables(request)
  }

  /** Unique in the process for everything that an answer depends on besides the event. */
  keyOf({ compiled, variables }: BoundOperation, { viewer }: RequestIdentity): string {
    // Absent is not null: an absent variable leaves an argument its default.
    const values = this.#variables.map((name) => (name in variables ? [variables[name]] : []))
    return JSON.stringify([this.#variantOf(compiled).id, viewer !== null, values])
  }

  /** `event` is what the owner of the field answered; the same object for all subscribers that share. */
  once(
    bound: BoundOperation,
    shared: { readonly event: object; readonly key: string },
    viewer: SharingViewer<GraphResult>,
  ): GraphResult | Promise<GraphResult> {
    return this.#variantOf(bound.compiled).answers.once(shared.event, shared.key, viewer)
  }

  #variantOf(compiled: CompiledOperation): Variant {
    const known = this.#variants.get(compiled)
    if (known) return known
    const variant = { id: randomUUID(), answers: new SharedEvents<GraphResult>() }
    this.#variants.set(compiled, variant)
    return variant
  }
}

function selectionVariables({ operation, fragments }: ParsedRequest): readonly string[] {
  const selections = operation.selectionSet.selections.map(withoutRootArguments)
  const names = new Set<string>()
  for (const node of [...selections, ...fragments.values()]) {
    visit(node, {
      Variable({ name }) {
        names.add(name.value)
      },
    })
  }
  return [...names].sort()
}

function withoutRootArguments(selection: SelectionNode): SelectionNode {
  return selection.kind === Kind.FIELD ? { ...selection, arguments: [] } : selection
}
