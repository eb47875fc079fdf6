import type { GraphQLSchema } from 'graphql'
import type { ExecuteOperation } from '../execution/compiled-executor.ts'
import type { Platform } from '../platform/platform.ts'
import type { RequestIdentity } from '../viewer/viewer.ts'
import type { AnswerAudience } from './answer-audience.ts'

/** A plain HTTP route that a subgraph owns and the router publishes under the same path, such as the key set. */
export interface PublicRoute {
  readonly method: 'GET' | 'POST'
  /** Where the last segment is `*`, every address that has another one there. */
  readonly path: string
  /** `own`: the header `authorization` is for the route to judge, not an access token for the router to verify. */
  readonly authorization?: 'own'
  /** For the router itself: it calls it, and publishes it to nobody. */
  readonly internal?: true
  handle(request: PublicRouteRequest): Promise<PublicRouteResponse>
}

export interface PublicRouteRequest {
  /** As it was asked for, without the query. */
  readonly path: string
  readonly headers: Readonly<Record<string, string>>
  readonly query: URLSearchParams
  readonly body: string
  readonly identity: RequestIdentity
}

export interface PublicRouteResponse {
  readonly status: number
  readonly headers?: Readonly<Record<string, string>>
  readonly body: string
}

/** A subgraph that is open (database migrated, resolvers ready) and can be called in memory or served over HTTP. */
export interface Subgraph {
  readonly name: string
  /** The federated SDL, shared value types included; what composition reads. */
  readonly sdl: string
  /** Executable, with `@authenticated` and `@requiresScopes` enforced in front of every resolver. */
  readonly schema: GraphQLSchema
  /** Executes an operation over the schema. */
  readonly execute: ExecuteOperation
  readonly routes: readonly PublicRoute[]
  /** One per dependency; rejects when it cannot be used now. */
  readonly checks: Readonly<Record<string, () => Promise<void>>>
  /** Built once per request and per event of a subscription. */
  createContext(request: {
    readonly identity: RequestIdentity
    readonly signal: AbortSignal
    /** Told for whom the answer is, where that matters to the caller. */
    readonly audience?: AnswerAudience
  }): object
  /** Starts what works in the background: relay, consumers, jobs. */
  start(): Promise<void>
  /** Finishes what is in flight, stops the background work and closes the database. */
  stop(): Promise<void>
}

/** Opens a subgraph on a platform: the `createSubgraph` export of every `subgraphs/<noun>/src/subgraph.ts`. */
export type CreateSubgraph = (platform: Platform) => Promise<Subgraph>
