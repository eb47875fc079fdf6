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
  /** Executes the selection for one event; must not reject. */
  readonly resultOf: (event: Event) => Promise<Result>
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
  const { source, resultOf, failureOf, controller } = options
  const { signal } = controller
  const iterator = source[Symbol.asyncIterator]()
  const waiting = new Set<() => void>()
  let sourceOpen = true

  const closeSource = async (): Promise<void> => {
    try {
      if (sourceOpen) await iterator.return?.()
    } catch (error) {
      failureOf(error)
    }
  }
  const endWith = (last: Step<Result>): Step<Result> => {
    sourceOpen = false
    // Whoever waits shall receive `last`, not the end.
    waiting.clear()
    controller.abort()
    return last
  }
  const read = (settle: (step: Step<Result>) => void): void => {
    const fail = (error: unknown): void => settle(endWith({ done: false, value: failureOf(error) }))
    const take = (step: IteratorResult<Event, unknown>): void => {
      if (step.done) settle(endWith(done))
      else resultOf(step.value).then((value) => settle({ done: false, value }), fail)
    }
    try {
      // Callbacks, because awaiting costs every listener of every event some promises more.
      Promise.resolve(iterator.next()).then(take).catch(fail)
    } catch (error) {
      fail(error)
    }
  }
  const onAbort = (): void => {
    for (const leave of waiting) leave()
    void closeSource()
  }

  if (signal.aborted) onAbort()
  else signal.addEventListener('abort', onAbort, { once: true })
  return {
    ended: signal,
    next: () =>
      new Promise((resolve) => {
        if (signal.aborted) return resolve(done)
        const leave = (): void => resolve(done)
        waiting.add(leave)
        read((step) => {
          waiting.delete(leave)
          resolve(step)
        })
      }),
    async return() {
      controller.abort()
      return done
    },
    [Symbol.asyncIterator]() {
      return this
    },
  }
}
