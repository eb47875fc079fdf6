import { describe, expect, it } from '@jest/globals'
import { backoffDelay } from './backoff.ts'

const backoff = { delayMs: 100, maxDelayMs: 1000, jitter: 0.5 }

describe('backoffDelay', () => {
  it('doubles with each attempt up to the limit', () => {
    const delays = [1, 2, 3, 4, 5, 60].map((attempt) => backoffDelay(backoff, attempt, 0))

    expect(delays).toEqual([100, 200, 400, 800, 1000, 1000])
  })

  it('is shortened by chance, by no more than the jitter', () => {
    expect(backoffDelay(backoff, 1, 0.5)).toBe(75)
    expect(backoffDelay(backoff, 60, 1)).toBe(500)
    expect(backoffDelay({ ...backoff, jitter: 1 }, 1, 1)).toBe(0)
    expect(backoffDelay({ ...backoff, jitter: 0 }, 2, 1)).toBe(200)
  })
})
