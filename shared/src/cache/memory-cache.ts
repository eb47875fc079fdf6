import { LRUCache } from 'lru-cache'
import type { Cache } from './cache.ts'
import { decodeValue, encodeValue, toMilliseconds } from './cached-value.ts'

export interface MemoryCacheOptions {
  /** 10,000 by default; the entry that was not used for longest makes room. */
  readonly maxEntries?: number
  /** Of keys and JSON texts together; 64 million by default. */
  readonly maxCharacters?: number
}

/** A cache within one process. */
export function createMemoryCache(options: MemoryCacheOptions = {}): Cache {
  const entries = new LRUCache<string, string>({
    max: options.maxEntries ?? 10_000,
    maxSize: options.maxCharacters ?? 64_000_000,
    sizeCalculation: (text, key) => text.length + key.length,
  })
  let closed = false

  function assertOpen(): void {
    if (closed) throw new Error('This cache was closed.')
  }

  return {
    async get<T>(key: string) {
      const text = entries.get(key)
      return text === undefined ? undefined : decodeValue<T>(text)
    },
    async set(key, value, lifetime) {
      assertOpen()
      entries.set(key, encodeValue(value), { ttl: toMilliseconds(lifetime) })
      return entries.has(key)
    },
    async delete(key) {
      entries.delete(key)
    },
    async ping() {
      assertOpen()
    },
    async close() {
      closed = true
      entries.clear()
    },
  }
}
