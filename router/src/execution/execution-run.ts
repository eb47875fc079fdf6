import type {
  SubgraphCall,
  SubgraphClient,
  SubgraphError,
  SubgraphOperation,
} from '../subgraphs/subgraph-client.ts'
import type { TypeRelations } from '../supergraph/supergraph.ts'
import type { FaultError, Faults } from './faults.ts'
import type { ResponseObject } from './response-tree.ts'

/** Turns what went wrong into what a client may see, and logs the rest. */
export interface FaultDescriber {
  /** For an error that a subgraph reported. */
  ofError(error: SubgraphError, subgraph: string): FaultError
  /** For a subgraph that did not answer, or not as it must. */
  ofFailure(cause: unknown, subgraph: string): FaultError
}

/** Everything that belongs to one execution of a plan, or to one event of a subscription. */
export interface ExecutionRun {
  readonly data: ResponseObject
  readonly faults: Faults
  readonly types: TypeRelations
  /** Coerced; a variable that was not given and has no default is absent. */
  readonly variables: Readonly<Record<string, unknown>>
  readonly call: SubgraphCall
  readonly describe: FaultDescriber
  readonly clientOf: (subgraph: string) => SubgraphClient
  /** Becomes true when an object of an answer hangs in the response tree at more than one place. */
  shared: boolean
}

/** One request of a plan, compiled. Never rejects for what a subgraph did: that becomes faults of the run. */
export interface FetchTask {
  readonly operation: SubgraphOperation
  run(run: ExecutionRun): Promise<void> | undefined
}

/** The values of the variables that an operation uses, as far as they were given. */
export function variablesFor(
  names: readonly string[],
  { variables }: ExecutionRun,
): Record<string, unknown> {
  const values: Record<string, unknown> = Object.create(null)
  for (const name of names) {
    const value = ownVariable(variables, name)
    if (value !== undefined) values[name] = value
  }
  return values
}

function ownVariable(variables: Readonly<Record<string, unknown>>, name: string): unknown {
  return Object.hasOwn(variables, name) ? variables[name] : undefined
}
