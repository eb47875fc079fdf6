import { fold, foldText, mask } from './folded-text.ts'

export type FilterAction = 'reject' | 'flag' | 'mask'

/** Words that a room does not want, or wants to look at. */
export interface WordFilter {
  /** Folded; a `*` at the end stands for any ending. */
  readonly folded: string
  readonly action: FilterAction
}

/** What a room's filters make of a text. */
export interface FilterVerdict {
  /** The text, masked where a filter says so. */
  readonly body: string
  /** What was found that is refused, as it was written. */
  readonly rejected: readonly string[]
  readonly isFlagged: boolean
}

const longestWords = 100

/** The folded form of words to filter; undefined when nothing is left, or it is too long. */
export function parseFilterWords(given: string): string | undefined {
  const words = given.trim()
  if (words === '' || [...words].length > longestWords) return undefined
  const folded = fold(words).trim()
  return /[\p{L}\p{N}\p{S}\p{P}]/u.test(folded.replace(/\*$/u, '')) ? folded : undefined
}

export function filterText(body: string, filters: readonly WordFilter[]): FilterVerdict {
  const folded = foldText(body)
  const rejected: string[] = []
  const masked: (readonly [number, number])[] = []
  let isFlagged = false
  for (const { folded: words, action } of filters) {
    for (const [from, to] of rangesOf(folded.text, words)) {
      if (action === 'mask') masked.push([from, to])
      else if (action === 'flag') isFlagged = true
      else rejected.push(body.slice(folded.starts[from], folded.ends[to - 1]))
    }
  }
  return {
    body: masked.length > 0 ? mask(body, folded, masked) : body,
    rejected: [...new Set(rejected)],
    isFlagged,
  }
}

/** These scripts write words without spaces in between: there, words are found wherever they are. */
const unspaced =
  /[\p{scx=Han}\p{scx=Hira}\p{scx=Kana}\p{scx=Thai}\p{scx=Lao}\p{scx=Khmr}\p{scx=Mymr}]/u
const partOfWord = /[\p{L}\p{N}\p{M}_]/u

function* rangesOf(text: string, words: string): Generator<readonly [from: number, to: number]> {
  const isPrefix = words.endsWith('*')
  const wanted = isPrefix ? words.slice(0, -1) : words
  for (let from = text.indexOf(wanted); from >= 0; from = text.indexOf(wanted, from + 1)) {
    const to = from + wanted.length
    if (unspaced.test(wanted)) yield [from, to]
    else if (!touches(text.slice(0, from), wanted)) {
      if (isPrefix) yield [from, endOfWord(text, to)]
      else if (!follows(text, to, wanted)) yield [from, to]
    }
  }
}

/** Whether a word goes on before what was found: it is then only a part of it. */
function touches(before: string, wanted: string): boolean {
  const last = [...before.slice(-2)].at(-1) ?? ''
  return partOfWord.test(last) && partOfWord.test([...wanted][0] ?? '')
}

function follows(text: string, at: number, wanted: string): boolean {
  const [next = ''] = text.slice(at, at + 2)
  return partOfWord.test(next) && partOfWord.test([...wanted].at(-1) ?? '')
}

function endOfWord(text: string, from: number): number {
  let end = from
  for (const character of text.slice(from)) {
    if (!partOfWord.test(character)) break
    end += character.length
  }
  return end
}
