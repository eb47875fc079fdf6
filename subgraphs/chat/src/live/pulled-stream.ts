const done = { done: true, value: undefined } as const

/**
 * An endless list that is walked, not queued: a value is looked for when the reader asks for one, and nothing is handed
 * out twice. `moved` tells that there may be another.
 */
export abstract class PulledStream<Value> implements AsyncIterableIterator<Value, undefined> {
  #wake: (() => void) | undefined
  #ended = false
  /** Settles when the call of `next` before has its answer. */
  #turn: Promise<unknown> = Promise.resolve()

  /** What is next for the reader; undefined when nothing is at hand. May end the stream, or throw. */
  protected abstract take(): Value | undefined

  /** Gets at hand what exists elsewhere; undefined when there is nothing to get. */
  protected fetch(): Promise<void> | undefined {
    return undefined
  }

  /** The stream has ended. */
  protected letGo(): void {}

  next(): Promise<IteratorResult<Value, undefined>> {
    const step = this.#turn.then(() => this.#advance())
    this.#turn = step.catch(() => this.end())
    return step
  }

  async return(): Promise<IteratorResult<Value, undefined>> {
    this.end()
    return done
  }

  async throw(error: unknown): Promise<IteratorResult<Value, undefined>> {
    this.end()
    throw error
  }

  [Symbol.asyncIterator](): this {
    return this
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.end()
  }

  protected moved(): void {
    const wake = this.#wake
    this.#wake = undefined
    wake?.()
  }

  protected end(): void {
    if (this.#ended) return
    this.#ended = true
    this.letGo()
    this.moved()
  }

  async #advance(): Promise<IteratorResult<Value, undefined>> {
    for (;;) {
      const value = this.#ended ? undefined : this.take()
      if (this.#ended) return done
      if (value !== undefined) return { done: false, value }
      await (this.fetch() ?? this.#untilMoved())
    }
  }

  #untilMoved(): Promise<void> {
    return new Promise((resolve) => {
      this.#wake = resolve
    })
  }
}
