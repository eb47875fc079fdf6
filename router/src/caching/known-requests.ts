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

/**
 * The texts of requests whose answer is kept and the same for everybody: such a request need not even be parsed. A text
 * is a request's whole body, or its query string after a question mark.
 */
export class KnownRequests {
  readonly #options: KnownRequestsOptions
  readonly #texts = new LRUCache<string, KeptAnswer>({
    maxSize: allTexts,
    sizeCalculation: (_answer, text) => text.length * 2 + 200,
  })

  constructor(options: KnownRequestsOptions) {
    this.#options = options
  }

  /** In whole seconds. */
  ageOf({ storedAt }: KeptAnswer): number {
    return Math.max(0, Math.floor((this.#options.answers.now() - storedAt) / 1_000))
  }

  /** The kept answer to a request from a client with these headers, as long as it may be given. */
  find(text: string, headers: GraphCall['headers']): KeptAnswer | undefined {
    if (this.#texts.size === 0 || text.length > longestText) return undefined
    const key = this.#keyOf(text, headers)
    const answer = this.#texts.get(key)
    if (answer?.entry && this.#options.answers.isCurrent(answer.entry)) return answer
    if (answer) this.#texts.delete(key)
    return undefined
  }

  remember(text: string, headers: GraphCall['headers'], answer: KeptAnswer): void {
    if (!answer.isForAll || !answer.entry || text.length > longestText) return
    this.#texts.set(this.#keyOf(text, headers), answer)
  }

  /** What a text means may have changed. */
  forgetAll(): void {
    this.#texts.clear()
  }

  #keyOf(text: string, headers: GraphCall['headers']): string {
    const { headersKey } = this.#options
    return headersKey ? `${headersKey({ headers })}\n${text}` : text
  }
}
