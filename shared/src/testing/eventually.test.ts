import { describe, expect, it } from '@jest/globals'
import { eventually } from './eventually.ts'

describe('eventually', () => {
  it('returns the first result that is not an error', async () => {
    let calls = 0
    const check = () => {
      calls += 1
      if (calls < 3) throw new Error('not yet')
      return calls
    }

    expect(await eventually(check)).toBe(3)
  })

  it('awaits a check that is asynchronous', async () => {
    let calls = 0
    const check = async () => {
      calls += 1
      if (calls < 3) throw new Error('not yet')
      return 'now'
    }

    expect(await eventually(check, { intervalMs: 1 })).toBe('now')
  })

  it('rejects with the last error when the time is over', async () => {
    let calls = 0
    const check = () => {
      calls += 1
      throw new Error(`failure ${calls}`)
    }

    await expect(eventually(check, { timeoutMs: 20, intervalMs: 1 })).rejects.toThrow(/^failure \d/)
    expect(calls).toBeGreaterThan(1)
  })
})
