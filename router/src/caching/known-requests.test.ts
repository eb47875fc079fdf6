import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { describe, expect, it } from '@jest/globals'
import { KeptAnswer } from './kept-answer.ts'
import { KnownRequests } from './known-requests.ts'
import { TaggedCache } from './tagged-cache.ts'

function start() {
  const answers = new TaggedCache<KeptAnswer>({ maximumBytes: 40_000, now: () => 0 })
  const known = new KnownRequests({ answers, headersKey: undefined })
  const keep = (key: string): KeptAnswer => {
    const policy = { maxAge: 60, scope: 'PUBLIC' } as const
    const answer = new KeptAnswer({ body: key, policy, isForAll: true, forwarded: [], storedAt: 0 })
    answer.entry = answers.set(key, {
      value: answer,
      bytes: 9_000,
      storedAt: 0,
      expiresAt: 60_000,
      tags: [],
    })
    return answer
  }
  return { known, keep }
}

describe('KnownRequests', () => {
  it('finds the answer that is kept now', () => {
    const { known, keep } = start()
    known.remember({ text: 'text', headers: {}, era: known.era }, keep('a'))

    const newer = keep('a')

    expect(known.find('text', {})).toBe(newer)
    expect(known.find('other text', {})).toBeUndefined()
  })

  it('holds on to no answer that had to make room', () => {
    const { known, keep } = start()
    const remember = (key: string) => {
      const answer = keep(key)
      known.remember({ text: key, headers: {}, era: known.era }, answer)
      return new WeakRef(answer)
    }
    const first = remember('1')
    for (let count = 2; count < 10; count += 1) remember(String(count))

    setFlagsFromString('--expose-gc')
    return new Promise<void>((resolve) => setImmediate(resolve)).then(() => {
      runInNewContext('gc')()

      expect(first.deref()).toBeUndefined()
      expect(known.find('1', {})).toBeUndefined()
      expect(known.find('9', {})?.body).toBe('9')
    })
  })

  it('remembers nothing that was read before texts changed their meaning', () => {
    const { known, keep } = start()
    const { era } = known
    known.forgetAll()

    known.remember({ text: 'text', headers: {}, era }, keep('a'))

    expect(known.find('text', {})).toBeUndefined()
  })
})
