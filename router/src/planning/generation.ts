import { setImmediate as nextTurn } from 'node:timers/promises'
import type { Logger } from '@gravity/shared/log/logger'
import { readAccessRules } from '../access/access-rules.ts'
import { denyPolicies, type PolicyCheck } from '../access/check-access.ts'
import type { ClientPool } from '../subgraphs/client-pool.ts'
import { createSupergraph } from '../supergraph/supergraph.ts'
import type { Generation } from './operation.ts'
import {
  createOperationCache,
  type OperationCache,
  type OperationCacheOptions,
} from './operation-cache.ts'
import { createPlanner } from './planner.ts'

/** A generation with its prepared operations. */
export interface ServedGeneration extends Generation {
  readonly operations: OperationCache
}

export interface GenerationOptions extends OperationCacheOptions {
  readonly clients: ClientPool
  readonly log: Logger
  readonly allowsPolicy?: PolicyCheck | undefined
  /** The fields (`Type.field`) whose values do not depend on who asks; none by default. */
  readonly viewerIndependentFields?: ReadonlySet<string> | undefined
}

/** How many of the last documents are planned again at once when the schema changes. */
const warmedOperations = 200

/** Makes everything that serving a supergraph needs. Throws when it cannot be served. */
export function createGeneration(sdl: string, options: GenerationOptions): ServedGeneration {
  const supergraph = createSupergraph(sdl)
  const generation: Generation = {
    supergraph,
    planner: createPlanner(supergraph),
    accessRules: readAccessRules(supergraph),
    allowsPolicy: options.allowsPolicy ?? denyPolicies,
    maximumNodes: options.maximumNodes ?? Number.POSITIVE_INFINITY,
    viewerIndependentFields: options.viewerIndependentFields ?? new Set(),
    clientOf: options.clients.clientsFor(supergraph.subgraphs),
  }
  return Object.assign(generation, { operations: createOperationCache(generation, options) })
}

/**
 * Prepares in a new generation what the one before was asked for last, one document a turn of the event loop, so that
 * a change of the schema does not make everybody wait for the planner at once.
 */
export async function warmUp(
  next: ServedGeneration,
  previous: ServedGeneration,
  log: Logger,
): Promise<void> {
  for (const request of previous.operations.recent(warmedOperations)) {
    await nextTurn()
    try {
      await next.operations.prepare(request)
    } catch (error) {
      log.warn({ err: error }, 'An operation cannot be planned over the new schema.')
    }
  }
}
