/**
 * Terminology
 * - Problem: an outcome the user can act on; a union member in the schema, returned as a value.
 * - GravityError: the request cannot be served; thrown, and mapped once at the edge.
 * - Bug: a broken invariant; becomes INTERNAL_SERVER_ERROR, logged, never shown.
 */

/** Every `extensions.code` that a client may see; a code never changes its meaning. */
export type ErrorCode =
  | 'UNAUTHENTICATED'
  | 'FORBIDDEN'
  | 'NOT_FOUND'
  | 'BAD_USER_INPUT'
  | 'CONFLICT'
  | 'RATE_LIMITED'
  | 'SUBGRAPH_UNAVAILABLE'
  | 'INTERNAL_SERVER_ERROR'

export interface GravityErrorOptions {
  readonly cause?: unknown
  /** Facts a client can act on, such as `retryAfterSeconds`; never a secret or an internal name. */
  readonly extensions?: Readonly<Record<string, unknown>>
}

/** A request that cannot be served. `message` is shown to the caller: say what was wrong and what would be right. */
export class GravityError extends Error {
  override readonly name = 'GravityError'
  readonly code: ErrorCode
  readonly extensions: Readonly<Record<string, unknown>>

  constructor(code: ErrorCode, message: string, options: GravityErrorOptions = {}) {
    super(message, 'cause' in options ? { cause: options.cause } : undefined)
    this.code = code
    this.extensions = { ...options.extensions, code }
  }
}
