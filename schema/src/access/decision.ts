/**
 * Terminology
 * - Decision: who may use a field, in words that people write and review: `anyone`, `signed-in`, a scope such as
 *   `auth:read` (or `a:x and a:y` for both), or a relation such as `own`; several joined by `or`. With `, else null` at its
 *   end, others are not refused but see null.
 * - Relation: what a person must have to do with a thing to use it, such as being its owner. Which there are, and what they
 *   mean, is said in vocabulary.json.
 */

/** A decision as it was read. */
export interface Decision {
  /** As people wrote it. */
  readonly text: string
  /** `anyone` may, or everybody who is signed in may. */
  readonly audience: 'anyone' | 'signed-in' | undefined
  readonly relations: readonly string[]
  /** Lists of scopes, every one of at least one of which is enough. */
  readonly alternatives: readonly (readonly string[])[]
  /** Whether others see null instead of an error. */
  readonly elseNull: boolean
}

const scopePattern = /^[a-z]+:[a-z-]+$/
const elseNullEnd = /, else null$/

/** Reads a decision; throws with a sentence when a word of it means nothing. */
export function parseDecision(text: string, relations: ReadonlySet<string>): Decision {
  const words = text.replace(elseNullEnd, '').split(' or ')
  const isScopes = (word: string) => word.split(' and ').every((one) => scopePattern.test(one))
  const unknown = words.find(
    (word) => !['anyone', 'signed-in'].includes(word) && !relations.has(word) && !isScopes(word),
  )
  if (unknown !== undefined) {
    const known = ['anyone', 'signed-in', ...relations].join(', ')
    throw new Error(`"${unknown}" is neither a scope nor one of ${known}.`)
  }
  if (words.includes('anyone') && (words.length > 1 || elseNullEnd.test(text))) {
    throw new Error('Where anyone may, nothing else needs to be said.')
  }
  return {
    text,
    audience: words.includes('anyone')
      ? 'anyone'
      : words.includes('signed-in')
        ? 'signed-in'
        : undefined,
    relations: words.filter((word) => relations.has(word)),
    alternatives: words.filter(isScopes).map((word) => word.split(' and ').toSorted()),
    elseNull: elseNullEnd.test(text),
  }
}
