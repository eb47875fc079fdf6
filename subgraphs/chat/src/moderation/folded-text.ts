/**
 * Terminology
 * - Folded: without what does not make another word of it for a reader: upper and lower case (also ß and ss, σ and ς),
 *   width and other compatibility forms (ａ, ﬁ, ①), and characters that are not seen (zero-width space, soft hyphen).
 */

const segmenter = new Intl.Segmenter('und', { granularity: 'grapheme' })
const unseen = /\p{Default_Ignorable_Code_Point}/gu

export interface FoldedText {
  readonly text: string
  /** For each UTF-16 code unit of `text`: the place, in the original, of the character that it came from, and its end. */
  readonly starts: readonly number[]
  readonly ends: readonly number[]
}

/** Unicode's compatibility form with its full case folding (UAX #15, chapter 3.13 of the standard), nearly: by what JavaScript has. */
export function fold(text: string): string {
  return text
    .normalize('NFKC')
    .replace(unseen, '')
    .toLowerCase()
    .toUpperCase()
    .toLowerCase()
    .replaceAll('ς', 'σ')
    .replace(/\s+/gu, ' ')
    .normalize('NFKC')
}

/** Folds a text character by character, so that what is found in it can be found in the original. */
export function foldText(original: string): FoldedText {
  const starts: number[] = []
  const ends: number[] = []
  let text = ''
  for (const { segment, index } of segmenter.segment(original)) {
    const folded = fold(segment)
    if (folded === ' ' && text.endsWith(' ')) continue
    text += folded
    for (let unit = 0; unit < folded.length; unit += 1) {
      starts.push(index)
      ends.push(index + segment.length)
    }
  }
  return { text, starts, ends }
}

/** The original with every character in the ranges, of the folded text, as an asterisk. */
export function mask(
  original: string,
  folded: FoldedText,
  ranges: readonly (readonly [from: number, to: number])[],
): string {
  const hidden = ranges.map(
    ([from, to]) => [folded.starts[from] ?? 0, folded.ends[to - 1] ?? original.length] as const,
  )
  let masked = ''
  for (const { segment, index } of segmenter.segment(original)) {
    const isHidden = hidden.some(([from, to]) => index >= from && index < to)
    masked += isHidden && segment.trim() !== '' ? '*' : segment
  }
  return masked
}
