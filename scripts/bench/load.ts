import type { Cores } from './pinning.ts'
import { type MeasuredProcess, type Program, startProgram } from './processes.ts'
import type {
  LoadCommands,
  LoadResult,
  LoadStage,
  LoadTarget,
  StageResult,
} from './programs/load-generator.ts'
import { median, progress, rounded } from './report.ts'

export type { LoadStage, LoadTarget }

/** One of those that are compared. */
export interface Candidate {
  readonly name: string
  /** What is asked; as a function when it must be made anew for each round. */
  readonly target: LoadTarget | (() => LoadTarget)
  /** Whose memory and processor time count. */
  readonly process: MeasuredProcess
  /** How many requests the subgraphs have had so far, when that is worth knowing. */
  readonly subgraphRequests?: () => Promise<number>
  /** Instead of the load generator, for what is no server. */
  readonly work?: (stages: readonly LoadStage[]) => Promise<LoadResult>
}

/** One round of one candidate. */
export interface Round extends StageResult {
  readonly stages: readonly StageResult[]
  readonly failures: number
  /** Processor time of the candidate per answer, in microseconds. */
  readonly processorMicroseconds: number
  readonly subgraphRequestsPerAnswer: number
  /** Which part of a processor the load generator needed, 0 to 1; near 1 it was the slower one. */
  readonly generatorBusy: number
  /** MiB, at the end of the round. */
  readonly memory: number
  readonly peakMemory: number
}

export interface Turns {
  readonly rounds: number
  readonly stages: readonly LoadStage[]
  /** Before the first round, for each candidate. */
  readonly warmUp: LoadStage
}

export interface LoadGenerator extends AsyncDisposable {
  run(target: LoadTarget, stages: readonly LoadStage[]): Promise<LoadResult>
  readonly pid: number
  /** Processor time so far. */
  processorSeconds(): number
}

/** Starts the load generator, a process of its own beside what is measured. */
export async function openLoadGenerator(cores: Cores): Promise<LoadGenerator> {
  const program: Program<LoadCommands> = await startProgram('load-generator', { cores: cores.rest })
  return {
    run: (target, stages) => program.call('run', { target, stages }),
    pid: program.pid,
    processorSeconds: program.processorSeconds,
    [Symbol.asyncDispose]: () => program.stop(),
  }
}

/** Warms the candidates up, then measures them in turn, A B C A B C, so that a change of the machine meets all alike. */
export async function measureInTurns(
  load: LoadGenerator,
  candidates: readonly Candidate[],
  { rounds, stages, warmUp }: Turns,
): Promise<Map<string, Round[]>> {
  const measured = new Map<string, Round[]>(candidates.map(({ name }) => [name, []]))
  for (const candidate of candidates) {
    progress(`${candidate.name}: warming up for ${warmUp.seconds} s`)
    await workOf(candidate, load)([warmUp])
  }
  for (let round = 1; round <= rounds; round += 1) {
    for (const candidate of candidates) {
      const result = await measureRound(load, candidate, stages)
      measured.get(candidate.name)?.push(result)
      const failed = result.failures > 0 ? `, ${result.failures} FAILED` : ''
      progress(
        `round ${round} of ${rounds}, ${candidate.name}: ${rounded(result.perSecond)}/s, p99 ${rounded(result.p99)} ms${failed}`,
      )
    }
  }
  return measured
}

async function measureRound(
  load: LoadGenerator,
  candidate: Candidate,
  stages: readonly LoadStage[],
): Promise<Round> {
  const { process, subgraphRequests } = candidate
  const work = workOf(candidate, load)
  process.forgetPeak()
  const askedBefore = await subgraphRequests?.()
  const secondsBefore = process.processorSeconds()
  const generatorBefore = load.processorSeconds()
  const begun = performance.now()
  const result = await work(stages)
  const generatorBusy =
    ((load.processorSeconds() - generatorBefore) / (performance.now() - begun)) * 1_000
  const seconds = process.processorSeconds() - secondsBefore
  const asked = (await subgraphRequests?.()) ?? Number.NaN
  const memory = process.memory()
  return {
    ...result.whole,
    stages: result.stages,
    failures: result.failures,
    processorMicroseconds: (seconds / result.answers) * 1e6,
    subgraphRequestsPerAnswer: (asked - (askedBefore ?? 0)) / result.answers,
    generatorBusy,
    memory: memory.now,
    peakMemory: memory.peak,
  }
}

function workOf(
  { target, work }: Candidate,
  load: LoadGenerator,
): (stages: readonly LoadStage[]) => Promise<LoadResult> {
  if (work) return work
  const made = typeof target === 'function' ? target() : target
  return (stages) => load.run(made, stages)
}

/** The median of one figure over the rounds. */
export function medianOf(rounds: readonly Round[], figure: keyof Omit<Round, 'stages'>): number {
  return median(rounds.map((round) => round[figure]))
}

/** How two candidates compare in one figure: the median over the rounds of what was measured side by side. */
export function ratioOf(
  rounds: readonly Round[] | undefined,
  others: readonly Round[] | undefined,
  figure: keyof Omit<Round, 'stages'>,
): number {
  const ratios = (rounds ?? []).map((round, index) => {
    const other = others?.[index]
    return other ? round[figure] / other[figure] : Number.NaN
  })
  return rounded(median(ratios))
}

/** Sentences for a table about figures that do not mean what they should; none when all is well. */
export function doubts(measured: ReadonlyMap<string, readonly Round[]>): string[] {
  return [...measured].flatMap(([name, rounds]) => {
    const failures = rounds.reduce((sum, round) => sum + round.failures, 0)
    const busy = medianOf(rounds, 'generatorBusy')
    return [
      ...(failures > 0 ? [`${name}: ${failures} answers failed; its figures do not count.`] : []),
      ...(busy > 0.9
        ? [`${name}: the load generator was busy ${Math.round(busy * 100)} % of the time.`]
        : []),
    ]
  })
}

/** What is asked, and by the holder of which token. */
export interface GraphqlRequest {
  readonly query: string
  readonly variables?: object
  readonly token?: string
}

/** A GraphQL request by POST. */
export function graphqlTarget(url: string, request: GraphqlRequest): LoadTarget {
  const { query, variables, token } = request
  return {
    url,
    headers: {
      'content-type': 'application/json',
      accept: 'application/json',
      ...(token !== undefined && { authorization: `Bearer ${token}` }),
    },
    body: JSON.stringify({ query, variables }),
  }
}
