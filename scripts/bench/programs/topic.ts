/** Hands every message to everybody who listens; each listener has a queue of its own. */
export class Topic<Message> {
  readonly #listeners = new Set<Listener<Message>>()

  get size(): number {
    return this.#listeners.size
  }

  publish(message: Message): void {
    for (const listener of this.#listeners) listener.push(message)
  }

  listen(): AsyncIterableIterator<Message, undefined> {
    const listener = new Listener<Message>(() => this.#listeners.delete(listener))
    this.#listeners.add(listener)
    return listener
  }
}

class Listener<Message> implements AsyncIterableIterator<Message, undefined> {
  readonly #leave: () => void
  readonly #messages: Message[] = []
  #waiting: PromiseWithResolvers<IteratorResult<Message, undefined>> | undefined
  #ended = false

  constructor(leave: () => void) {
    this.#leave = leave
  }

  push(value: Message): void {
    if (this.#waiting) this.#waiting.resolve({ done: false, value })
    else this.#messages.push(value)
    this.#waiting = undefined
  }

  async next(): Promise<IteratorResult<Message, undefined>> {
    const value = this.#messages.shift()
    if (value !== undefined) return { done: false, value }
    if (this.#ended) return { done: true, value: undefined }
    this.#waiting = Promise.withResolvers()
    return this.#waiting.promise
  }

  async return(): Promise<IteratorResult<Message, undefined>> {
    this.#ended = true
    this.#leave()
    this.#waiting?.resolve({ done: true, value: undefined })
    return { done: true, value: undefined }
  }

  [Symbol.asyncIterator](): this {
    return this
  }
}
