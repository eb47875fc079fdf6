import { readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { concatAST, parse, print, separateOperations } from 'graphql'
import { benchmarkQuery, benchmarkSupergraph } from '../../router/test/execution-benchmark.ts'
import { repositoryRoot } from '../repository-root.ts'
import { answerFetches } from './answers.ts'
import type { Bench } from './bench.ts'
import { openFederationSubgraphs, startGravity } from './federation-gateways.ts'
import { gravityEnvironment } from './gravity-environment.ts'
import { graphqlTarget } from './load.ts'
import { startProgram } from './processes.ts'
import type { ColdOperation, ColdPlanningCommands } from './programs/cold-planning.ts'
import type { MemorySample, SchemaMemoryCommands } from './programs/schema-memory.ts'
import { median, progress, type Row, report, rounded } from './report.ts'

/** Table 5: what was not asked before, and what changes of the schema cost and leave behind. */
export async function benchCold(bench: Bench): Promise<void> {
  await reportPlanning(bench)
  await reportSchemaChange(bench)
  await reportMemory(bench)
}

const largest = 9

/** What is asked before all others, so that the start of the planner is seen there and not in the largest one. */
const opener = (query: string): ColdOperation => ({
  name: `${query}, before all others`,
  query,
})

/** The federation benchmark's query, and the nine largest operations of the platform's clients. */
async function reportPlanning({ cores }: Bench): Promise<void> {
  const platformSupergraph = await readFile(
    join(repositoryRoot, 'schema', 'supergraph.graphql'),
    'utf8',
  )
  const groups = [
    {
      supergraph: platformSupergraph,
      operations: [opener('{ me { id } }'), ...(await clientOperations()).slice(0, largest)],
    },
    {
      supergraph: benchmarkSupergraph,
      operations: [
        opener('{ me { id } }'),
        { name: 'TestQuery (federation benchmark)', query: benchmarkQuery },
      ],
    },
  ]
  const rows: Row[] = []
  for (const { supergraph, operations } of groups) {
    const program = await startProgram<ColdPlanningCommands>('cold-planning', {
      cores: cores.measured,
      env: gravityEnvironment(),
    })
    const cold = await program.call('ask', { supergraph, operations })
    const warm = await program.call('ask', { supergraph, operations })
    await program.stop()
    for (const { name, query } of operations) {
      rows.push({
        operation: name,
        characters: query.length,
        'first in a new process, ms': rounded(cold[name]?.first ?? Number.NaN),
        'first over a new schema, ms': rounded(warm[name]?.first ?? Number.NaN),
        'again, ms': rounded(warm[name]?.second ?? Number.NaN),
      })
    }
  }
  await report('cold-operations', rows, {
    notes: [
      cores.sentence,
      'Parsed, validated, planned, compiled and executed over subgraphs that answer null at once.',
    ],
  })
}

async function clientOperations(): Promise<ColdOperation[]> {
  const folder = join(repositoryRoot, 'schema', 'operations')
  const files = await readdir(folder)
  const texts = await Promise.all(files.map((file) => readFile(join(folder, file), 'utf8')))
  const document = concatAST(texts.map((text) => parse(text, { noLocation: true })))
  return Object.entries(separateOperations(document))
    .map(([name, operation]) => ({ name, query: print(operation) }))
    .sort((a, b) => b.query.length - a.query.length)
}

/** From the moment at which the supergraph's file has changed to the first answer that only the new schema gives. */
async function reportSchemaChange(bench: Bench): Promise<void> {
  await using stack = new AsyncDisposableStack()
  const { supergraph } = await openFederationSubgraphs(bench, stack)
  const gravity = await startGravity({
    cores: bench.cores.measured,
    supergraph,
    env: { GRAVITY_ROUTER_INTROSPECTION: 'on' },
  })
  stack.defer(() => gravity.stop())
  const sdl = await readFile(supergraph, 'utf8')
  const body = benchmarkQuery.slice(benchmarkQuery.indexOf('query TestQuery {') + 17)
  const fragments = benchmarkQuery.slice(0, benchmarkQuery.indexOf('query TestQuery {'))
  const times: number[] = []
  const changes = bench.quick ? 5 : 20
  for (let number = 0; number < changes; number += 1) {
    const added = `type Added${number} @join__type(graph: ACCOUNTS) { id: ID! }\n`
    const query = `${fragments} query TestQuery { added: __type(name: "Added${number}") { name } ${body}`
    const target = graphqlTarget(`${gravity.url}/graphql`, { query })
    // Evenly spread over the second after which the router looks again.
    await delay(((number + 0.5) / changes) * 1_000)
    await writeFile(supergraph, `${sdl}\n${added}`)
    const begun = performance.now()
    while (!isAdded(await answerFetches(target))) await delay(2)
    times.push(performance.now() - begun)
    progress(`schema change ${number + 1} of ${changes}: ${rounded(times.at(-1) ?? 0)} ms`)
  }
  const row = {
    'schema changes': changes,
    'median ms': rounded(median(times)),
    'longest ms': rounded(Math.max(...times)),
  }
  await report('schema-change', [row], {
    notes: [
      bench.cores.sentence,
      'From the change of the file to the first answer of the benchmark query over the new schema.',
      'The router looks at the file 20 ms after the system has told of a change in its folder.',
    ],
    measurements: times,
  })
}

function isAdded({
  data,
  errors,
}: {
  readonly data?: unknown
  readonly errors?: unknown
}): boolean {
  if (errors) throw new Error(JSON.stringify(errors).slice(0, 500))
  return typeof data === 'object' && data !== null && 'added' in data && data.added !== null
}

const samples = 10

/** On all processors: this is no matter of speed, and plans are made on threads of their own. */
async function reportMemory({ cores, quick }: Bench): Promise<void> {
  const swaps = quick ? 100 : 1_000
  const operations = quick ? 3_000 : 10_000
  const rows: Row[] = []
  const series: Record<string, MemorySample[]> = {}
  for (const [what, total] of [
    ['swap', swaps],
    ['askDistinct', operations],
  ] as const) {
    const program = await startProgram<SchemaMemoryCommands>('schema-memory', {
      cores: cores.all,
      env: gravityEnvironment(),
      nodeOptions: ['--expose-gc'],
    })
    await program.call('open', null)
    const subject = what === 'swap' ? 'changes of the schema' : 'distinct operations'
    const count = total / samples
    for (let from = 0; from < total; from += count) {
      const sample = await program.call(what, { count, from })
      series[what] = [...(series[what] ?? []), sample]
      progress(`${sample.after} ${subject}: heap ${sample.heap} MiB, RSS ${sample.resident} MiB`)
      rows.push({
        after: `${sample.after.toLocaleString('en-US')} ${subject}`,
        'heap MiB': sample.heap,
        'reserved MiB': sample.reserved,
        'threads MiB': sample.threads,
        'external MiB': sample.external,
        'RSS MiB': sample.resident,
        'ms each': rounded(sample.milliseconds),
      })
    }
    await program.call('close', null)
    await program.stop()
  }
  await report('memory-over-time', rows, {
    notes: [
      'After a full collection on the main thread. "Reserved" is its heap with what V8 keeps for the next garbage, "threads" the same of the threads that plan.',
      'Each schema is prepared for five operations, and the benchmark query is asked over it.',
    ],
    measurements: series,
  })
}
