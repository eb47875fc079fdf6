import { loadSupergraph } from '@gravity/schema/load-supergraph'
import type { SupergraphSource } from './supergraph-source.ts'

/** A subgraph as composition needs it. `Subgraph` of `@gravity/shared` is one. */
export interface ComposableSubgraph {
  readonly name: string
  readonly sdl: string
  /** Where the router reaches it; left out when it is called in memory. */
  readonly url?: string
}

/**
 * The supergraph of subgraphs that run in this process: the committed one when it was made from exactly these SDLs,
 * composed in memory otherwise. Rejects with a readable `CompositionError` when they do not compose.
 */
export function composedSource(subgraphs: readonly ComposableSubgraph[]): SupergraphSource {
  return {
    async start() {
      const sources = subgraphs.map(({ name, sdl, url = `memory:${name}` }) => ({ name, sdl, url }))
      const { supergraphSdl } = await loadSupergraph(sources)
      return supergraphSdl
    },
    stop: async () => undefined,
  }
}
