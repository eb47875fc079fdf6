import type { RequestIdentity } from '@gravity/shared/viewer/viewer'
import type { GraphQLFormattedError, GraphQLSchema, OperationTypeNode } from 'graphql'

/**
 * Terminology
 * - Graph: the supergraph that is being served now, with everything needed to answer an operation over it.
 * - Prepared operation: a document that was parsed, validated, checked against the limits and planned; cached and
 *   used for every request that sends the same document and operation name.
 * - Result: the answer to one execution, or to one event of a subscription, already serialised.
 */

export interface GraphRequest {
  readonly query: string
  readonly operationName: string | undefined
  readonly variables: Readonly<Record<string, unknown>> | undefined
  readonly extensions: Readonly<Record<string, unknown>> | undefined
}

export interface PreparedOperation {
  readonly kind: OperationTypeNode
  /** The name in the document, for logs and traces; undefined when anonymous. */
  readonly name: string | undefined
}

/** Why a request was refused before anything was executed: syntax, validation, limits, unknown operation name. */
export interface RequestRefusal {
  readonly errors: readonly GraphQLFormattedError[]
}

export interface GraphResult {
  /** The masked errors, for logs and metrics; empty when there are none. */
  readonly errors: readonly GraphQLFormattedError[]
  /** True when execution never began (variables did not coerce): `data` is absent, not null. */
  readonly refused: boolean
  /** The whole response, `{"data":…}` with `errors` first when there are any, as JSON text. */
  readonly body: string
}

/** What execution needs to know of the request that it serves. */
export interface GraphCall {
  readonly identity: RequestIdentity
  readonly variables: Readonly<Record<string, unknown>>
  /** Aborted when the client has gone; cancels upstream calls. */
  readonly signal: AbortSignal
}

export interface Graph {
  /** What clients see, for introspection and the explorer. */
  readonly apiSchema: () => GraphQLSchema
  /** Never throws for a client's mistake. Planning is shared between equal concurrent requests. */
  prepare(request: GraphRequest): Promise<PreparedOperation | RequestRefusal>
  /** Executes a query or mutation; failures of subgraphs are errors in the result, never a rejection. */
  execute(operation: PreparedOperation, call: GraphCall): Promise<GraphResult>
  /** Starts a subscription; a refusal is a result, a stream otherwise. Ends when the signal aborts. */
  subscribe(
    operation: PreparedOperation,
    call: GraphCall,
  ): Promise<GraphResult | AsyncIterable<GraphResult>>
  /** One per subgraph; rejects when it cannot answer now. */
  readonly checks: () => Readonly<Record<string, () => Promise<void>>>
  stop(): Promise<void>
}
