/** A part of a text, in UTF-16 code units as JavaScript counts them. */
export interface TextRange {
  readonly start: number
  readonly length: number
}

/** How similar a word must be to one that was looked for; the search itself has the same measure. */
const threshold = 0.5
const mostRanges = 50

const word = /[\p{L}\p{N}]+/gu

/** The words of a text that were looked for, or are similar to one of them, in their order. */
export function highlightsOf(body: string, wanted: string): TextRange[] {
  const wantedWords = new Set(wordsOf(wanted))
  const trigrams = [...wantedWords].map(trigramsOf)
  const ranges: TextRange[] = []
  for (const { 0: found, index } of body.matchAll(word)) {
    const folded = found.toLowerCase()
    const own = trigramsOf(folded)
    const isFound =
      wantedWords.has(folded) || trigrams.some((other) => similarity(other, own) >= threshold)
    if (isFound) ranges.push({ start: index, length: found.length })
    if (ranges.length === mostRanges) break
  }
  return ranges
}

function wordsOf(text: string): string[] {
  return text.toLowerCase().match(word) ?? []
}

/** As pg_trgm has them: of the word with two spaces before and one after it. */
function trigramsOf(text: string): ReadonlySet<string> {
  const padded = `  ${text} `
  return new Set(Array.from({ length: padded.length - 2 }, (_, at) => padded.slice(at, at + 3)))
}

/** The share of what was looked for that the word has. */
function similarity(wanted: ReadonlySet<string>, found: ReadonlySet<string>): number {
  return wanted.intersection(found).size / wanted.size
}
