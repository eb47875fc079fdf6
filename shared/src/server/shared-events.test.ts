import { describe, expect, it } from '@jest/globals'
import type { AnswerAudience } from './answer-audience.ts'
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
      shared.once(event, 'a', { userId: 'one', work }),
      shared.once(event, 'a', { userId: null, work }),
    ])

    expect(results).toEqual([1, 1])
  })

  it('gives at once what is there', async () => {
    const shared = new SharedEvents<string>()
    const event = {}
    const known = {}

    const first = shared.once(event, 'a', { userId: 'ann', work: () => 'at once' })
    await shared.once(known, 'a', { userId: 'ann', work: async () => 'later' })

    expect(first).toBe('at once')
    expect(shared.once(event, 'a', { userId: 'bob', work: () => 'again' })).toBe('at once')
    expect(shared.once(known, 'a', { userId: 'bob', work: () => 'again' })).toBe('later')
  })

  it('tells a failure to everybody who waits', async () => {
    const shared = new SharedEvents<string>()
    const event = {}
    const work = () => Promise.reject<string>(new Error('gone'))

    const outcomes = await Promise.allSettled([
      shared.once(event, 'a', { userId: 'ann', work }),
      shared.once(event, 'a', { userId: 'bob', work }),
    ])

    expect(outcomes.map(({ status }) => status)).toEqual(['rejected', 'rejected'])
  })

  it('keeps events and keys apart', async () => {
    const shared = new SharedEvents<string>()
    const event = {}

    const answer = (text: string) => ({ userId: null, work: async () => text })

    expect(await shared.once(event, 'a', answer('first'))).toBe('first')
    expect(await shared.once(event, 'b', answer('second'))).toBe('second')
    expect(await shared.once({}, 'a', answer('third'))).toBe('third')
  })

  /** Whoever asks gets the name of the one whose work it is. */
  async function workers(
    asking: readonly string[],
    say: (audience: AnswerAudience) => void,
  ): Promise<string[]> {
    const shared = new SharedEvents<string>()
    const event = {}
    return Promise.all(
      asking.map((userId) =>
        shared.once(event, 'key', {
          userId,
          async work(audience) {
            await Promise.resolve()
            say(audience)
            return userId
          },
        }),
      ),
    )
  }

  it('gives their own to those for whom the result is not', async () => {
    const asked = await workers(['ann', 'bob', 'cyd'], (audience) => audience.exclude(['bob']))

    expect(asked).toEqual(['ann', 'bob', 'ann'])
  })

  it('does not give to others what was made for somebody it excludes', async () => {
    const asked = await workers(['bob', 'ann', 'cyd', 'bob'], (audience) =>
      audience.exclude(['bob']),
    )

    expect(asked).toEqual(['bob', 'ann', 'ann', 'bob'])
  })

  it('shares nothing that is personal', async () => {
    const asked = await workers(['ann', 'bob', 'cyd'], (audience) => audience.restrict())

    expect(asked).toEqual(['ann', 'bob', 'cyd'])
  })
})
