import { GraphQLError } from 'graphql'
import type { DocumentLimits } from './document-limits.ts'

/** A document that was measured against one limit. */
export interface LimitExcess {
  readonly limit: keyof DocumentLimits
  readonly maximum: number
  /** What was measured; `Infinity` when fragments multiply beyond counting. */
  readonly actual: number
  /** `nests {} levels deep`: the sentence's middle, `{}` standing for the measured number. */
  readonly sentence: string
}

/** Past this a number says no more than "far too many". */
const largestNumberShown = 1_000_000

/**
 * The refusal of a document: says the limit and the value, and carries both as `extensions.limit`,
 * `extensions.maximum` and, when it is countable, `extensions.actual`, with the code `BAD_USER_INPUT`.
 */
export function createLimitError(excess: LimitExcess): GraphQLError {
  const { limit, maximum, actual, sentence } = excess
  const countable = actual <= largestNumberShown
  const shown = countable ? String(actual) : `more than ${largestNumberShown}`
  return new GraphQLError(
    `The document ${sentence.replace('{}', shown)}; the limit is ${maximum}.`,
    { extensions: { code: 'BAD_USER_INPUT', limit, maximum, ...(countable ? { actual } : {}) } },
  )
}
