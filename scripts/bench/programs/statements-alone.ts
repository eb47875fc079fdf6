// Sends the statements of one request to the databases again and again, through `pg` and nothing else.
import pg from 'pg'
import { answerCommands } from '../processes.ts'
import { percentile } from '../report.ts'
import type { LoadResult, LoadStage, StageResult } from './load-generator.ts'
import type { RecordedStatement } from './recorded-platform.ts'

export interface StatementsCommands {
  /** What is sent, one after the other, for one request. */
  open(statements: readonly RecordedStatement[]): void
  /** As many requests at the same time as a stage has connections. */
  run(stages: readonly LoadStage[]): Promise<LoadResult>
}

/** As many as a service of the platform has. */
const poolSize = 10

type Ask = () => Promise<unknown>

let asks: readonly Ask[] = []
const pools = new Map<string, pg.Pool>()

answerCommands<StatementsCommands>({
  open(statements) {
    asks = statements.map(({ database, name, text, values }) => {
      const pool = pools.get(database.database) ?? new pg.Pool({ ...database, max: poolSize })
      pools.set(database.database, pool)
      const query = { text, values: [...values], ...(name !== undefined && { name }) }
      return () => pool.query(query)
    })
  },
  async run(stages) {
    const results: StageResult[] = []
    for (const stage of stages) results.push(await runStage(stage))
    const [whole] = results
    if (!whole) throw new Error('There is no stage to run.')
    const answers = results.reduce((sum, { perSecond }, index) => {
      return sum + perSecond * (stages[index]?.seconds ?? 0)
    }, 0)
    return { stages: results, whole, answers: Math.round(answers), failures: 0 }
  },
})

async function runStage({ connections, seconds }: LoadStage): Promise<StageResult> {
  const times: number[] = []
  const begun = performance.now()
  const endAt = begun + seconds * 1_000
  const askOn = async (): Promise<void> => {
    while (performance.now() < endAt) {
      const asked = performance.now()
      for (const ask of asks) await ask()
      times.push(performance.now() - asked)
    }
  }
  await Promise.all(Array.from({ length: connections }, askOn))
  const took = (performance.now() - begun) / 1_000
  const sorted = Float64Array.from(times).sort()
  return {
    connections,
    perSecond: times.length / took,
    p50: percentile(sorted, 0.5),
    p95: percentile(sorted, 0.95),
    p99: percentile(sorted, 0.99),
    longest: sorted.at(-1) ?? Number.NaN,
  }
}
