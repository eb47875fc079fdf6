import { describe, expect, it } from '@jest/globals'
import { highlightsOf } from './highlights.ts'

function marked(body: string, wanted: string): string[] {
  return highlightsOf(body, wanted).map(({ start, length }) => body.slice(start, start + length))
}

describe('highlightsOf', () => {
  it.each([
    ['The Umbrella, the umbrella!', 'umbrella', ['Umbrella', 'umbrella']],
    ['Which umbrela is it?', 'umbrella', ['umbrela']],
    ['🏳️‍🌈 żółta zupa', 'ZUPA', ['zupa']],
    ['one two three', '"three" -four one', ['one', 'three']],
    ['nothing of it', 'umbrella', []],
    ['', 'umbrella', []],
  ])('marks in %j, for %j, %j', (body, wanted, words) => {
    expect(marked(body, wanted)).toEqual(words)
  })

  it('marks fifty places at most', () => {
    expect(highlightsOf('tea '.repeat(60), 'tea')).toHaveLength(50)
  })
})
