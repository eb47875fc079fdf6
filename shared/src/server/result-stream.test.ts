import { describe, expect, it } from '@jest/globals'
import { openResultStream } from './result-stream.ts'

interface Observed {
  readonly controller: AbortController
  readonly failures: unknown[]
}

function open(source: AsyncIterable<unknown>, { controller, failures }: Observed) {
  return openResultStream<unknown, unknown>({
    source,
    controller,
    resultOf: async (event) => ({ event }),
    failureOf: (error) => {
      failures.push(error)
      return { failed: true }
    },
  })
}

function observed(): Observed {
  return { controller: new AbortController(), failures: [] }
}

/** A source that never says anything; counts how often it is told to stop. */
function silentSource(onReturn: () => unknown = () => undefined) {
  const returned: number[] = []
  const source: AsyncIterable<unknown> = {
    [Symbol.asyncIterator]: () => ({
      next: () => new Promise(() => undefined),
      async return() {
        returned.push(1)
        await onReturn()
        return { done: true, value: undefined }
      },
    }),
  }
  return { source, returned }
}

async function* numbers(count: number) {
  for (let number = 1; number <= count; number += 1) yield number
}

describe('a stream of results', () => {
  it('hands on what the source says, in order, and ends with it', async () => {
    const facts = observed()

    const results = await Array.fromAsync(open(numbers(3), facts))

    expect(results).toEqual([{ event: 1 }, { event: 2 }, { event: 3 }])
    expect(facts.controller.signal.aborted).toBe(true)
  })

  it('ends with one failure when the source fails', async () => {
    const facts = observed()
    async function* failing() {
      yield 1
      throw new Error('gone')
    }

    const results = await Array.fromAsync(open(failing(), facts))

    expect(results).toEqual([{ event: 1 }, { failed: true }])
    expect(facts.failures).toEqual([new Error('gone')])
    expect(facts.controller.signal.aborted).toBe(true)
  })

  it('closes the source once when it is returned, however often', async () => {
    const facts = observed()
    const { source, returned } = silentSource()
    const stream = open(source, facts)

    await stream.return()
    await stream.return()

    expect(returned).toHaveLength(1)
    expect(await stream.next()).toEqual({ done: true, value: undefined })
  })

  it('closes the source when its signal aborts, and lets nobody wait', async () => {
    const facts = observed()
    const { source, returned } = silentSource()
    const waiting = open(source, facts).next()

    facts.controller.abort()

    expect(await waiting).toEqual({ done: true, value: undefined })
    expect(returned).toHaveLength(1)
  })

  it('closes a source that opens after its signal has aborted', async () => {
    const facts = observed()
    facts.controller.abort()
    const { source, returned } = silentSource()

    expect(await open(source, facts).next()).toEqual({ done: true, value: undefined })
    expect(returned).toHaveLength(1)
  })

  it('does not wait for a generator that is stuck between two events', async () => {
    const facts = observed()
    const cleaned: string[] = []
    const { promise, resolve } = Promise.withResolvers<void>()
    async function* stuck() {
      try {
        await promise
        yield 1
      } finally {
        cleaned.push('cleaned')
      }
    }
    const stream = open(stuck(), facts)
    const waiting = stream.next()

    await stream.return()

    expect(await waiting).toEqual({ done: true, value: undefined })
    resolve()
    await new Promise(setImmediate)
    expect(cleaned).toEqual(['cleaned'])
  })

  it('reports a source that fails to close', async () => {
    const facts = observed()
    const { source } = silentSource(() => {
      throw new Error('will not close')
    })

    await open(source, facts).return()
    await new Promise(setImmediate)

    expect(facts.failures).toEqual([new Error('will not close')])
  })

  it('does not tell a source to stop that has ended by itself', async () => {
    const facts = observed()
    const returned: number[] = []
    const source: AsyncIterable<unknown> = {
      [Symbol.asyncIterator]: () => ({
        next: async () => ({ done: true, value: undefined }),
        async return() {
          returned.push(1)
          return { done: true, value: undefined }
        },
      }),
    }
    const stream = open(source, facts)

    await stream.next()
    await stream.return()

    expect(returned).toEqual([])
  })
})
