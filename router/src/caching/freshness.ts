import type { CachePolicy } from '@gravity/shared/cache/cache-policy'
import { AnswerAudience } from '@gravity/shared/server/answer-audience'

/** What one execution learns about how long its answer stays true, and what the answer is made of. */
export class Freshness {
  /** The invalidation that was the last when the execution began. */
  readonly since: number
  readonly tags = new Set<string>()
  /** Nobody gets the answer whom a part of it is not for. */
  readonly audience = new AnswerAudience()
  #maxAge = Number.POSITIVE_INFINITY
  #scope: CachePolicy['scope'] = 'PUBLIC'

  constructor(since: number) {
    this.since = since
  }

  /** Adds what one part of the answer allows: undefined forbids to keep the whole. */
  restrict(policy: CachePolicy | undefined): void {
    this.#maxAge = Math.min(this.#maxAge, policy?.maxAge ?? 0)
    if (policy?.scope === 'PRIVATE') this.#scope = 'PRIVATE'
  }

  /** The least that any part allows; undefined when the answer may not be kept, or nothing was fetched for it. */
  policy(): CachePolicy | undefined {
    if (this.audience.isPersonal) return undefined
    if (this.#maxAge < 1 || this.#maxAge === Number.POSITIVE_INFINITY) return undefined
    return { maxAge: this.#maxAge, scope: this.#scope }
  }
}
