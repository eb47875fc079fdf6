import { type LoadGenerator, openLoadGenerator, type Turns } from './load.ts'
import { type Cores, movePinned, shareCores } from './pinning.ts'

/** What every benchmark is given. */
export interface Bench {
  readonly cores: Cores
  readonly load: LoadGenerator
  /** About a minute for each table instead of a few. */
  readonly quick: boolean
}

export type Benchmark = (bench: Bench) => Promise<void>

/** Shares out the processors, keeps this process off the measured one, and starts the load generator. */
export async function openBench(options: {
  readonly quick: boolean
}): Promise<Bench & AsyncDisposable> {
  const cores = shareCores()
  // What is started from here, such as PostgreSQL, stays there too.
  movePinned(cores.rest, [process.pid])
  const load = await openLoadGenerator(cores)
  return { ...options, cores, load, [Symbol.asyncDispose]: () => load[Symbol.asyncDispose]() }
}

/** The usual rounds: as many, and as long, as the run allows. */
export function usualTurns({ quick }: Bench, connections: number): Turns {
  const seconds = quick ? 3 : 8
  return {
    rounds: 3,
    stages: [{ connections, seconds }],
    warmUp: { connections, seconds: quick ? 3 : 8 },
  }
}
