import type { Cache } from '@gravity/shared/cache/cache'
import type { RateLimits } from '@gravity/shared/rate-limit/rate-limit'
import { LRUCache } from 'lru-cache'
import { hashDocument } from './document-hash.ts'

/** Documents by their hashes, as clients registered them. */
export interface DocumentStore {
  /** A document that this process knows. */
  peek(hash: string): string | undefined
  /** A document that this process, or another router, knows. */
  get(hash: string): Promise<string | undefined>
  /** Keeps a document. Whoever calls has made sure that it is worth it and that the hash is its own. */
  add(hash: string, text: string): void
}

export interface DocumentStoreOptions {
  /** Where all routers find what one of them was told; must be bounded by itself. Absent where there is one router. */
  readonly sharedCache: Cache | undefined
  readonly rateLimits: RateLimits
  readonly ttlSeconds: number
}

const kept = { documents: 10_000, characters: 32_000_000 }
/** What strangers can fill the shared cache with: this much in an hour, all routers together. */
const sharedKilobytesPerHour = 65_536
const keyPrefix = 'router:persisted-document:'

/**
 * Opens a store: the least recently used documents make room in this process; the shared copies live for the time to
 * live. Anybody may register documents, so that how much may be registered is bounded, and what comes back from the
 * shared cache must have the hash that it is kept under.
 */
export function createDocumentStore(options: DocumentStoreOptions): DocumentStore {
  const { sharedCache, rateLimits, ttlSeconds } = options
  const known = new LRUCache<string, string>({
    max: kept.documents,
    maxSize: kept.characters,
    sizeCalculation: (text) => text.length,
  })
  const budget =
    sharedCache &&
    rateLimits.define({
      name: 'router.persisted-documents',
      points: sharedKilobytesPerHour,
      windowSeconds: 3_600,
    })

  async function share(hash: string, text: string): Promise<void> {
    if (!sharedCache || !budget) return
    const { allowed } = await budget.consume('all', Math.ceil(text.length / 1_024))
    if (allowed) await sharedCache.set(keyPrefix + hash, text, { ttlSeconds })
  }

  return {
    peek: (hash) => known.get(hash),
    async get(hash) {
      const text = known.get(hash)
      if (text !== undefined || !sharedCache) return text
      const shared = await sharedCache.get<unknown>(keyPrefix + hash)
      if (typeof shared !== 'string' || hashDocument(shared) !== hash) return undefined
      known.set(hash, shared)
      return shared
    },
    add(hash, text) {
      if (known.get(hash) === text) return
      known.set(hash, text)
      // A document that was not shared is sent again by the client that another router does not understand.
      share(hash, text).catch(() => undefined)
    },
  }
}
