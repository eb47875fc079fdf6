import type { GraphQLFormattedError } from 'graphql'
import type { GravityClientError } from './client-error.ts'
import type { ExecuteOptions } from './executor.ts'
import type { ClientDocument } from './graphql-request.ts'
import type { ReconnectPolicy } from './reconnect-delay.ts'
import type { SessionListener } from './session-keeper.ts'
import type { ClientSession, SessionStorage } from './session-storage.ts'

/** Options of `createClient`; only `url` is required. */
export interface GravityClientOptions {
  /** The endpoint, such as `http://127.0.0.1:8000/graphql`; relative to the page in a browser. */
  readonly url: string
  /** Where subscriptions connect; the same address with `ws:` or `wss:` by default. */
  readonly webSocketUrl?: string
  /** The runtime's own by default. */
  readonly fetch?: typeof globalThis.fetch
  /** The runtime's own by default; Node 20 has none, so pass the `WebSocket` of the `ws` package there. */
  readonly webSocketImpl?: unknown
  /** Where the session is kept; in memory by default. */
  readonly sessionStorage?: SessionStorage
  /** How long a query or mutation may take; 30,000 by default. */
  readonly timeoutMs?: number
  /** How long before its expiry an access token is renewed; 30,000 by default. */
  readonly renewBeforeMs?: number
  readonly reconnect?: Partial<ReconnectPolicy>
  /** How often an idle socket is asked for a sign of life; 15,000 by default. */
  readonly pingEveryMs?: number
  /** How long to wait for that sign before another socket is opened; 5,000 by default. */
  readonly pongWithinMs?: number
  /** The current time in milliseconds since 1970; the system's clock by default. */
  readonly now?: () => number
}

/** Options of one `subscribe`. */
export interface SubscribeOptions<Data, Variables> {
  /**
   * The variables to reconnect with, given the last event: what makes a subscription lose nothing. It is not called
   * before the first event, so let the first variables say where to begin as well.
   *
   * @example
   * resume: (last, variables) => ({ ...variables, afterSequence: last.messageAdded.sequence })
   */
  readonly resume?: (lastEvent: Data, variables: Variables) => Variables
  /** Ends the subscription without an error. */
  readonly signal?: AbortSignal
  /** Called for an event that arrives with errors beside its data, such as a field of a service that is down. */
  readonly onPartialErrors?: (errors: readonly GraphQLFormattedError[]) => void
  /** Called each time the subscription is interrupted and about to reconnect. */
  readonly onInterruption?: (error: GravityClientError) => void
}

/** Variables may be left out when the operation needs none. */
export type VariablesAndOptions<Variables, Options> =
  Record<never, never> extends Variables
    ? [variables?: Variables, options?: Options]
    : [variables: Variables, options?: Options]

/** The session of a client. */
export interface ClientSessionControl {
  /** The session in use; undefined when signed out. */
  current(): Promise<ClientSession | undefined>
  /** An access token that is good for a while, renewed first if need be, for requests by other means; undefined when signed out. */
  accessToken(): Promise<string | undefined>
  /** Uses a session from now on, such as the answer of `login`. */
  signIn(session: ClientSession): Promise<void>
  /** Forgets the session here; the `Logout` operation ends it in the graph. */
  signOut(): Promise<void>
  /** Calls the listener after each sign-in, renewal and sign-out, also those of other tabs; returns the function that ends it. */
  onChange(listener: SessionListener): () => void
}

/** A client of one endpoint; made by `createClient`. */
export interface GravityClient {
  readonly session: ClientSessionControl
  /**
   * Runs a query or mutation and returns its data. Throws `GravityClientError` when the answer has errors, with what
   * data there is. A refused token is renewed and the call repeated once; then the client signs out.
   */
  execute<Data, Variables>(
    document: ClientDocument<Data, Variables>,
    ...rest: VariablesAndOptions<Variables, ExecuteOptions>
  ): Promise<Data>
  /**
   * Starts a subscription at once and returns its events. It reconnects by itself for as long as that may help, and
   * throws `GravityClientError` to its reader when it does not. Leaving the loop ends the subscription.
   */
  subscribe<Data, Variables>(
    document: ClientDocument<Data, Variables>,
    ...rest: VariablesAndOptions<Variables, SubscribeOptions<Data, Variables>>
  ): AsyncIterableIterator<Data, undefined, undefined>
  /** Ends every subscription and closes the socket. The session stays in its storage. */
  close(): void
}
