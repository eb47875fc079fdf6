import { describe, expect, it } from '@jest/globals'
import { GravityError } from '../errors/gravity-error.ts'
import { openStatementCounter } from '../telemetry/statement-count.ts'
import { joinRequests } from './join-requests.ts'

/** Reads the lengths of words, and notes what it is asked for. */
function lengthsOf(refuse: (keys: readonly string[]) => unknown = () => undefined) {
  const batches: (readonly string[])[] = []
  const read = joinRequests({
    async read(keys: readonly string[]) {
      batches.push(keys)
      const refusal = refuse(keys)
      if (refusal !== undefined) throw refusal
      return keys.map((key) => key.length)
    },
    textOf: (key) => key,
    maxBatchSize: 3,
  })
  return { batches, read }
}

describe('joinRequests', () => {
  it('reads at once what is asked for in one turn, each key once', async () => {
    const { batches, read } = lengthsOf()

    const answers = await Promise.all([read(['a', 'bb']), read(['bb']), read([])])

    expect(answers).toEqual([[1, 2], [2], []])
    expect(batches).toEqual([['a', 'bb']])
  })

  it('keeps nothing: what is asked for later is read again', async () => {
    const { batches, read } = lengthsOf()

    await read(['a'])
    await read(['a'])

    expect(batches).toEqual([['a'], ['a']])
  })

  it('splits what is too much for one statement', async () => {
    const { batches, read } = lengthsOf()

    expect(await read(['a', 'bb', 'ccc', 'dddd'])).toEqual([1, 2, 3, 4])
    expect(batches).toEqual([['a', 'bb', 'ccc'], ['dddd']])
  })

  it('answers the others when one key is refused', async () => {
    const { read } = lengthsOf((keys) =>
      keys.includes('bad') ? new Error('invalid input') : undefined,
    )

    const [good, bad] = await Promise.allSettled([read(['a']), read(['bad'])])

    expect(good).toEqual({ status: 'fulfilled', value: [1] })
    expect(bad).toMatchObject({ status: 'rejected', reason: { message: 'invalid input' } })
  })

  it('asks only once while the database is away', async () => {
    const away = new GravityError('SUBGRAPH_UNAVAILABLE', 'This part cannot be reached now.')
    const { batches, read } = lengthsOf(() => away)

    const outcomes = await Promise.allSettled([read(['a']), read(['bb'])])

    expect(outcomes.map(({ status }) => status)).toEqual(['rejected', 'rejected'])
    expect(batches).toHaveLength(1)
  })

  it('counts the shared statement for every operation that waits for it', async () => {
    const { read } = lengthsOf()
    const counter = openStatementCounter()
    const tallies = [{ count: 0 }, { count: 0 }]

    await Promise.all(tallies.map((tally) => counter.run(tally, () => read(['a']))))
    counter.stop()

    // The first one sends it, and its database tells.
    expect(tallies).toEqual([{ count: 0 }, { count: 1 }])
  })
})
