import { describe, expect, it } from '@jest/globals'
import { ConcurrencyLimit } from './concurrency-limit.ts'

const patient = (signal = new AbortController().signal) => ({
  signal,
  endsAt: performance.now() + 60_000,
})

describe('the concurrency limit', () => {
  it('lets callers in at once while there is room, and then in the order in which they came', async () => {
    const limit = new ConcurrencyLimit({ concurrency: 1, queue: 10 })
    const entered: number[] = []
    expect(limit.enter(patient())).toBeUndefined()

    const waiting = [1, 2, 3].map(async (caller) => {
      await limit.enter(patient())
      entered.push(caller)
      limit.leave()
    })
    expect(limit).toMatchObject({ inFlight: 1, waiting: 3 })
    limit.leave()
    await Promise.all(waiting)

    expect(entered).toEqual([1, 2, 3])
    expect(limit).toMatchObject({ inFlight: 0, waiting: 0 })
  })

  it('refuses those past the queue, and those that waited until their deadline', async () => {
    const limit = new ConcurrencyLimit({ concurrency: 1, queue: 1 })
    await limit.enter(patient())
    const late = limit.enter({ ...patient(), endsAt: performance.now() })

    await expect(limit.enter(patient())).rejects.toMatchObject({ reason: 'OVERLOADED' })
    await expect(late).rejects.toMatchObject({ reason: 'OVERLOADED' })
    expect(limit.waiting).toBe(0)
  })

  it('lets a caller leave the queue', async () => {
    const limit = new ConcurrencyLimit({ concurrency: 1, queue: 2 })
    await limit.enter(patient())
    const client = new AbortController()
    const first = limit.enter(patient(client.signal))
    const second = limit.enter(patient())

    client.abort(new Error('gone'))
    limit.leave()

    await expect(first).rejects.toThrow('gone')
    await expect(second).resolves.toBeUndefined()
    expect(limit.inFlight).toBe(1)
  })
})
