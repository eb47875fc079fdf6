import { type Bench, usualTurns } from './bench.ts'
import { benchmarkCandidates, openFederationGateways } from './federation-gateways.ts'
import { doubts, measureInTurns, medianOf, type Round, ratioOf } from './load.ts'
import { type Row, report, rounded } from './report.ts'

const connections = 50

/** Table 1: the federation benchmark, 4 subgraphs and an answer of 87 KB. */
export async function benchFederation(bench: Bench): Promise<void> {
  await using stack = new AsyncDisposableStack()
  const federation = await openFederationGateways(bench, stack)
  const { candidates, notes } = await benchmarkCandidates(bench, federation, stack)
  const measured = await measureInTurns(bench.load, candidates, usualTurns(bench, connections))
  await report('federation', rowsOf(measured), {
    notes: [bench.cores.sentence, `${connections} connections.`, ...notes, ...doubts(measured)],
    measurements: Object.fromEntries(measured),
  })
}

function rowsOf(measured: ReadonlyMap<string, readonly Round[]>): Row[] {
  return [...measured].map(([name, rounds]) => {
    const besides = (other: string): number => ratioOf(rounds, measured.get(other), 'perSecond')
    return {
      gateway: name,
      'requests/s': rounded(medianOf(rounds, 'perSecond')),
      'p50 ms': rounded(medianOf(rounds, 'p50')),
      'p99 ms': rounded(medianOf(rounds, 'p99')),
      'RSS MiB': medianOf(rounds, 'memory'),
      'CPU µs/request': rounded(medianOf(rounds, 'processorMicroseconds')),
      'fetches/request': rounded(medianOf(rounds, 'subgraphRequestsPerAnswer')),
      '÷ Apollo': besides('Apollo Gateway'),
      '÷ Hive': besides('Hive Gateway'),
      '÷ limit': besides('limit'),
    }
  })
}
