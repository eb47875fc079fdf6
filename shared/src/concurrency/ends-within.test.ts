import { describe, expect, it } from '@jest/globals'
import { endsWithin } from './ends-within.ts'

const anHour = 3_600_000

describe('endsWithin', () => {
  it('tells whether the work has ended in time', async () => {
    expect(await endsWithin(Promise.resolve(), anHour)).toBe(true)
    expect(await endsWithin(new Promise(() => undefined), 1)).toBe(false)
  })

  it('passes an error on', async () => {
    await expect(endsWithin(Promise.reject(new Error('no')), anHour)).rejects.toThrow('no')
  })
})
