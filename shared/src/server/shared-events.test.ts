import { describe, expect, it } from '@jest/globals'
import { SharedEvents } from './shared-events.ts'

describe('SharedEvents', () => {
  it('does the work once for one event and key', async () => {
    const shared = new SharedEvents<number>()
    const event = {}
    let works = 0
    const work = async () => {
      works += 1
      return works
    }

    const results = await Promise.all([
      shared.once(event, 'a', work),
      shared.once(event, 'a', work),
    ])

    expect(results).toEqual([1, 1])
  })

  it('keeps events and keys apart', async () => {
    const shared = new SharedEvents<string>()
    const event = {}

    expect(await shared.once(event, 'a', async () => 'first')).toBe('first')
    expect(await shared.once(event, 'b', async () => 'second')).toBe('second')
    expect(await shared.once({}, 'a', async () => 'third')).toBe('third')
  })
})
