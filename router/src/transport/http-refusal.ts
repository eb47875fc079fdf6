import { type ErrorCode, GravityError } from '@gravity/shared/errors/gravity-error'
import type { Logger } from '@gravity/shared/log/logger'
import type { GraphQLFormattedError } from 'graphql'

export interface HttpRefusalOptions {
  readonly status: number
  readonly code: ErrorCode
  /** Shown to the caller: what was wrong and what would be right. */
  readonly message: string
  /** Response headers that belong to the status, such as `allow`. */
  readonly headers?: Readonly<Record<string, string>>
  readonly extensions?: Readonly<Record<string, unknown>>
  readonly cause?: unknown
}

/** A request that is refused before anything is executed. Thrown by the steps of the transport, answered in one place. */
export class HttpRefusal extends Error {
  override readonly name = 'HttpRefusal'
  readonly status: number
  readonly code: ErrorCode
  readonly headers: Readonly<Record<string, string>>
  readonly extensions: Readonly<Record<string, unknown>>

  constructor(options: HttpRefusalOptions) {
    super(options.message, 'cause' in options ? { cause: options.cause } : undefined)
    this.status = options.status
    this.code = options.code
    this.headers = options.headers ?? {}
    this.extensions = { ...options.extensions, code: options.code }
  }
}

/** A malformed request: 400 `BAD_USER_INPUT`. */
export function badRequest(message: string, cause?: unknown): HttpRefusal {
  return new HttpRefusal({ status: 400, code: 'BAD_USER_INPUT', message, cause })
}

/** A method that the address does not know: 405, with `allow`. */
export function methodNotAllowed(message: string, allowed: readonly string[]): HttpRefusal {
  const headers = { allow: allowed.join(', ') }
  return new HttpRefusal({ status: 405, code: 'BAD_USER_INPUT', message, headers })
}

const statusByCode: Readonly<Record<ErrorCode, number>> = {
  BAD_USER_INPUT: 400,
  UNAUTHENTICATED: 401,
  FORBIDDEN: 403,
  NOT_FOUND: 404,
  CONFLICT: 409,
  RATE_LIMITED: 429,
  SUBGRAPH_UNAVAILABLE: 503,
  INTERNAL_SERVER_ERROR: 500,
}

/**
 * The refusal that answers `error`. What is neither a refusal nor a GravityError is a bug: it is logged here, and
 * nobody outside sees more of it than the request's id.
 */
export function refusalFor(error: unknown, requestId: string, log: Logger): HttpRefusal {
  if (error instanceof HttpRefusal) return error
  if (!(error instanceof GravityError) || error.code === 'INTERNAL_SERVER_ERROR') {
    log.error({ err: error, requestId }, 'A request failed.')
    return internalError(error)
  }
  const { code, message, extensions } = error
  const headers = headersFor(error)
  return new HttpRefusal({
    status: statusByCode[code],
    code,
    message,
    extensions,
    headers,
    cause: error,
  })
}

/** The refusal as a GraphQL error. */
export function toGraphqlError(refusal: HttpRefusal, requestId: string): GraphQLFormattedError {
  return { message: refusal.message, extensions: { ...refusal.extensions, requestId } }
}

function internalError(cause: unknown): HttpRefusal {
  return new HttpRefusal({
    status: 500,
    code: 'INTERNAL_SERVER_ERROR',
    message: 'Something went wrong on our side.',
    cause,
  })
}

function headersFor(error: GravityError): Record<string, string> {
  // RFC 6750, section 3: the challenge names the error of a token that was presented.
  if (error.code === 'UNAUTHENTICATED')
    return { 'www-authenticate': 'Bearer error="invalid_token"' }
  const { retryAfterSeconds: seconds } = error.extensions
  return typeof seconds === 'number' ? { 'retry-after': String(Math.ceil(seconds)) } : {}
}
