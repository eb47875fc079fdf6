import { describe, expect, it } from '@jest/globals'
import { RetryBudget } from './retry-budget.ts'

function aBudget(settings = {}) {
  const clock = { ms: 0 }
  const budget = new RetryBudget(
    { attempts: 3, budget: 0.2, minimum: 10, ...settings },
    () => clock.ms,
  )
  const take = (times: number): number =>
    Array.from({ length: times }, () => budget.take()).filter(Boolean).length
  return { budget, clock, take }
}

describe('the retry budget', () => {
  it('always allows the minimum', () => {
    expect(aBudget().take(50)).toBe(10)
  })

  it('allows a share of the calls of the last ten seconds', () => {
    const { budget, clock, take } = aBudget()
    for (let call = 0; call < 1_000; call += 1) budget.countCall()

    expect(take(1_000)).toBe(200)

    clock.ms += 11_000
    expect(take(1_000)).toBe(10)
  })

  it('refills as retries leave the window', () => {
    const { clock, take } = aBudget()
    take(10)
    clock.ms += 5_000
    expect(take(1)).toBe(0)
    clock.ms += 6_000
    expect(take(20)).toBe(10)
  })

  it('may be empty', () => {
    expect(aBudget({ budget: 0, minimum: 0 }).take(1)).toBe(0)
  })
})
