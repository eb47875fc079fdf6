import type { ErrorMask } from '../errors.ts'
import type { GraphCall } from '../graph.ts'
import type { ExecutionRun } from './execution-run.ts'
import type { BoundOperation } from './executor.ts'
import { Faults } from './faults.ts'

/** Starts an execution with an empty response tree. */
export function createRun(
  { operation, variables }: BoundOperation,
  { identity, signal, headers, freshness, audience, passed }: GraphCall,
  mask: ErrorMask,
): ExecutionRun {
  const { supergraph, clientOf } = operation.generation
  return {
    data: Object.create(null),
    faults: new Faults(),
    types: supergraph.types,
    variables,
    call: { identity, signal, headers, freshness, audience, passed },
    describe: {
      ofError: (error, subgraph) => mask.ofError(error, { subgraph, identity, signal }),
      ofFailure: (cause, subgraph) => mask.ofFailure(cause, { subgraph, identity, signal }),
    },
    clientOf,
    shared: false,
  }
}
