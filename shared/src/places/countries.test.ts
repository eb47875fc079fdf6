import { describe, expect, it } from '@jest/globals'
import { parseCountry } from './countries.ts'

describe('parseCountry', () => {
  it('reads codes in any letter case', () => {
    expect([' de', 'GB', 'tw'].map(parseCountry)).toEqual(['DE', 'GB', 'TW'])
  })

  it.each(['', 'UK', 'XX', 'EU', 'DEU', 'Germany'])('refuses %j', (text) => {
    expect(parseCountry(text)).toBeUndefined()
  })

  it('knows as many as there are', () => {
    const letters = [...'ABCDEFGHIJKLMNOPQRSTUVWXYZ']
    const pairs = letters.flatMap((first) => letters.map((second) => first + second))

    expect(pairs.filter((pair) => parseCountry(pair)).length).toBe(249)
  })
})
