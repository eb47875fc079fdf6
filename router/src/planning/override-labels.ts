import { type Directive, isInterfaceType, isObjectType } from '@apollo/federation-internals'
import type { DocumentNode } from 'graphql'
import type { Supergraph } from '../supergraph/supergraph.ts'
import { selectedCoordinates } from './selected-coordinates.ts'

/**
 * Terminology
 * - Label: what `@override(from:, label:)` of a field goes by: while it is on, the field comes from its new subgraph.
 */

/** The labels that a plan for a document may depend on. */
export type OverrideLabels = (document: DocumentNode) => readonly string[]

const noLabels: OverrideLabels = () => []

/** Reads the labels of a supergraph. */
export function readOverrideLabels({
  federated,
  apiSchema,
  names,
}: Pick<Supergraph, 'federated' | 'apiSchema' | 'names'>): OverrideLabels {
  const labels = new Map<string, string>()
  // What a key or a requirement names may be fetched for any operation.
  const always = new Set<string>()
  for (const type of federated.schema.types()) {
    if (!isObjectType(type) && !isInterfaceType(type)) continue
    for (const { name, coordinate, appliedDirectives } of type.fields()) {
      const label = appliedDirectives.map(labelOf).find((one) => one !== undefined)
      if (label === undefined) continue
      labels.set(coordinate, label)
      if (names.all.has(name)) always.add(label)
    }
  }
  if (labels.size === 0) return noLabels
  return (document) => {
    const found = [...selectedCoordinates(document, apiSchema)].flatMap(
      (coordinate) => labels.get(coordinate) ?? [],
    )
    return [...new Set([...always, ...found])].toSorted()
  }
}

function labelOf(directive: Directive): string | undefined {
  if (directive.name !== 'join__field') return undefined
  const { overrideLabel } = directive.arguments()
  return typeof overrideLabel === 'string' ? overrideLabel : undefined
}
