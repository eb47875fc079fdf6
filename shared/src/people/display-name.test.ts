import { describe, expect, it } from '@jest/globals'
import { parseDisplayName } from './display-name.ts'

describe('parseDisplayName', () => {
  it('trims, composes and folds spaces', () => {
    expect(parseDisplayName('  Zoe\u0308   Ågren ')).toBe('Zoë Ågren')
  })

  it('counts characters, not code units', () => {
    expect(parseDisplayName('😀'.repeat(80))).toBe('😀'.repeat(80))
    expect(parseDisplayName('😀'.repeat(81))).toBeUndefined()
  })

  it.each(['', '   ', 'a\nb', 'a\u0000b', 'a\ud800b'])('refuses %j', (text) => {
    expect(parseDisplayName(text)).toBeUndefined()
  })
})
