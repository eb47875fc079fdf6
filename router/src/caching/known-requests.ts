import { LRUCache } from 'lru-cache'
import type { GraphCall } from '../graph.ts'
import type { KeptAnswer } from './kept-answer.ts'
import type { TaggedCache } from './tagged-cache.ts'

export interface KnownRequestsOptions {
  readonly answers: TaggedCache<KeptAnswer>
  /** What of the client's headers reaches subgraphs, as text; undefined when nothing does. */
  readonly headersKey: ((call: Pick<GraphCall, 'headers'>) => string) | undefined
}

/** Longer requests are read like those that are not known. */
const longestText = 16_384
const allTexts = 16_777_216

/** A request that has been read. */
export interface ReadRequest {
  readonly text: string
  readonly headers: GraphCall['headers']
  /** `KnownRequests.era` when it was read. */
  readonly era: number | undefined
}

/**
 * The texts of requests whose answer is kept and the same for everybody: such a request need not even be parsed. A text
 * is a request's whole body, or its query string after a question mark.
 */
export class KnownRequests {
  readonly #options: KnownRequestsOptions
  /** Where the answers are kept, and not the answers: those must go when their cache needs the room. */
  readonly #keys = new LRUCache<string, string>({
    maxSize: allTexts,
    sizeCalculation: (key, text) => (text.length + key.length) * 2 + 200,
  })
  #era = 0

  constructor(options: KnownRequestsOptions) {
    this.#options = options
  }

  /** Changes with what texts mean. */
  get era(): number {
    return this.#era
  }

  /** In whole seconds. */
  ageOf({ storedAt }: KeptAnswer): number {
    return Math.max(0, Math.floor((this.#options.answers.now() - storedAt) / 1_000))
  }

  /** The kept answer to a request from a client with these headers, as long as it may be given. */
  find(text: string, headers: GraphCall['headers']): KeptAnswer | undefined {
    if (this.#keys.size === 0 || text.length > longestText) return undefined
    const known = this.#keyOf(text, headers)
    const key = this.#keys.get(known)
    if (key === undefined) return undefined
    const { answers } = this.#options
    const answer = answers.get(key)?.value
    if (answer?.isForAll) {
      answers.counts.hits += 1
      return answer
    }
    this.#keys.delete(known)
    return undefined
  }

  remember({ text, headers, era }: ReadRequest, { isForAll, entry }: KeptAnswer): void {
    if (!isForAll || !entry?.isAlive || text.length > longestText || era !== this.#era) return
    this.#keys.set(this.#keyOf(text, headers), entry.key)
  }

  /** What a text means may have changed. */
  forgetAll(): void {
    this.#era += 1
    this.#keys.clear()
  }

  #keyOf(text: string, headers: GraphCall['headers']): string {
    const { headersKey } = this.#options
    return headersKey ? `${headersKey({ headers })}\n${text}` : text
  }
}
