import { describe, expect, it } from '@jest/globals'
import { Alarm } from './alarm.ts'

const anHour = 3_600_000

describe('Alarm', () => {
  it('wakes the sleeper', async () => {
    const alarm = new Alarm()
    const sleeping = alarm.sleep(anHour)

    alarm.ring()

    expect(await sleeping).toBe(true)
  })

  it('remembers one ring while nobody sleeps', async () => {
    const alarm = new Alarm()
    alarm.ring()
    alarm.ring()

    expect(await alarm.sleep(anHour)).toBe(true)
    expect(await alarm.sleep(1)).toBe(false)
  })

  it('does not disturb a later sleep with an old timer', async () => {
    const alarm = new Alarm()
    expect(await alarm.sleep(1)).toBe(false)
    const sleeping = alarm.sleep(anHour)

    alarm.ring()

    expect(await sleeping).toBe(true)
  })
})
