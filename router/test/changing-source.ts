import { composedSource } from '../src/supergraph/composed-source.ts'
import type { SupergraphSource } from '../src/supergraph/supergraph-source.ts'
import type { TestSubgraph } from './execution-graph.ts'

/** A source that a test changes. */
export interface ChangingSource {
  readonly source: SupergraphSource
  /** Serves what is composed of other subgraphs from now on. */
  swap(subgraphs: readonly TestSubgraph[]): Promise<void>
  /** Hands out any text. */
  change(sdl: string): void
}

/** A source that begins with what is composed of the first subgraphs. */
export function createChangingSource(first: readonly TestSubgraph[]): ChangingSource {
  let change: (sdl: string) => void = () => undefined
  return {
    source: {
      async start(onChange) {
        change = onChange
        return composedSource(first).start(onChange)
      },
      stop: async () => undefined,
    },
    async swap(subgraphs) {
      change(await composedSource(subgraphs).start(change))
    },
    change: (sdl) => change(sdl),
  }
}
