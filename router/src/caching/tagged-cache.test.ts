import { describe, expect, it } from '@jest/globals'
import { Invalidations } from './invalidations.ts'
import { TaggedCache } from './tagged-cache.ts'

function aCache(maximumBytes = 100_000) {
  let time = 0
  const cache = new TaggedCache<string>({ maximumBytes, now: () => time })
  const add = (key: string, tags: readonly string[] = [], bytes = 1) =>
    cache.set(key, { value: key, bytes, storedAt: time, expiresAt: time + 1_000, tags })
  return {
    cache,
    add,
    passes: (ms: number) => {
      time += ms
    },
  }
}

describe('TaggedCache', () => {
  it('forgets what is too old', () => {
    const { cache, add, passes } = aCache()
    const entry = add('a')

    passes(999)
    expect(cache.get('a')?.value).toBe('a')
    passes(1)
    expect(cache.isCurrent(entry)).toBe(false)
    expect(cache.get('a')).toBeUndefined()
    expect(cache.size).toBe(0)
  })

  it('forgets by tags, and tells those who hold an entry', () => {
    const { cache, add } = aCache()
    const entries = [add('a', ['x', 'y']), add('b', ['y']), add('c', ['z'])]

    expect(cache.forget(['x', 'y', 'nothing'])).toBe(2)

    expect(entries.map(({ isAlive }) => isAlive)).toEqual([false, false, true])
    expect(cache.forget(['y'])).toBe(0)
    expect(cache.forgetAll()).toBe(1)
  })

  it('keeps the tags of an entry that replaces another', () => {
    const { cache, add } = aCache()
    const first = add('a', ['x'])
    const second = add('a', ['x'])

    expect([first.isAlive, second.isAlive]).toEqual([false, true])
    expect(cache.forget(['x'])).toBe(1)
  })

  it('is bounded, and keeps nothing that would take much of it', () => {
    const { cache, add } = aCache(10_000)
    for (let number = 0; number < 100; number += 1) add(`${number}`, ['x'], 600)

    expect(cache.size).toBeLessThan(10)
    expect(cache.get('99')?.value).toBe('99')
    expect(cache.forget(['x'])).toBeLessThan(10)
    expect(add('large', [], 5_000).isAlive).toBe(false)
    expect(
      add(
        'many tags',
        Array.from({ length: 3_000 }, (_, index) => `${index}`),
      ).isAlive,
    ).toBe(false)
  })
})

describe('Invalidations', () => {
  it('knows what was hit since then', () => {
    const invalidations = new Invalidations()
    const begun = invalidations.sequence
    invalidations.apply({ tags: ['x'] })
    const later = invalidations.sequence
    invalidations.apply({ tags: ['y'] })

    expect(invalidations.hitSince(['x', 'z'], begun)).toBe(true)
    expect(invalidations.hitSince(['z'], begun)).toBe(false)
    expect(invalidations.hitSince(['x'], later)).toBe(false)
    expect(invalidations.hitSince(['y'], later)).toBe(true)
  })

  it('takes everything for hit when all was invalidated, or more than it remembers', () => {
    const invalidations = new Invalidations()
    invalidations.apply({ tags: [], all: true })
    const begun = invalidations.sequence
    for (let number = 0; number <= 10_000; number += 1) invalidations.apply({ tags: [`${number}`] })

    expect(invalidations.hitSince(['other'], 0)).toBe(true)
    expect(invalidations.hitSince(['other'], begun)).toBe(true)
    expect(invalidations.hitSince(['other'], invalidations.sequence)).toBe(false)
  })
})
