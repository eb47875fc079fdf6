import { createMemoryCache } from '@gravity/shared/cache/memory-cache'
import { createMemoryRateLimits } from '@gravity/shared/rate-limit/memory-rate-limits'
import { eventually } from '@gravity/shared/testing/eventually'
import { describe, expect, it } from '@jest/globals'
import { hashDocument } from './document-hash.ts'
import { createDocumentStore } from './document-store.ts'

function openStore(sharedCache = createMemoryCache(), rateLimits = createMemoryRateLimits()) {
  return createDocumentStore({ sharedCache, rateLimits, ttlSeconds: 60 })
}

describe('createDocumentStore', () => {
  it('does not believe a shared document whose hash is another', async () => {
    const cache = createMemoryCache()
    const key = `router:persisted-document:${hashDocument('{ good }')}`
    await cache.set(key, '{ evil }', { ttlSeconds: 60 })

    expect(await openStore(cache).get(hashDocument('{ good }'))).toBeUndefined()
  })

  it('shares no more than so much in an hour, and goes on by itself', async () => {
    const cache = createMemoryCache({ maxCharacters: 1_000_000_000 })
    const store = openStore(cache)
    const documents = Array.from({ length: 70 }, (_, at) => `# ${at} ${'x'.repeat(1_000_000)}`)
    const last = documents.at(-1) ?? ''

    for (const text of documents) store.add(hashDocument(text), text)

    expect(await store.get(hashDocument(last))).toBe(last)
    const other = openStore(cache)
    await eventually(async () =>
      expect(await other.get(hashDocument(documents[0] ?? ''))).toBe(documents[0]),
    )
    expect(await other.get(hashDocument(last))).toBeUndefined()
  })
})
