import { describe, expect, it } from '@jest/globals'
import { createMemoryCache } from './memory-cache.ts'

const minute = { ttlSeconds: 60 }

describe('createMemoryCache', () => {
  it('drops what was not used for longest when it is full', async () => {
    const cache = createMemoryCache({ maxEntries: 2 })
    await cache.set('a', 1, minute)
    await cache.set('b', 2, minute)
    await cache.get('a')

    await cache.set('c', 3, minute)

    expect(await cache.get('b')).toBeUndefined()
    expect(await cache.get('a')).toBe(1)
    expect(await cache.get('c')).toBe(3)
  })

  it('says so when a value is too large to be stored', async () => {
    const cache = createMemoryCache({ maxCharacters: 100 })

    expect(await cache.set('key', 'x'.repeat(200), minute)).toBe(false)
    expect(await cache.get('key')).toBeUndefined()
  })

  it('rejects a ping once it is closed', async () => {
    const cache = createMemoryCache()

    await cache.close()

    await expect(cache.ping()).rejects.toThrow('closed')
  })
})
