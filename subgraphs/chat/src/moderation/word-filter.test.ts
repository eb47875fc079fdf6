import { describe, expect, it } from '@jest/globals'
import { fold } from './folded-text.ts'
import { type FilterAction, filterText, parseFilterWords } from './word-filter.ts'

function verdictOn(body: string, words: string, action: FilterAction = 'reject') {
  return filterText(body, [{ folded: parseFilterWords(words) ?? '', action }])
}

describe('filterText', () => {
  it.each([
    ['This is SPAM!', 'spam', 'SPAM'],
    ['ｓｐａｍ for you', 'Spam', 'ｓｐａｍ'],
    ['so much sp\u200bam', 'spam', 'sp\u200bam'],
    ['STRASSE', 'straße', 'STRASSE'],
    ['ο ΟΔΟΣ εδώ', 'οδος', 'ΟΔΟΣ'],
    ['buy   cheap\nwatches', 'cheap watches', 'cheap\nwatches'],
    ['spammers everywhere', 'spam*', 'spammers'],
    ['これは悪口です', '悪口', '悪口'],
    ['ｶﾞﾁｬ now', 'ガチャ', 'ｶﾞﾁｬ'],
    ['cafe\u0301 time', 'café', 'cafe\u0301'],
  ])('finds in “%s” the words “%s”', (body, words, found) => {
    expect(verdictOn(body, words).rejected).toEqual([found])
  })

  it.each([
    ['spammer', 'spam'],
    ['antispam', 'spam'],
    ['Scunthorpe', 'cunt'],
    ['cafe', 'café'],
    ['class', 'ass'],
    ['a𝒳', '𝒴'],
  ])('leaves “%s” alone for “%s”', (body, words) => {
    expect(verdictOn(body, words).rejected).toEqual([])
  })

  it('masks what is found, character by character, and nothing else', () => {
    expect(verdictOn('A ＤＡＲＮ good darn 👩‍👩‍👧 day', 'darn', 'mask').body).toBe(
      'A **** good **** 👩‍👩‍👧 day',
    )
    expect(verdictOn('ﬁsh ﬁn', 'fin', 'mask').body).toBe('ﬁsh **')
  })

  it('flags without changing the text', () => {
    const verdict = verdictOn('meet me outside', 'outside', 'flag')

    expect(verdict).toEqual({ body: 'meet me outside', rejected: [], isFlagged: true })
  })
})

describe('parseFilterWords', () => {
  it.each(['', '  ', '\u200b', '*', 'x'.repeat(101)])('refuses “%s”', (words) => {
    expect(parseFilterWords(words)).toBeUndefined()
  })

  it('gives words that read the same the same form', () => {
    expect(parseFilterWords(' Ｓｐａｍ ')).toBe(parseFilterWords('spam'))
    expect(fold(fold('ẞİΣ'))).toBe(fold('ẞİΣ'))
  })
})
