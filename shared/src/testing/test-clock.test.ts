import { describe, expect, it } from '@jest/globals'
import { TestClock } from './test-clock.ts'

describe('TestClock', () => {
  it('runs until it is stopped', () => {
    const clock = new TestClock()
    expect(Math.abs(clock.now().getTime() - Date.now())).toBeLessThan(5_000)

    clock.stopAt(new Date('2030-01-01T00:00:00Z'))

    expect(clock.now()).toEqual(new Date('2030-01-01T00:00:00Z'))
    expect(clock.now()).toEqual(clock.now())
  })

  it('moves by what it is told, whether it runs or not', () => {
    const clock = new TestClock()
    clock.advance(3_600_000)
    expect(clock.now().getTime()).toBeGreaterThanOrEqual(Date.now() + 3_599_000)

    clock.stopAt(new Date('2030-01-01T00:00:00Z'))
    clock.advance(500)
    clock.advance(500)

    expect(clock.now()).toEqual(new Date('2030-01-01T00:00:01Z'))
  })

  it('stops at the present time of the clock, not of the machine', () => {
    const clock = new TestClock()
    clock.advance(86_400_000)

    clock.stopAt()

    expect(clock.now().getTime()).toBeGreaterThan(Date.now() + 86_000_000)
  })
})
