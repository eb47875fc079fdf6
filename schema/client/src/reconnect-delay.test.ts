import { describe, expect, it } from '@jest/globals'
import { reconnectDelay, wait } from './reconnect-delay.ts'

const policy = { firstDelayMs: 100, longestDelayMs: 1_000 }

describe('reconnectDelay', () => {
  it('doubles up to the longest delay', () => {
    const delays = [1, 2, 3, 4, 5, 500].map((failures) => reconnectDelay(failures, policy, () => 1))

    expect(delays).toEqual([100, 200, 400, 800, 1_000, 1_000])
  })

  it('leaves half of the delay to chance', () => {
    expect(reconnectDelay(2, policy, () => 0)).toBe(100)
    expect(reconnectDelay(2, policy, () => 0.5)).toBe(150)
  })
})

describe('wait', () => {
  it('ends when its signal aborts', async () => {
    const leaving = new AbortController()
    const waiting = wait(1_000_000, leaving.signal)

    leaving.abort()

    await waiting
    await wait(1_000_000, leaving.signal)
  })
})
