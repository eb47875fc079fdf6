import { LRUCache } from 'lru-cache'
import type { Invalidated } from './invalidations.ts'

/** Something that is kept until it is too old, something in it has changed, or it has to make room. */
export interface TaggedEntry<Value> {
  readonly key: string
  readonly value: Value
  readonly storedAt: number
  /** In milliseconds of the cache's clock, as `storedAt`. */
  readonly expiresAt: number
  readonly tags: readonly string[]
  /** Turns false when the entry is forgotten; whoever holds on to it must look. */
  isAlive: boolean
}

export interface TaggedCacheOptions {
  /** Of keys, values and tags together, roughly. */
  readonly maximumBytes: number
  /** In milliseconds. */
  readonly now: () => number
}

/** What a new entry says of itself. */
export interface NewEntry<Value> {
  readonly value: Value
  readonly bytes: number
  readonly storedAt: number
  readonly expiresAt: number
  readonly tags: Iterable<string>
}

/** What has happened since the start, for metrics. Whether something was looked for in vain, its users know. */
export interface CacheCounts {
  hits: number
  misses: number
  stored: number
  invalidated: number
  expired: number
  evicted: number
}

/** Objects, map slots and list nodes of one entry and of one of its tags. */
const entryBytes = 400
const tagBytes = 150
/** What consists of more is not worth the room that its tags take. */
const mostTags = 2_000

/** A bounded cache within one process, whose entries are found by their key and forgotten by their tags. */
export class TaggedCache<Value> implements Invalidated {
  readonly #entries: LRUCache<string, TaggedEntry<Value>>
  readonly #keysByTag = new Map<string, Set<string>>()
  readonly #options: TaggedCacheOptions
  readonly counts: CacheCounts = {
    hits: 0,
    misses: 0,
    stored: 0,
    invalidated: 0,
    expired: 0,
    evicted: 0,
  }

  constructor(options: TaggedCacheOptions) {
    this.#options = options
    this.#entries = new LRUCache({
      maxSize: options.maximumBytes,
      dispose: (entry, key, reason) => {
        if (reason === 'evict') this.counts.evicted += 1
        this.#disposed(entry, key)
      },
    })
  }

  /** In milliseconds. */
  now(): number {
    return this.#options.now()
  }

  get size(): number {
    return this.#entries.size
  }

  /** Of keys, values and tags together, roughly. */
  get bytes(): number {
    return this.#entries.calculatedSize
  }

  get(key: string): TaggedEntry<Value> | undefined {
    const entry = this.#entries.get(key)
    if (!entry || this.isCurrent(entry)) return entry
    this.#entries.delete(key)
    this.counts.expired += 1
    return undefined
  }

  /** Whether an entry that somebody holds on to may still be used. */
  isCurrent({ isAlive, expiresAt }: TaggedEntry<Value>): boolean {
    return isAlive && expiresAt > this.#options.now()
  }

  /** The entry, also when it is too large to be kept: then it is not alive. */
  set(key: string, added: NewEntry<Value>): TaggedEntry<Value> {
    const { value, storedAt, expiresAt } = added
    const tags = [...added.tags]
    const entry = { key, value, storedAt, expiresAt, tags, isAlive: false }
    const size = tags.reduce(
      (total, tag) => total + tag.length + tagBytes,
      added.bytes + key.length * 2 + entryBytes,
    )
    if (tags.length > mostTags || size > this.#options.maximumBytes / 4) return entry
    this.#entries.set(key, entry, { size })
    entry.isAlive = true
    this.counts.stored += 1
    for (const tag of tags) {
      const keys = this.#keysByTag.get(tag)
      if (keys) keys.add(key)
      else this.#keysByTag.set(tag, new Set([key]))
    }
    return entry
  }

  forget(tags: readonly string[]): number {
    const keys = new Set(tags.flatMap((tag) => [...(this.#keysByTag.get(tag) ?? [])]))
    for (const key of keys) this.#entries.delete(key)
    this.counts.invalidated += keys.size
    return keys.size
  }

  forgetAll(): number {
    const { size } = this.#entries
    this.#entries.clear()
    this.counts.invalidated += size
    return size
  }

  #disposed(entry: TaggedEntry<Value>, key: string): void {
    entry.isAlive = false
    for (const tag of entry.tags) {
      const keys = this.#keysByTag.get(tag)
      keys?.delete(key)
      if (keys?.size === 0) this.#keysByTag.delete(tag)
    }
  }
}
