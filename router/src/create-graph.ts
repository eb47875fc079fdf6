import { invariant } from '@gravity/shared/errors/invariant'
import { createErrorMask, type ErrorMaskOptions } from './errors.ts'
import { executeInParts } from './execution/deferred/execute-in-parts.ts'
import { executeOperation } from './execution/executor.ts'
import { subscribeToOperation } from './execution/subscription.ts'
import type { Graph, PreparedOperation } from './graph.ts'
import {
  type Generations,
  type GenerationsOptions,
  openGenerations,
} from './planning/generations.ts'
import { Operation } from './planning/operation.ts'
import { createClientPool, type OpenClient } from './subgraphs/client-pool.ts'

/** What a graph is made of: where its supergraph comes from and how its subgraphs are reached. */
export interface GraphOptions extends Omit<GenerationsOptions, 'clients'>, ErrorMaskOptions {
  readonly openClient: OpenClient
}

/** A graph that is being served, with what its host may want to know besides. */
export interface ServedGraph extends Graph {
  readonly supergraphSdl: () => string
  /** Calls the listener after each change of the schema, until the returned function is called. */
  onSchemaChange(listener: () => void): () => void
}

/**
 * Starts serving the supergraph of a source. Rejects when there is none to begin with, or it cannot be served. A later
 * one that cannot be served is logged, and the last good one stays. Requests finish over the schema that they began
 * with.
 */
export async function createGraph(options: GraphOptions): Promise<ServedGraph> {
  const mask = createErrorMask(options)
  const clients = createClientPool(options.openClient)
  const generations = await openGenerations({ ...options, clients })
  const { current } = generations
  return {
    apiSchema: () => current().supergraph.apiSchema,
    supergraphSdl: () => current().supergraph.sdl,
    onSchemaChange: generations.onChange,
    prepare: ({ query, operationName }) => current().operations.prepare({ query, operationName }),
    async execute(prepared, call) {
      const operation = ownOperation(prepared)
      const release = generations.hold(operation.generation)
      try {
        return await executeOperation(operation, call, mask)
      } finally {
        release()
      }
    },
    async executeInParts(prepared, call) {
      const operation = ownOperation(prepared)
      const release = generations.hold(operation.generation)
      const answer = await executeInParts(operation, call, mask)
      if ('body' in answer || answer.ended.aborted) release()
      else answer.ended.addEventListener('abort', release, { once: true })
      return answer
    },
    async subscribe(prepared, call) {
      const operation = ownOperation(prepared)
      const release = generations.hold(operation.generation)
      const result = await subscribeToOperation(operation, call, mask)
      if ('body' in result || result.ended.aborted) release()
      else result.ended.addEventListener('abort', release, { once: true })
      return result
    },
    checks: () => checksOf(generations),
    stop: () => generations.stop(),
  }
}

function ownOperation(prepared: PreparedOperation): Operation {
  invariant(prepared instanceof Operation, 'Operations are prepared by the graph that runs them')
  return prepared
}

function checksOf({ current }: Generations): Record<string, () => Promise<void>> {
  const { supergraph, clientOf } = current()
  const names = [...supergraph.subgraphs.keys()]
  return Object.fromEntries(names.map((name) => [name, () => clientOf(name).check()]))
}
