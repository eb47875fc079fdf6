import type { Invalidation } from '@gravity/shared/cache/invalidation'

/** Something that forgets what an invalidation is about. */
export interface Invalidated {
  forget(tags: readonly string[]): number
  forgetAll(): number
}

/** How many tags are remembered for what is being fetched; beyond, everything that is being fetched counts as stale. */
const remembered = 10_000

/**
 * The invalidations that this process has heard of, in order. What is kept is forgotten at once; what is being fetched
 * meanwhile may have been read before the change, so whoever wants to keep it asks `hitSince` first.
 */
export class Invalidations {
  readonly #caches: Invalidated[] = []
  readonly #lastByTag = new Map<string, number>()
  #sequence = 0
  #allBefore = 0

  /** The number of the last one. */
  get sequence(): number {
    return this.#sequence
  }

  add(cache: Invalidated): void {
    this.#caches.push(cache)
  }

  /** The number of kept things that were forgotten. */
  apply({ tags, all = false }: Invalidation): number {
    this.#sequence += 1
    if (all || this.#lastByTag.size + tags.length > remembered) {
      this.#lastByTag.clear()
      this.#allBefore = this.#sequence
    }
    if (all) return this.#sum((cache) => cache.forgetAll())
    for (const tag of tags) this.#lastByTag.set(tag, this.#sequence)
    return this.#sum((cache) => cache.forget(tags))
  }

  /** Whether something of the tags was invalidated after the invalidation with the number `since`. */
  hitSince(tags: Iterable<string>, since: number): boolean {
    if (since === this.#sequence) return false
    if (since < this.#allBefore) return true
    for (const tag of tags) if ((this.#lastByTag.get(tag) ?? 0) > since) return true
    return false
  }

  #sum(forget: (cache: Invalidated) => number): number {
    return this.#caches.reduce((total, cache) => total + forget(cache), 0)
  }
}
