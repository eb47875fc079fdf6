import { openTestSubgraph } from '@gravity/shared/testing/open-test-subgraph'
import { describe, expect, it } from '@jest/globals'
import { createSubgraph } from '../src/subgraph.ts'
import { arrive, login } from './stories.ts'

// Prints, and asserts no time: how long a computer takes is no property of the program.
const measured = process.env['GRAVITY_MEASURE'] ? it : it.skip
const tries = Number(process.env['GRAVITY_MEASURE_TRIES'] ?? 1_000)
const percentiles = [1, 5, 25, 50, 75, 95, 99]

function row(name: string, times: readonly number[]): string {
  const sorted = times.toSorted((a, b) => a - b)
  const at = (percentile: number) =>
    sorted[Math.min(sorted.length - 1, Math.floor((percentile / 100) * sorted.length))] ?? 0
  return [name.padEnd(10), ...percentiles.map((p) => at(p).toFixed(2).padStart(8))].join('')
}

describe('login', () => {
  measured(
    'takes as long for an account as for none',
    async () => {
      process.env['GRAVITY_AUTH_FAILURES_PER_ACCOUNT'] = '1000000'
      process.env['GRAVITY_AUTH_FAILURES_PER_ADDRESS'] = '1000000'
      await using auth = await openTestSubgraph(createSubgraph)
      await arrive(auth, 'known@example.org')
      const times = { known: [] as number[], unknown: [] as number[] }
      const attempt = async (kind: keyof typeof times, index: number) => {
        const begin = performance.now()
        const email = `${kind}@example.org`
        const outcome = await login(auth, { email, password: `a wrong guess ${index}` })
        times[kind].push(performance.now() - begin)
        expect(outcome).toMatchObject({ __typename: 'InvalidCredentials' })
      }
      for (let index = 0; index < tries; index += 1) {
        // In turns, and the first one changes: what the computer does beside it meets both alike.
        await attempt(index % 2 === 0 ? 'known' : 'unknown', index)
        await attempt(index % 2 === 0 ? 'unknown' : 'known', index)
      }

      const head = ['ms'.padEnd(10), ...percentiles.map((p) => `p${p}`.padStart(8))].join('')
      const table = [head, row('known', times.known), row('unknown', times.unknown)].join('\n')
      process.stdout.write(`\nFailed logins, ${tries} each\n${table}\n`)
    },
    30 * 60_000,
  )
})
