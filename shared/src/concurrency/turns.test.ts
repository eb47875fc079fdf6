import { describe, expect, it } from '@jest/globals'
import { Turns } from './turns.ts'

describe('Turns', () => {
  it('runs the work of one key one after the other, in order', async () => {
    const turns = new Turns()
    const first = Promise.withResolvers<void>()
    const told: string[] = []
    const all = Promise.all([
      turns.take('a', async () => {
        await first.promise
        told.push('first')
      }),
      turns.take('a', async () => void told.push('second')),
      turns.take('b', async () => void told.push('other key')),
    ])

    first.resolve()
    await all

    expect(told).toEqual(['other key', 'first', 'second'])
  })

  it('passes results and errors on, and goes on after an error', async () => {
    const turns = new Turns()
    const failing = turns.take('a', () => Promise.reject(new Error('no')))
    const next = turns.take('a', async () => 'yes')

    await expect(failing).rejects.toThrow('no')
    expect(await next).toBe('yes')
    expect(await turns.take('a', async () => 'again')).toBe('again')
  })
})
