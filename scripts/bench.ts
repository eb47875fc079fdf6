// npm run bench [-- NAME ... --quick]: starts what it measures, prints tables, and writes JSON under .gravity/bench/.
import { parseArgs } from 'node:util'
import { type Benchmark, openBench } from './bench/bench.ts'
import { benchCold } from './bench/cold.ts'
import { benchFederation } from './bench/federation.ts'
import { benchLiveDelivery } from './bench/live-delivery.ts'
import { benchLiveRestarts } from './bench/live-restarts.ts'
import { benchPlainReads } from './bench/plain-reads.ts'
import { benchPlatform } from './bench/platform.ts'
import { endAllProcesses } from './bench/processes.ts'
import { benchSlowSubgraphs } from './bench/slow-subgraphs.ts'
import { benchSmallQuery } from './bench/small-query.ts'
import { benchSubscriptions } from './bench/subscriptions.ts'

const benchmarks: Readonly<Record<string, Benchmark>> = {
  federation: benchFederation,
  'slow-subgraphs': benchSlowSubgraphs,
  'small-query': benchSmallQuery,
  platform: benchPlatform,
  cold: benchCold,
  subscriptions: benchSubscriptions,
  'plain-reads': benchPlainReads,
  'live-delivery': benchLiveDelivery,
  'live-restarts': benchLiveRestarts,
}

const { positionals: wanted, values } = parseArgs({
  allowPositionals: true,
  options: { quick: { type: 'boolean', default: false } },
})
const unknown = wanted.filter((name) => !(name in benchmarks))
if (unknown.length > 0) {
  console.error(
    `There is no benchmark ${unknown.join(', ')}; there are ${Object.keys(benchmarks).join(', ')}.`,
  )
  process.exit(1)
}
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => process.exit(1))
process.on('exit', endAllProcesses)

await using bench = await openBench(values)
console.log(bench.cores.sentence)
for (const [name, run] of Object.entries(benchmarks)) {
  if (wanted.length > 0 && !wanted.includes(name)) continue
  const begun = performance.now()
  console.log(`\n▸ ${name}`)
  try {
    await run(bench)
    console.log(`  ${name} took ${Math.round((performance.now() - begun) / 1_000)} s.`)
  } catch (error) {
    // The others may still succeed.
    console.error(error)
    process.exitCode = 1
  }
}
