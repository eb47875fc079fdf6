import { describe, expect, it } from '@jest/globals'
import { EqualEvents } from './equal-events.ts'
import type { SubgraphError } from './subgraph-client.ts'

const anEvent = (text: string, errors: SubgraphError[] = []) => ({
  data: { text },
  errors,
})

describe('equal events', () => {
  it('are one object for listeners with equal questions', () => {
    const events = new EqualEvents()
    const [first, second] = [events.listen('q'), events.listen('q')]

    const given = first(anEvent('a'))

    expect(second(anEvent('a'))).toBe(given)
    expect(second(anEvent('b'))).not.toBe(given)
    expect(events.listen('other')(anEvent('a'))).not.toBe(given)
  })

  it('are two for a listener that gets the same text twice', () => {
    const events = new EqualEvents()
    const [first, second] = [events.listen('q'), events.listen('q')]

    const early = first(anEvent('a'))
    const late = first(anEvent('a'))

    expect(late).not.toBe(early)
    expect(second(anEvent('a'))).toBe(late)
  })

  it('are not merged when something went wrong in them', () => {
    const events = new EqualEvents()
    const errors = [{ message: 'No', path: undefined, extensions: {} }]

    const given = events.listen('q')(anEvent('a', errors))

    expect(events.listen('q')(anEvent('a', errors))).not.toBe(given)
  })
})
