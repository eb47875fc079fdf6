// Changes the schema again and again, and asks ever different operations, to see what stays in memory. Needs --expose-gc.
import { readRouterConfig } from '@gravity/router/config'
import type { SupergraphSource } from '@gravity/router/supergraph/supergraph-source'
import {
  benchmarkQuery,
  benchmarkResponse,
  benchmarkSubgraphs,
  benchmarkSupergraph,
} from '../../../router/test/execution-benchmark.ts'
import { ask, startGraph } from '../../../router/test/execution-graph.ts'
import { assertSameData } from '../answers.ts'
import { answerCommands } from '../processes.ts'

/** Memory in MiB, after a full collection on the main thread; other threads collect when they like. */
export interface MemorySample {
  /** How many schemas or operations there were so far. */
  readonly after: number
  readonly heap: number
  /** What the heap of the main thread holds reserved. */
  readonly reserved: number
  /** The same of the threads that plan. */
  readonly threads: number
  /** Outside of the heaps, for instance buffers. */
  readonly external: number
  readonly resident: number
  /** How long each took since the sample before, in milliseconds. */
  readonly milliseconds: number
}

export interface SchemaMemoryCommands {
  /** Opens the graph of the federation benchmark, with the subgraphs in memory. */
  open(input: null): Promise<void>
  /** Changes the schema so many times, and waits for an answer over each. */
  swap(input: { readonly count: number; readonly from: number }): Promise<MemorySample>
  /** Asks so many operations, each once. */
  askDistinct(input: { readonly count: number; readonly from: number }): Promise<MemorySample>
  /** Stops the graph. */
  close(input: null): Promise<void>
}

type BenchGraph = Awaited<ReturnType<typeof startGraph>>

let graph: BenchGraph | undefined
let change: (sdl: string) => void = () => undefined

answerCommands<SchemaMemoryCommands>({
  async open() {
    const source: SupergraphSource = {
      async start(onChange) {
        change = onChange
        return benchmarkSupergraph
      },
      stop: async () => undefined,
    }
    const { planning } = readRouterConfig({ ...process.env, PORT: '0' })
    graph = await startGraph(benchmarkSubgraphs, { source, planning })
    for (const query of [benchmarkQuery, ...otherQueries]) await ask(graph, query)
  },
  swap: ({ count, from }) =>
    sampled(count, from, async (opened, number) => {
      const changed = new Promise<void>((resolve) => {
        const stop = opened.onSchemaChange(() => {
          stop()
          resolve()
        })
      })
      change(benchmarkSupergraph.replace('type Query', `"Number ${number}."\ntype Query`))
      await changed
      assertSameData('The graph', await ask(opened, benchmarkQuery), expected)
    }),
  askDistinct: ({ count, from }) =>
    sampled(count, from, async (opened, number) => {
      const { errors } = await ask(opened, `{ users { id name${number}: name reviews { id } } }`)
      if (errors) throw new Error(JSON.stringify(errors))
    }),
  async close() {
    await graph?.stop()
  },
})

/** What each new schema is prepared for besides the benchmark's query. */
const otherQueries = [
  '{ users { id name } }',
  '{ topProducts(first: 2) { upc name reviews { id body } } }',
  '{ me { id reviews { product { name inStock } } } }',
  'query ($first: Int) { topProducts(first: $first) { price shippingEstimate } }',
]

// The file holds a GraphQL response.
const expected = benchmarkResponse as { readonly data: unknown }

async function sampled(
  count: number,
  from: number,
  turn: (opened: BenchGraph, number: number) => Promise<void>,
): Promise<MemorySample> {
  if (!graph) throw new Error('There is no graph; call open first.')
  const begun = performance.now()
  for (let number = from; number < from + count; number += 1) await turn(graph, number)
  const milliseconds = (performance.now() - begun) / count
  // What was let go of may need a second round, and timers that hold the former schema a moment.
  await new Promise((resolve) => setTimeout(resolve, 100))
  for (let round = 0; round < 3; round += 1) globalThis.gc?.()
  const { heapUsed, heapTotal, external, rss } = process.memoryUsage()
  const mebibytes = (bytes: number): number => Math.round(bytes / 1_048_576)
  return {
    after: from + count,
    heap: mebibytes(heapUsed),
    reserved: mebibytes(heapTotal),
    threads: mebibytes(threadHeaps()),
    external: mebibytes(external),
    resident: mebibytes(rss),
    milliseconds,
  }
}

/** The parts of a report that are read here: https://nodejs.org/docs/latest-v24.x/api/report.html. */
interface Report {
  readonly workers: readonly {
    readonly javascriptHeap: { readonly totalCommittedMemory: number }
  }[]
}

/** What the heaps of all threads but the main one hold reserved, in bytes. */
function threadHeaps(): number {
  // Typed as an object.
  const { workers } = process.report.getReport() as Report
  return workers.reduce((sum, { javascriptHeap }) => sum + javascriptHeap.totalCommittedMemory, 0)
}
