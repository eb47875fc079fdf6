/** What an HTTP answer of a subgraph says of its audience; absent when it is for everybody. */
export const AUDIENCE_HEADER = 'gravity-audience'

/** More would not fit into a header. */
const mostNamed = 100
/** More are not worth to be kept apart one by one. */
const mostExcluded = 1_000
const nobodyElse = 'viewer'

/**
 * For whom an answer is, as its resolvers find out while they make it: everybody who asks the same, unless they say
 * otherwise. Whoever keeps an answer or shares it gives it to nobody whom it is not for: those get their own.
 */
export class AnswerAudience {
  #isPersonal = false
  readonly #excluded = new Set<string>()

  /** The answer is for nobody but the viewer who asked. */
  restrict(): void {
    this.#isPersonal = true
  }

  /** The answer is another one for these people, by the ids of their accounts, and the same for everybody else. */
  exclude(userIds: readonly string[]): void {
    if (this.#isPersonal) return
    for (const id of userIds) this.#excluded.add(id)
    if (this.#excluded.size > mostExcluded) this.restrict()
  }

  get isPersonal(): boolean {
    return this.#isPersonal
  }

  get isEverybody(): boolean {
    return !this.#isPersonal && this.#excluded.size === 0
  }

  /** Whether the answer of one viewer can be that of another; null is somebody who is not signed in. */
  includes(userId: string | null): boolean {
    return !this.#isPersonal && (userId === null || !this.#excluded.has(userId))
  }

  /** Takes over for whom a part of the answer is. */
  add(part: AnswerAudience): void {
    if (part.#isPersonal) this.restrict()
    else this.exclude([...part.#excluded])
  }

  /** The value of the header; undefined for everybody. */
  get headerText(): string | undefined {
    if (this.isEverybody) return undefined
    if (this.#isPersonal || this.#excluded.size > mostNamed) return nobodyElse
    return `not ${[...this.#excluded].join(' ')}`
  }

  /** Adds what the header of a part says; anything that is not understood is for its viewer alone. */
  addHeader(text: string | undefined): void {
    if (text === undefined) return
    const [word, ...ids] = text.split(' ')
    if (word === 'not' && ids.length > 0) this.exclude(ids)
    else this.restrict()
  }
}
