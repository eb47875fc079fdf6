import { readIfPresent } from './read-if-present.ts'
import type { SubgraphSource } from './subgraph-source.ts'
import { digestOfSupergraph, supergraphDigest } from './supergraph-digest.ts'

/** A supergraph, and where it came from. */
export interface LoadedSupergraph {
  readonly supergraphSdl: string
  /** `committed` when schema/supergraph.graphql was made from exactly these SDLs, `composed` when it had to be made now. */
  readonly origin: 'committed' | 'composed'
}

const committedSupergraph = new URL('../supergraph.graphql', import.meta.url)

/**
 * The supergraph of these subgraphs, in milliseconds when the committed file fits and by composing in memory otherwise.
 * Throws `CompositionError` when the subgraphs do not compose.
 */
export async function loadSupergraph(
  subgraphs: readonly SubgraphSource[],
  committed: URL = committedSupergraph,
): Promise<LoadedSupergraph> {
  const digest = supergraphDigest(subgraphs)
  const supergraphSdl = await readIfPresent(committed)
  if (supergraphSdl !== undefined && digestOfSupergraph(supergraphSdl) === digest) {
    return { supergraphSdl, origin: 'committed' }
  }
  const { composeSupergraph } = await import('./compose-supergraph.ts')
  return { supergraphSdl: composeSupergraph(subgraphs).supergraphSdl, origin: 'composed' }
}
