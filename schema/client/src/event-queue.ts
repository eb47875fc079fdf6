/** Values that arrive when they like, read one by one in their order. */
export interface EventQueue<Value> {
  push(value: Value): void
  /** Ends the queue behind what was pushed; with an error, the reader gets it thrown. Later calls change nothing. */
  end(error?: unknown): void
  readonly values: AsyncIterableIterator<Value, undefined, undefined>
}

interface Waiting<Value> {
  resolve(result: IteratorResult<Value, undefined>): void
  reject(error: unknown): void
}

/** A queue for one reader. `onReturn` is called when the reader leaves, as by `break` in `for await`. */
export function createEventQueue<Value>(onReturn: () => void): EventQueue<Value> {
  const pending: Value[] = []
  const waiting: Waiting<Value>[] = []
  let ended: { readonly error: unknown; thrown: boolean } | undefined

  const end = (error?: unknown): void => {
    if (ended) return
    ended = { error, thrown: error === undefined }
    for (const reader of waiting.splice(0)) finish(reader)
  }
  const finish = (reader: Waiting<Value>): void => {
    if (ended && !ended.thrown) {
      ended.thrown = true
      reader.reject(ended.error)
    } else {
      reader.resolve({ done: true, value: undefined })
    }
  }
  const next = (): Promise<IteratorResult<Value, undefined>> =>
    new Promise((resolve, reject) => {
      const value = pending.shift()
      if (value !== undefined) resolve({ done: false, value })
      else if (ended) finish({ resolve, reject })
      else waiting.push({ resolve, reject })
    })
  const leave = async (): Promise<IteratorResult<Value, undefined>> => {
    pending.length = 0
    end()
    onReturn()
    return { done: true, value: undefined }
  }
  const values: AsyncIterableIterator<Value, undefined, undefined> = {
    next,
    return: leave,
    [Symbol.asyncIterator]: () => values,
  }
  const push = (value: Value): void => {
    if (ended) return
    const reader = waiting.shift()
    if (reader) reader.resolve({ done: false, value })
    else pending.push(value)
  }
  return { push, end, values }
}
