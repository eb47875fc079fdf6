import { describe, expect, it } from '@jest/globals'
import { parseEmoji } from './emoji.ts'

describe('parseEmoji', () => {
  it.each(['👍', '👍🏽', '👩‍👩‍👧', '🇫🇷', '1️⃣', '❤️'])('takes %s as it is', (text) => {
    expect(parseEmoji(text)).toBe(text)
  })

  it('gives one emoji one form', () => {
    expect(parseEmoji('\u2764')).toBe('\u2764\uFE0F')
  })

  it.each(['', 'a', '1', ':+1:', '👍👍', '👍 ', '🇫', '\u200d', '<b>'])('refuses “%s”', (text) => {
    expect(parseEmoji(text)).toBeUndefined()
  })
})
