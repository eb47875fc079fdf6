/**
 * Terminology
 * - Token: a lexical token of the document, punctuation and comments included.
 * - Nesting: how deep braces, brackets and fragment spreads lie in one another, arguments included; what a recursive
 *   parser pays for.
 * - Depth: how many fields lie in one another in the answer, fragments followed; `{ me { id } }` has depth 2.
 * - Repeats: how often one response name is selected side by side; validation compares each with each.
 * - Spreads: how many fragments are spread side by side, those within them included; likewise.
 */

/** How large a GraphQL document may be. Every number is an inclusive maximum; `Infinity` switches a limit off. */
export interface DocumentLimits {
  /** Length of the source text in UTF-16 code units. */
  readonly characters: number
  readonly tokens: number
  readonly nesting: number
  readonly depth: number
  /** Fields of the root type, per operation. */
  readonly rootFields: number
  /** Aliased fields, every spread of a fragment counted again, per operation. */
  readonly aliases: number
  /** Selected fields, every spread of a fragment counted again, per operation. */
  readonly fields: number
  /** Directives, every spread of a fragment counted again, per operation. */
  readonly directives: number
  readonly repeats: number
  readonly spreads: number
}

/**
 * Wide enough for the introspection query (depth 15) and for pages of real applications, narrow enough that the worst
 * document that passes is parsed and validated in some tens of milliseconds.
 */
export const defaultDocumentLimits: DocumentLimits = {
  characters: 200_000,
  tokens: 10_000,
  nesting: 200,
  depth: 30,
  rootFields: 50,
  aliases: 200,
  fields: 5_000,
  directives: 200,
  repeats: 100,
  spreads: 200,
}
