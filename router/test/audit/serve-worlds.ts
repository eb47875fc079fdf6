import { aSubgraph } from '../execution-graph.ts'
import { auditSuites } from './audit-suites.ts'
import { type ServedSubgraphs, serveSubgraphs } from './serve-subgraphs.ts'
import type { World } from './world.ts'
import { worldSubgraphs } from './world-subgraph.ts'
import { abstractTypeWorlds } from './worlds/abstract-types.ts'
import { interfaceObjectWorlds } from './worlds/interface-objects.ts'
import { keyWorlds } from './worlds/keys.ts'
import { requirementWorlds } from './worlds/requires.ts'
import { sharedFieldWorlds } from './worlds/shared-fields.ts'

const worlds = new Map<string, () => World>(
  Object.entries({
    ...abstractTypeWorlds,
    ...interfaceObjectWorlds,
    ...keyWorlds,
    ...requirementWorlds,
    ...sharedFieldWorlds,
  }),
)

/** Serves the subgraphs of all suites, each at the path that it has in the audit. */
export function serveWorlds(): Promise<ServedSubgraphs> {
  const schemas = auditSuites.flatMap((suite) => {
    const createWorld = worlds.get(suite.id)
    if (!createWorld) throw new Error(`No world for ${suite.id}`)
    return worldSubgraphs(suite, createWorld()).map(
      (subgraph) => [`/${suite.id}/${subgraph.name}`, aSubgraph(subgraph).schema] as const,
    )
  })
  return serveSubgraphs(new Map(schemas))
}
