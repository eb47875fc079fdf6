import { type DocumentNode, Lexer, parse, Source, type Token, TokenKind } from 'graphql'
import type { DocumentLimits } from './document-limits.ts'
import { createLimitError } from './limit-error.ts'

/**
 * Parses a document, having made sure that the recursive parser cannot run out of stack or time: length, token count
 * and nesting are measured on the token stream first. Throws a `GraphQLError`: a syntax error, or the limit's refusal.
 */
export function parseWithinLimits(text: string, limits: DocumentLimits): DocumentNode {
  if (text.length > limits.characters) {
    const excess = { maximum: limits.characters, actual: text.length }
    throw createLimitError({ limit: 'characters', ...excess, sentence: 'has {} characters' })
  }
  const source = new Source(text, 'GraphQL request')
  const nesting = measureNesting(source, limits.tokens)
  if (nesting > limits.nesting) {
    const excess = { maximum: limits.nesting, actual: nesting }
    throw createLimitError({ limit: 'nesting', ...excess, sentence: 'nests {} levels deep' })
  }
  return parse(source)
}

function measureNesting(source: Source, maximumTokens: number): number {
  const lexer = new Lexer(source)
  let tokens = 0
  let nesting = 0
  let deepest = 0
  for (let token = lexer.advance(); token.kind !== TokenKind.EOF; token = lexer.advance()) {
    tokens += 1 + countComments(token.prev)
    if (tokens > maximumTokens) throw createTokenError(maximumTokens)
    if (opensNesting(token.kind)) deepest = Math.max(deepest, ++nesting)
    else if (closesNesting(token.kind)) nesting -= 1
  }
  return deepest
}

function countComments(last: Token | null): number {
  let comments = 0
  for (let token = last; token?.kind === TokenKind.COMMENT; token = token.prev) comments += 1
  return comments
}

function opensNesting(kind: TokenKind): boolean {
  return kind === TokenKind.BRACE_L || kind === TokenKind.BRACKET_L || kind === TokenKind.PAREN_L
}

function closesNesting(kind: TokenKind): boolean {
  return kind === TokenKind.BRACE_R || kind === TokenKind.BRACKET_R || kind === TokenKind.PAREN_R
}

/** Counting stops at the limit, so the refusal cannot say by how much it was passed. */
function createTokenError(maximum: number) {
  const sentence = `has more than ${maximum} tokens`
  return createLimitError({ limit: 'tokens', maximum, actual: Number.POSITIVE_INFINITY, sentence })
}
