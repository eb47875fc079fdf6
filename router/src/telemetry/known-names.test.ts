import { describe, expect, it } from '@jest/globals'
import { KnownNames } from './known-names.ts'

describe('KnownNames', () => {
  it('tells the first names apart, and all others are one', () => {
    const names = new KnownNames(2)

    const told = ['A', 'B', 'C', 'A', 'C', 'x'.repeat(101)].map((name) => names.known(name))

    expect(told).toEqual(['A', 'B', '_OTHER', 'A', '_OTHER', '_OTHER'])
  })
})
