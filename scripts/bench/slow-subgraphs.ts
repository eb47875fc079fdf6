import { type Bench, usualTurns } from './bench.ts'
import { benchmarkCandidates, openFederationGateways } from './federation-gateways.ts'
import { doubts, measureInTurns, medianOf, type Round, type Turns } from './load.ts'
import { median, progress, type Row, report, rounded } from './report.ts'

const delayMs = 50
const connections = 50
const ramp = [50, 100, 200, 300, 400, 500]

/** Table 2: the federation benchmark over subgraphs that take 50 ms, and under more and more connections. */
export async function benchSlowSubgraphs(bench: Bench): Promise<void> {
  await using stack = new AsyncDisposableStack()
  const federation = await openFederationGateways(bench, stack)
  const { candidates, notes } = await benchmarkCandidates(bench, federation, stack)
  const said = [bench.cores.sentence, ...notes]

  progress(`Subgraphs take ${delayMs} ms.`)
  await federation.subgraphs.call('delay', delayMs)
  const slow = await measureInTurns(bench.load, candidates, usualTurns(bench, connections))
  await federation.subgraphs.call('delay', 0)
  await report('slow-subgraphs', slowRows(slow), {
    notes: [`${connections} connections, ${delayMs} ms per fetch.`, ...said, ...doubts(slow)],
    measurements: Object.fromEntries(slow),
  })

  progress(`A ramp of ${ramp.join(', ')} connections.`)
  const steep = await measureInTurns(bench.load, candidates, rampTurns(bench))
  await report('connection-ramp', rampRows(steep), {
    notes: [`${ramp.join(', ')} connections, one after the other.`, ...said, ...doubts(steep)],
    measurements: Object.fromEntries(steep),
  })
}

function rampTurns({ quick }: Bench): Turns {
  const seconds = quick ? 2 : 4
  return {
    rounds: quick ? 1 : 3,
    stages: ramp.map((count) => ({ connections: count, seconds })),
    warmUp: { connections, seconds },
  }
}

function slowRows(measured: ReadonlyMap<string, readonly Round[]>): Row[] {
  return [...measured].map(([gateway, rounds]) => ({
    gateway,
    'requests/s': rounded(medianOf(rounds, 'perSecond')),
    'p50 ms': rounded(medianOf(rounds, 'p50')),
    'p99 ms': rounded(medianOf(rounds, 'p99')),
    'longest ms': rounded(medianOf(rounds, 'longest')),
    'CPU µs/request': rounded(medianOf(rounds, 'processorMicroseconds')),
    'peak RSS MiB': medianOf(rounds, 'peakMemory'),
  }))
}

function rampRows(measured: ReadonlyMap<string, readonly Round[]>): Row[] {
  return [...measured].map(([gateway, rounds]) => {
    const last = (figure: 'perSecond' | 'p50' | 'p99'): number =>
      rounded(median(rounds.map(({ stages }) => stages.at(-1)?.[figure] ?? Number.NaN)))
    return {
      gateway,
      'requests/s': rounded(medianOf(rounds, 'perSecond')),
      'p99 ms': rounded(medianOf(rounds, 'p99')),
      'requests/s at 500': last('perSecond'),
      'p50 ms at 500': last('p50'),
      'p99 ms at 500': last('p99'),
      'longest ms': rounded(medianOf(rounds, 'longest')),
      'peak RSS MiB': medianOf(rounds, 'peakMemory'),
    }
  })
}
