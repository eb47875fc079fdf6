import type { DocumentNode, GraphQLSchema } from 'graphql'
import type { RequirementConflicts } from '../supergraph/requirement-conflicts.ts'
import { selectedCoordinates } from './selected-coordinates.ts'

/**
 * The layer in which each field that needs a response tree of its own is fetched, by coordinate. Layer 0 is everything
 * else; almost every operation has only that.
 */
export interface Layers {
  readonly count: number
  layerOf(parentType: string, field: string): number
}

const oneLayer: Layers = { count: 1, layerOf: () => 0 }

/** Spreads the conflicting fields of a document over as few layers as a greedy choice finds. */
export function chooseLayers(
  document: DocumentNode,
  schema: GraphQLSchema,
  conflicts: RequirementConflicts,
): Layers {
  if (conflicts.size === 0) return oneLayer
  const layers = new Map<string, number>()
  let count = 1
  for (const coordinate of selectedCoordinates(document, schema)) {
    const others = conflicts.get(coordinate)
    if (!others || layers.has(coordinate)) continue
    const taken = new Set([...others].map((other) => layers.get(other)))
    let layer = 0
    while (taken.has(layer)) layer += 1
    layers.set(coordinate, layer)
    count = Math.max(count, layer + 1)
  }
  if (count === 1) return oneLayer
  return { count, layerOf: (parentType, field) => layers.get(`${parentType}.${field}`) ?? 0 }
}
