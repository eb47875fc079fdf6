import type { CachePolicy } from '@gravity/shared/cache/cache-policy'
import type { AnswerAudience } from '@gravity/shared/server/answer-audience'
import type { RequestIdentity } from '@gravity/shared/viewer/viewer'
import type { DocumentNode, OperationTypeNode } from 'graphql'
import type { PassedHeaders } from '../answer-headers/passed-headers.ts'
import type { Freshness } from '../caching/freshness.ts'
import type { ClientHeaders } from './header-rules.ts'

/**
 * Terminology
 * - Operation: what the plan asks of one subgraph; made once per plan, sent many times.
 * - Representation: the key (and what else is required) by which a subgraph finds an entity, as JSON text.
 */

/** A GraphQL operation for one subgraph, in every form that a transport may want. */
export interface SubgraphOperation {
  readonly kind: OperationTypeNode
  readonly name: string | undefined
  readonly text: string
  readonly document: DocumentNode
}

/** An operation with the values for one call. */
export interface SubgraphRequest {
  readonly operation: SubgraphOperation
  readonly variables: Readonly<Record<string, unknown>>
  /** Lists of representations by the name of the variable that takes them; each already JSON text. */
  readonly representations: ReadonlyMap<string, readonly string[]>
}

/** On whose behalf a subgraph is called, and until when. */
export interface SubgraphCall {
  readonly identity: RequestIdentity
  readonly signal: AbortSignal
  /** Of the client's request; a subgraph gets of them what rules say. */
  readonly headers?: ClientHeaders | undefined
  /**
   * For a subscription: calls with equal keys may receive one and the same response object per event, and whoever makes
   * the calls changes it at most once. A transport that cannot share ignores it.
   */
  readonly eventKey?: string | undefined
  /** Told what an answer is made of. Set for queries whose answer may be kept, or made of what is kept. */
  readonly freshness?: Freshness | undefined
  /** Told for whom else an answer is. */
  readonly audience?: AnswerAudience | undefined
  /** Told the headers of the answer that rules let through to the client. */
  readonly passed?: PassedHeaders | undefined
  /** By plugins, beside those that rules choose; not for subscriptions, which share a connection. */
  readonly addedHeaders?: Readonly<Record<string, string>> | undefined
  /** Told the status of an answer that came over HTTP. */
  readonly onStatus?: ((status: number) => void) | undefined
}

/** An error as a subgraph reports it; not yet fit for a client. */
export interface SubgraphError {
  readonly message: string
  readonly path: readonly (string | number)[] | undefined
  readonly extensions: Readonly<Record<string, unknown>>
}

/** A GraphQL response. */
export interface SubgraphResponse {
  /** Null or undefined when nothing could be answered. Belongs to the caller, who may change it. */
  readonly data: Record<string, unknown> | null | undefined
  readonly errors: readonly SubgraphError[]
  /** For how long, and for whom, it may be kept when it has no errors; undefined when it may not. */
  readonly cachePolicy?: CachePolicy | undefined
  /** Whom of those it is not for; absent for nobody. */
  readonly audience?: AnswerAudience | undefined
}

/** The way to one subgraph. */
export interface SubgraphClient {
  /**
   * Sends a query or mutation. Rejects with a `GravityError` of code `SUBGRAPH_UNAVAILABLE` when the subgraph did not
   * answer with a GraphQL response; what it answered is a response, whatever errors it holds.
   */
  send(request: SubgraphRequest, call: SubgraphCall): Promise<SubgraphResponse>
  /**
   * Starts a subscription: a response when the subgraph refused it, a stream otherwise. Rejects like `send`. The stream
   * ends when the subgraph completes it or when its `return` is called, and throws when the connection is lost.
   */
  subscribe(
    request: SubgraphRequest,
    call: SubgraphCall,
  ): Promise<SubgraphResponse | AsyncIterable<SubgraphResponse>>
  /** Rejects when the subgraph cannot answer now. */
  check(): Promise<void>
  /** Finishes what is in flight and releases the connections. */
  close(): Promise<void>
}
