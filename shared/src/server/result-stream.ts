/** The results of one subscription, in order. `return` ends it from the consumer's side. */
export interface ResultStream<Result> extends AsyncIterableIterator<Result, undefined> {
  next(): Promise<Step<Result>>
  return(): Promise<Step<Result>>
  /** Aborted when the stream has ended, for whatever reason. */
  readonly ended: AbortSignal
}

type Step<Result> = IteratorResult<Result, undefined>

export interface ResultStreamOptions<Result, Event = unknown> {
  /** What the resolver returned. */
  readonly source: AsyncIterable<Event>
  /** Executes the selection for one event; must neither throw nor reject. */
  readonly resultOf: (event: Event) => Result | Promise<Result>
  /** The last result of a stream whose source failed; also told when the source fails to close. */
  readonly failureOf: (error: unknown) => Result
  /** Aborted when the stream has ended, for whatever reason; the resolvers' own signal. */
  readonly controller: AbortController
}

const done = { done: true, value: undefined } as const

/**
 * Opens the stream of a subscription. It ends when the source is exhausted, when the source fails (after one result
 * with the error), when the consumer calls `return`, or when the controller aborts. In the last two cases the source's
 * `return` is called, once and at once, and a waiting `next` resolves: an async generator as source would otherwise
 * keep everybody waiting for its next event.
 */
export function openResultStream<Result, Event>(
  options: ResultStreamOptions<Result, Event>,
): ResultStream<Result> {
  return new EventResults(options)
}

/** Callbacks that are made once: awaiting would cost every listener of every event some promises more. */
class EventResults<Result, Event> implements ResultStream<Result> {
  readonly ended: AbortSignal
  readonly #options: ResultStreamOptions<Result, Event>
  readonly #iterator: AsyncIterator<Event>
  #sourceOpen = true
  /** Resolves the `next` that waits. */
  #settle: ((step: Step<Result>) => void) | undefined
  #latest: Promise<Step<Result>> = Promise.resolve(done)

  constructor(options: ResultStreamOptions<Result, Event>) {
    const { source, controller } = options
    this.#options = options
    this.ended = controller.signal
    this.#iterator = source[Symbol.asyncIterator]()
    if (this.ended.aborted) this.#leave()
    else this.ended.addEventListener('abort', () => this.#leave(), { once: true })
  }

  next(): Promise<Step<Result>> {
    if (this.ended.aborted) return Promise.resolve(done)
    // One after the other, as an async generator answers.
    if (this.#settle) return this.#latest.then(() => this.next())
    this.#latest = new Promise((resolve) => {
      this.#settle = resolve
    })
    this.#read()
    return this.#latest
  }

  async return(): Promise<Step<Result>> {
    this.#options.controller.abort()
    return done
  }

  [Symbol.asyncIterator](): this {
    return this
  }

  #read(): void {
    try {
      Promise.resolve(this.#iterator.next()).then(this.#take, this.#fail)
    } catch (error) {
      this.#fail(error)
    }
  }

  readonly #take = (step: IteratorResult<Event, unknown>): void => {
    if (step.done) {
      this.#endWith(done)
      return
    }
    try {
      const result = this.#options.resultOf(step.value)
      if (result instanceof Promise) result.then(this.#give, this.#fail)
      else this.#give(result)
    } catch (error) {
      this.#fail(error)
    }
  }

  readonly #give = (value: Result): void => this.#resolve({ done: false, value })

  readonly #fail = (error: unknown): void =>
    this.#endWith({ done: false, value: this.#options.failureOf(error) })

  #resolve(step: Step<Result>): void {
    const settle = this.#settle
    this.#settle = undefined
    settle?.(step)
  }

  #endWith(last: Step<Result>): void {
    this.#sourceOpen = false
    // Before the stream ends for everybody else: whoever waits shall receive `last`.
    this.#resolve(last)
    this.#options.controller.abort()
  }

  #leave(): void {
    this.#resolve(done)
    void this.#closeSource()
  }

  async #closeSource(): Promise<void> {
    try {
      if (this.#sourceOpen) await this.#iterator.return?.()
    } catch (error) {
      this.#options.failureOf(error)
    }
  }
}
