// npm run bench [-- NAME ...]: starts what it measures, prints tables, and writes JSON under .gravity/bench/.
import { benchLiveDelivery } from './bench/live-delivery.ts'
import { benchPlainReads } from './bench/plain-reads.ts'

const benchmarks: Readonly<Record<string, () => Promise<void>>> = {
  'plain-reads': benchPlainReads,
  'live-delivery': benchLiveDelivery,
}

const wanted = process.argv.slice(2)
const unknown = wanted.filter((name) => !(name in benchmarks))
if (unknown.length > 0) {
  console.error(
    `There is no benchmark ${unknown.join(', ')}; there are ${Object.keys(benchmarks).join(', ')}.`,
  )
  process.exit(1)
}
for (const [name, run] of Object.entries(benchmarks)) {
  if (wanted.length > 0 && !wanted.includes(name)) continue
  console.log(`\n▸ ${name}`)
  await run()
}
