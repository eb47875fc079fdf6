import { describe, expect, it } from '@jest/globals'
import { continueTraceparent, createTraceparent, traceIdOf } from './trace-context.ts'

const traceId = '4bf92f3577b34da6a3ce929d0e0e4736'
const parentId = '00f067aa0ba902b7'

describe('createTraceparent', () => {
  it('makes a sampled value of version 00, different every time', () => {
    const first = createTraceparent()

    expect(first).toMatch(/^00-[0-9a-f]{32}-[0-9a-f]{16}-01$/)
    expect(createTraceparent()).not.toBe(first)
  })
})

describe('continueTraceparent', () => {
  it.each([
    ['01', '01'],
    ['00', '00'],
    ['ff', '01'],
    ['02', '00'],
  ])(
    'keeps the trace and the sampling decision of flags %s under an id of its own',
    (flags, kept) => {
      const continued = continueTraceparent(`00-${traceId}-${parentId}-${flags}`)

      expect(continued).toMatch(new RegExp(`^00-${traceId}-[0-9a-f]{16}-${kept}$`))
      expect(continued).not.toContain(parentId)
    },
  )

  it('reads a later version, fields that it appended included', () => {
    expect(traceIdOf(continueTraceparent(`01-${traceId}-${parentId}-01`))).toBe(traceId)
    expect(traceIdOf(continueTraceparent(`cc-${traceId}-${parentId}-01-what-comes`))).toBe(traceId)
  })

  it.each([
    undefined,
    '',
    'garbage',
    `00-${traceId}-${parentId}`,
    `00-${traceId.toUpperCase()}-${parentId}-01`,
    `00-${'0'.repeat(32)}-${parentId}-01`,
    `00-${traceId}-${'0'.repeat(16)}-01`,
    `ff-${traceId}-${parentId}-01`,
    `00-${traceId}-${parentId}-01-more`,
    `00-${traceId}-${parentId}-01\n`,
    `00-${traceId}-${parentId}-01,00-${traceId}-${parentId}-01`,
    `01-${traceId}-${parentId}-01-${'x'.repeat(10_000)}`,
  ])('starts a new trace for %j', (incoming) => {
    const started = continueTraceparent(incoming)

    expect(started).toMatch(/^00-[0-9a-f]{32}-[0-9a-f]{16}-01$/)
    expect(traceIdOf(started)).not.toBe(traceId)
  })
})

describe('traceIdOf', () => {
  it('is undefined for a malformed value', () => {
    expect(traceIdOf('garbage')).toBeUndefined()
  })
})
