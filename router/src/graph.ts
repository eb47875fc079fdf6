import type { AnswerAudience } from '@gravity/shared/server/answer-audience'
import type { RequestIdentity, Viewer } from '@gravity/shared/viewer/viewer'
import type { DocumentNode, GraphQLFormattedError, GraphQLSchema, OperationTypeNode } from 'graphql'
import type { PassedHeaders } from './answer-headers/passed-headers.ts'
import type { Freshness } from './caching/freshness.ts'
import type { KeptAnswer } from './caching/kept-answer.ts'
import type { ClientHeaders } from './subgraphs/header-rules.ts'

/**
 * Terminology
 * - Graph: the supergraph that is being served now, with everything needed to answer an operation over it.
 * - Prepared operation: a document that was parsed, validated, checked against the limits and planned; cached and
 *   used for every request that sends the same document and operation name.
 * - Result: the answer to one execution, or to one event of a subscription, already serialised.
 */

export interface GraphRequest {
  /** Empty when only `persisted` says which document is meant. */
  readonly query: string
  /** The document by an id that was agreed on before. */
  readonly persisted?: PersistedReference | undefined
  readonly operationName: string | undefined
  readonly variables: Readonly<Record<string, unknown>> | undefined
  readonly extensions: Readonly<Record<string, unknown>> | undefined
}

/** Names a document: by the SHA-256 of its text, or by an id of a list of the router's owner. */
export interface PersistedReference {
  readonly id: string
}

export interface PreparedOperation {
  readonly kind: OperationTypeNode
  /** The name in the document, for logs and traces; undefined when anonymous. */
  readonly name: string | undefined
  /** For plugins; a graph that keeps no documents has none. */
  readonly document?: DocumentNode | undefined
  /** How often each field is selected, by its coordinate such as `Mutation.login`; see `countFields`. Counts anew each time. */
  countFields(): ReadonlyMap<string, number>
  /** True when it has `@defer`: whoever takes parts of an answer should call `executeInParts`. */
  readonly defers: boolean
  /** Whether access rules refuse the viewer nothing of it; a graph without rules need not say. */
  isOpenTo?(viewer: Viewer | null): boolean
  /** What it can cost at most, with variables as the client sends them; for limits that count more than requests. */
  estimatedCost?(variables: Readonly<Record<string, unknown>>): number
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
  /** The same answer with what caches need to know, when it may be kept. */
  readonly kept?: KeptAnswer | undefined
  /** True when the answer was made for an earlier request and kept. */
  readonly isReused?: boolean | undefined
}

/** A fragment with `@defer` at one place of an answer. */
export interface DeferredPart {
  /** Unique within the answer. */
  readonly id: string
  readonly label: string | undefined
  readonly path: readonly (string | number)[]
}

/** A deferred part that has arrived. */
export interface DeliveredPart {
  readonly part: DeferredPart
  /** JSON text; `null` when a field of the fragment itself must not be null and is. */
  readonly data: string
  /** Their paths begin at the top of the answer. */
  readonly errors: readonly GraphQLFormattedError[]
}

/** What arrives at one time of the deferred parts of an answer. */
export interface PartDelivery {
  readonly delivered: readonly DeliveredPart[]
  /** Parts of delivered parts, which will be delivered later. */
  readonly pending: readonly DeferredPart[]
  /** False for the last. */
  readonly hasNext: boolean
}

/** An answer of which the client gets first what does not wait for its deferred parts. */
export interface AnswerInParts {
  readonly first: GraphResult
  /** Not empty. */
  readonly pending: readonly DeferredPart[]
  /** To be read once; ends when the call's signal aborts. Never rejects. */
  readonly deliveries: AsyncIterable<PartDelivery>
  /** Aborted when there is nothing more to deliver, or nobody to deliver it to. */
  readonly ended: AbortSignal
}

/** What execution needs to know of the request that it serves. */
export interface GraphCall {
  readonly identity: RequestIdentity
  readonly variables: Readonly<Record<string, unknown>>
  /** Aborted when the client has gone; cancels upstream calls. */
  readonly signal: AbortSignal
  /** Of the client's request, or of the one that opened its socket; only rules of the router's owner read them. */
  readonly headers?: ClientHeaders | undefined
  /**
   * Keeps `signal` from aborting because others wait for the same execution, until the returned function is called.
   * Undefined when the client has gone already; absent where an execution cannot be shared.
   */
  hold?(): (() => void) | undefined
  /** Told what the answer is made of; set by caches in front of the graph. */
  freshness?: Freshness | undefined
  /** Told for whom the answer is; set for those that are shared. */
  readonly audience?: AnswerAudience | undefined
  /** Told what subgraphs' answers have for the client; set where rules pass headers on. */
  passed?: PassedHeaders | undefined
  /** Adds headers to the client's answer; absent where it has none of its own, as on a socket. */
  passHeaders?(headers: PassedHeaders): void
}

export interface Graph {
  /** What clients see, for introspection and the explorer. */
  readonly apiSchema: () => GraphQLSchema
  /** Never throws for a client's mistake. Planning is shared between equal concurrent requests. */
  prepare(request: GraphRequest): Promise<PreparedOperation | RequestRefusal>
  /** Executes a query or mutation; failures of subgraphs are errors in the result, never a rejection. */
  execute(operation: PreparedOperation, call: GraphCall): Promise<GraphResult>
  /** The same in parts; one result when nothing is deferred in the end, or nothing can be. */
  executeInParts(
    operation: PreparedOperation,
    call: GraphCall,
  ): Promise<GraphResult | AnswerInParts>
  /** Starts a subscription; a refusal is a result, a stream otherwise. Ends when the signal aborts. */
  subscribe(
    operation: PreparedOperation,
    call: GraphCall,
  ): Promise<GraphResult | AsyncIterable<GraphResult>>
  /** One per subgraph; rejects when it cannot answer now. */
  readonly checks: () => Readonly<Record<string, () => Promise<void>>>
  stop(): Promise<void>
}
