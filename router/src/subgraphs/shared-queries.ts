import type { HttpAnswer, HttpPost } from './http-exchange.ts'

interface SharedQuery {
  readonly answer: Promise<HttpAnswer>
  readonly upstream: AbortController
  callers: number
}

/**
 * Equal queries under way at the same time are sent once. Each caller gets the text of the answer and parses it for
 * itself, because what it gets it may change. A caller that leaves takes nothing from the others; when the last one has
 * left, the query is given up.
 */
export class SharedQueries {
  readonly #underWay = new Map<string, SharedQuery>()

  /** `key` names everything that the answer depends on. `send` is called when there is nothing to share. */
  send(
    key: string,
    post: HttpPost,
    send: (post: HttpPost) => Promise<HttpAnswer>,
  ): { readonly answer: Promise<HttpAnswer>; readonly isShared: boolean } {
    const known = this.#underWay.get(key)
    if (known) return { answer: this.#join(key, known, post.signal), isShared: true }
    const upstream = new AbortController()
    const answer = send({ ...post, signal: upstream.signal })
    const query: SharedQuery = { answer, upstream, callers: 0 }
    this.#underWay.set(key, query)
    const forget = (): void => this.#forget(key, query)
    answer.then(forget, forget)
    return { answer: this.#join(key, query, post.signal), isShared: false }
  }

  /**
   * What is asked from now on shares nothing that was asked before: somebody has changed something, and must see it.
   */
  startAnew(): void {
    this.#underWay.clear()
  }

  #join(key: string, query: SharedQuery, signal: AbortSignal): Promise<HttpAnswer> {
    query.callers += 1
    return new Promise((resolve, reject) => {
      const leave = (): void => {
        query.callers -= 1
        reject(signal.reason)
        if (query.callers > 0) return
        this.#forget(key, query)
        query.upstream.abort(signal.reason)
      }
      if (signal.aborted) return leave()
      signal.addEventListener('abort', leave, { once: true })
      const stay = (): void => signal.removeEventListener('abort', leave)
      query.answer.then(
        (answer) => {
          stay()
          resolve(answer)
        },
        (error: unknown) => {
          stay()
          reject(error)
        },
      )
    })
  }

  #forget(key: string, query: SharedQuery): void {
    if (this.#underWay.get(key) === query) this.#underWay.delete(key)
  }
}
