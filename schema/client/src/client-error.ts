import type { GraphQLFormattedError } from 'graphql'

/**
 * What a failed call can be told apart by: the stable codes of the graph, then those that the client itself gives.
 * A graph may add codes, so an unknown one is possible; treat it like `INTERNAL_SERVER_ERROR`.
 */
export type ClientErrorCode =
  | 'UNAUTHENTICATED'
  | 'FORBIDDEN'
  | 'NOT_FOUND'
  | 'BAD_USER_INPUT'
  | 'CONFLICT'
  | 'RATE_LIMITED'
  | 'SUBGRAPH_UNAVAILABLE'
  | 'INTERNAL_SERVER_ERROR'
  /** No answer: the address is wrong, the network is away, or the connection broke. */
  | 'NETWORK_ERROR'
  /** No answer within the client's time limit. Whether a mutation took effect is unknown. */
  | 'TIMEOUT'
  /** An answer that is not GraphQL, such as the page of a proxy. */
  | 'BAD_RESPONSE'
  | (string & Record<never, never>)

/** What a `GravityClientError` carries besides its code and message. */
export interface GravityClientErrorOptions {
  readonly cause?: unknown
  readonly errors?: readonly GraphQLFormattedError[]
  readonly data?: unknown
}

/** A call that failed. Problems, which a user can act on, are values in the data and never thrown by the client. */
export class GravityClientError extends Error {
  override readonly name = 'GravityClientError'
  /** The code of the first error. */
  readonly code: ClientErrorCode
  /** Every error of the answer, with its path and extensions; empty when there was no answer. */
  readonly errors: readonly GraphQLFormattedError[]
  /** What was answered in spite of the errors; undefined when nothing was. */
  readonly data: unknown

  constructor(code: ClientErrorCode, message: string, options: GravityClientErrorOptions = {}) {
    super(message, 'cause' in options ? { cause: options.cause } : undefined)
    this.code = code
    this.errors = options.errors ?? []
    this.data = options.data
  }
}

/** The error for an answer with errors: code and message of the first one, all of them attached. */
export function errorOfAnswer(
  errors: readonly GraphQLFormattedError[],
  data: unknown,
): GravityClientError {
  const message = errors[0]?.message ?? 'The answer has no data.'
  return new GravityClientError(codeOf(errors[0]) ?? 'BAD_RESPONSE', message, { errors, data })
}

/** The stable code of one error, when it carries one. */
export function codeOf(error: GraphQLFormattedError | undefined): string | undefined {
  const { code }: { readonly code?: unknown } = error?.extensions ?? {}
  return typeof code === 'string' ? code : undefined
}
