import { performance } from 'node:perf_hooks'
import type { SubgraphOperation, SubgraphRequest } from '../../subgraphs/subgraph-client.ts'
import type { ExecutionRun } from '../execution-run.ts'

/** When a subgraph was asked, in milliseconds since the execution began. */
export interface FetchTime {
  readonly startedAt: number
  readonly endedAt: number
  /** How many entities were asked for; 0 for a fetch of root fields. */
  readonly entities: number
}

/** Writes down when the fetches of one execution run. */
export class FetchTimes {
  readonly #begun = performance.now()
  readonly #times = new Map<SubgraphOperation, FetchTime[]>()

  /** The same run, watched. */
  watch(run: ExecutionRun): ExecutionRun {
    return {
      ...run,
      clientOf: (subgraph) => {
        const client = run.clientOf(subgraph)
        return {
          ...client,
          send: async (request, call) => {
            const startedAt = this.#now()
            try {
              return await client.send(request, call)
            } finally {
              this.#add(request, startedAt)
            }
          },
        }
      },
    }
  }

  /** Several for what was asked more than once, as when arguments come from a context. */
  of(operation: SubgraphOperation): readonly FetchTime[] {
    return this.#times.get(operation) ?? []
  }

  #add({ operation, representations }: SubgraphRequest, startedAt: number): void {
    const entities = [...representations.values()].flat().length
    const times = this.#times.get(operation) ?? []
    times.push({ startedAt, endedAt: this.#now(), entities })
    this.#times.set(operation, times)
  }

  #now(): number {
    return Math.round((performance.now() - this.#begun) * 100) / 100
  }
}
