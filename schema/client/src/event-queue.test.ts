import { describe, expect, it } from '@jest/globals'
import { createEventQueue } from './event-queue.ts'

describe('an event queue', () => {
  it('keeps values until they are read, in their order', async () => {
    const queue = createEventQueue<number>(() => undefined)
    queue.push(1)
    queue.push(2)
    queue.end()

    expect(await Array.fromAsync(queue.values)).toEqual([1, 2])
  })

  it('gives a value to the reader who waits for it', async () => {
    const queue = createEventQueue<number>(() => undefined)
    const readings = [queue.values.next(), queue.values.next()]

    queue.push(1)
    queue.end()

    expect(await Promise.all(readings)).toEqual([
      { done: false, value: 1 },
      { done: true, value: undefined },
    ])
  })

  it('throws its error once, behind the values before it', async () => {
    const queue = createEventQueue<number>(() => undefined)
    queue.push(1)
    queue.end(new Error('Broken'))
    queue.end(new Error('Broken again'))

    expect(await queue.values.next()).toEqual({ done: false, value: 1 })
    await expect(queue.values.next()).rejects.toThrow('Broken')
    expect(await queue.values.next()).toEqual({ done: true, value: undefined })
  })

  it('tells when the reader leaves, and lets go of what was not read', async () => {
    let left = 0
    const queue = createEventQueue<number>(() => {
      left += 1
    })
    queue.push(1)
    queue.push(2)

    for await (const value of queue.values) {
      expect(value).toBe(1)
      break
    }
    queue.push(3)

    expect(left).toBe(1)
    expect(await queue.values.next()).toEqual({ done: true, value: undefined })
  })
})
