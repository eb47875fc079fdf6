import type { ErrorCode } from '@gravity/shared/errors/gravity-error'
import { type Conditions, decideConditions } from './conditions.ts'
import type { VariantRecipe } from './remembered-operation.ts'

/** What decides, besides its document, how an operation is compiled. */
export interface Variant {
  /** Equal for variants that are compiled alike. */
  readonly key: string
  /** The access rules that refuse something, by their keys, each with the reason. */
  readonly refused: ReadonlyMap<string, ErrorCode>
  readonly conditions: Conditions
  /** The labels of `@override` that are on. */
  readonly overrides: readonly string[]
  /** Whether deferred parts are to be answered later. */
  readonly inParts: boolean
}

/** A variant without its key. */
export function createVariant(facts: Omit<Variant, 'key'>): Variant {
  const { refused, conditions, overrides, inParts } = facts
  const key = `${conditions.key} ${[...refused].join()} ${overrides.join()}${inParts ? ' in parts' : ''}`
  return { ...facts, key }
}

/** What a variant is made from. */
export function recipeOf({ refused, conditions, overrides, inParts }: Variant): VariantRecipe {
  return {
    truths: conditions.truths,
    refused: [...refused].flatMap(([rule, reason]) =>
      reason === 'UNAUTHENTICATED' || reason === 'FORBIDDEN' ? [[rule, reason]] : [],
    ),
    overrides: [...overrides],
    inParts,
  }
}

/** The variant of an operation of which there is only one. */
export const onlyVariant: Variant = createVariant({
  refused: new Map(),
  conditions: decideConditions([], {}),
  overrides: [],
  inParts: false,
})
