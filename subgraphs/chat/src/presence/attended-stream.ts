/** A stream, handed through as it is, that tells once that it has ended. */
export class AttendedStream<Value> implements AsyncIterableIterator<Value, undefined> {
  readonly #source: AsyncIterator<Value>
  readonly #ended: () => void

  /** `ended` may be called more than once. */
  constructor(source: AsyncIterable<Value>, ended: () => void) {
    this.#source = source[Symbol.asyncIterator]()
    this.#ended = ended
  }

  async next(): Promise<IteratorResult<Value, undefined>> {
    try {
      const step = await this.#source.next()
      if (!step.done) return step
    } catch (error) {
      this.#ended()
      throw error
    }
    this.#ended()
    return { done: true, value: undefined }
  }

  async return(): Promise<IteratorResult<Value, undefined>> {
    this.#ended()
    await this.#source.return?.()
    return { done: true, value: undefined }
  }

  [Symbol.asyncIterator](): this {
    return this
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.return()
  }
}
