import type { IncomingHttpHeaders } from 'node:http'
import type { Viewer } from '@gravity/shared/viewer/viewer'
import type { DocumentNode, GraphQLFormattedError, GraphQLSchema, OperationTypeNode } from 'graphql'
import type { PolicyCheck } from '../access/check-access.ts'
import type { SubgraphRequest, SubgraphResponse } from '../subgraphs/subgraph-client.ts'

/**
 * Terminology
 * - Hook: a method of a plugin, called when something begins; it may return a function, which is called when that has
 *   ended and is told how.
 * - Refusal: what a hook says by throwing a `GravityError`: code and message go to the client.
 */

/** Told how something ended. Whatever it throws is logged and changes nothing. */
export type End<Outcome> = (outcome: Outcome) => void

/** What a hook may return. */
export type Begun<Outcome> = End<Outcome> | undefined | Promise<End<Outcome> | undefined>

/**
 * What a product team adds to the router without changing it. Hooks of several plugins run in the order in which the
 * plugins are given, their ends in the opposite one. What a hook throws and is no `GravityError` is a bug: it is
 * logged with the plugin's name, the client is told INTERNAL_SERVER_ERROR, and the process goes on.
 */
export interface RouterPlugin {
  /** For logs. */
  readonly name: string
  /** The schema that is served from now on: at the start, and after each change. */
  onSchema?(schema: PluginSchema): void
  /** A request to the endpoint, or an operation on a socket, before anything is read or known of it. */
  onRequest?(request: PluginRequest): Begun<RequestOutcome>
  /** A document is parsed, validated or planned, which happens once and then never again. Cannot refuse. */
  onPreparation?(step: PreparationStep): End<PreparationOutcome> | undefined
  /** An operation that may be executed, before it is; a batch has several for one request. */
  onOperation?(operation: PluginOperation): Begun<OperationOutcome>
  /** An event of a subscription, before it is completed by other subgraphs. Cannot refuse. */
  onEvent?(event: PluginEvent): End<OperationOutcome> | undefined
  /** A call of a subgraph for an operation; a refusal is what the subgraph's part of the answer fails with. */
  onSubgraphCall?(call: PluginSubgraphCall): Begun<SubgraphCallOutcome>
  /**
   * True for a plugin that adds headers to what is sent to subgraphs. Their answers may then differ in ways that nobody
   * else knows of, so that those with such headers are not kept, and equal requests no longer share one execution.
   */
  readonly addsSubgraphHeaders?: boolean
  /** Whether a viewer satisfies a policy (`@policy`); one plugin that says so is enough. */
  readonly allowsPolicy?: PolicyCheck
  /** Whether a label of `@override` is on for a viewer; undefined leaves it to the next plugin, and in the end to the configuration. */
  readonly decideLabel?: (label: string, viewer: Viewer | null) => boolean | undefined
  /** The router has stopped. */
  onStop?(): void | Promise<void>
}

export interface PluginSchema {
  /** What clients see. */
  readonly apiSchema: GraphQLSchema
  readonly supergraphSdl: string
}

export interface PluginRequest {
  readonly transport: 'http' | 'websocket'
  /** `GET` for what comes over a socket. */
  readonly method: string
  /** Without the query string, which may hold variables. */
  readonly path: string
  /** Of the request, or of the one that opened its socket. */
  readonly headers: IncomingHttpHeaders
  readonly requestId: string
  readonly clientAddress: string | null
  /** W3C trace context: what the operations and calls of this request are children of. */
  readonly traceparent: string
  /** Puts something in between: from now on the request's operations and calls are children of that. */
  continueTrace(traceparent: string): void
  /** Adds a header to the answer; over sockets there are none, and nothing happens. Throws for what no header may be. */
  setHeader(name: string, value: string): void
}

export interface RequestOutcome {
  /** The HTTP status, 499 when the client left before its answer; undefined for an operation on a socket. */
  readonly status: number | undefined
  /** With headers, as they went over the wire; undefined for an operation on a socket. */
  readonly bytes: number | undefined
  readonly durationMs: number
  /** The codes of the errors that were answered, each once. */
  readonly errorCodes: readonly string[]
}

export interface PreparationStep {
  readonly kind: 'parse' | 'validate' | 'plan'
  /** The request that had to wait for it; undefined when nobody did, as while a new schema is made ready. */
  readonly request: PluginRequest | undefined
}

export interface PreparationOutcome {
  readonly failed: boolean
}

export interface PluginOperation {
  readonly request: PluginRequest
  readonly kind: OperationTypeNode
  readonly name: string | undefined
  /** Undefined for a graph that keeps no documents. */
  readonly document: DocumentNode | undefined
  readonly variables: Readonly<Record<string, unknown>>
  readonly viewer: Viewer | null
  readonly traceparent: string
  continueTrace(traceparent: string): void
  /** Adds an entry to `extensions` of the answer; of a subscription's, to each that follows. */
  addExtension(name: string, value: unknown): void
}

export interface OperationOutcome {
  /** As the client sees them. */
  readonly errors: readonly GraphQLFormattedError[]
  /** How many events or deferred parts there were. */
  readonly results: number
  /** True when the answer had been made for an earlier request. */
  readonly isReused: boolean
}

export interface PluginEvent {
  readonly operation: PluginOperation
  /** From here on calls belong to this trace and no longer to the operation's. */
  continueTrace(traceparent: string): void
}

export interface PluginSubgraphCall {
  readonly operation: PluginOperation
  readonly subgraph: string
  /** Its address in the supergraph; of one in this process, where it would be. */
  readonly url: string
  readonly request: SubgraphRequest
  /** How many entities are asked for; 0 for a call of root fields. */
  readonly representations: number
  readonly traceparent: string
  continueTrace(traceparent: string): void
  /** Adds a header to the request, for plugins with `addsSubgraphHeaders`; a subgraph in this process sees none. */
  setHeader(name: string, value: string): void
}

export interface SubgraphCallOutcome {
  /** What the subgraph answered; of a subscription, undefined when it began. */
  readonly response: SubgraphResponse | undefined
  /** Why it did not. */
  readonly error: unknown
  /** The HTTP status, when it answered over HTTP. */
  readonly status: number | undefined
  /** True when the client had left, and the call was given up. */
  readonly isCancelled: boolean
}
