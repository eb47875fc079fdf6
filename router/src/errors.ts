import { type ErrorCode, GravityError } from '@gravity/shared/errors/gravity-error'
import { type Logger, withRequest } from '@gravity/shared/log/logger'
import type { RequestIdentity } from '@gravity/shared/viewer/viewer'
import type { GraphQLFormattedError } from 'graphql'
import type { FaultError } from './execution/faults.ts'
import type { SubgraphError } from './subgraphs/subgraph-client.ts'
import { publicReason } from './subgraphs/subgraph-failure.ts'

/** Codes whose messages were written for the person who made the request. */
const explainedCodes: readonly ErrorCode[] = [
  'UNAUTHENTICATED',
  'FORBIDDEN',
  'NOT_FOUND',
  'BAD_USER_INPUT',
  'CONFLICT',
  'RATE_LIMITED',
]

const neutralMessages: Readonly<Record<'INTERNAL_SERVER_ERROR' | 'SUBGRAPH_UNAVAILABLE', string>> =
  {
    INTERNAL_SERVER_ERROR:
      'Something went wrong here; the request id leads to the cause in the log.',
    SUBGRAPH_UNAVAILABLE: 'This part of the answer is not available at the moment.',
  }

/** Facts that servers add for developers; they name files, hosts and queries. */
const internalFacts: ReadonlySet<string> = new Set([
  'code',
  'exception',
  'stacktrace',
  'serviceName',
  'service',
  'query',
  'variables',
  'http',
])

export interface ErrorMaskOptions {
  readonly log: Logger
  /** Further codes whose errors may pass with their message, for a graph of subgraphs with codes of their own. */
  readonly allowedCodes?: readonly string[]
}

/** The only place where an error is made fit for a client: what it does not let through goes to the log instead. */
export interface ErrorMask {
  /** For an error that a subgraph reported inside an answer. */
  ofError(error: SubgraphError, origin: ErrorOrigin): FaultError
  /** For a subgraph that did not answer, or not as it must, and for whatever else was thrown. */
  ofFailure(cause: unknown, origin: ErrorOrigin): FaultError
}

/** Where and for whom something failed; for the log. */
export interface ErrorOrigin {
  readonly subgraph: string | undefined
  readonly identity: RequestIdentity
  /** Aborted when the client has left; what fails then is most likely its cancellation. */
  readonly signal: AbortSignal
}

/**
 * Opens the mask. An error with an explained code keeps code, message and facts; every other becomes
 * INTERNAL_SERVER_ERROR with a neutral message and is logged with the request's id.
 */
export function createErrorMask(options: ErrorMaskOptions): ErrorMask {
  const explained = new Set<unknown>([...explainedCodes, ...(options.allowedCodes ?? [])])
  return {
    ofError(error, origin) {
      const { code } = error.extensions
      if (typeof code === 'string' && explained.has(code)) {
        return { message: error.message, extensions: { ...publicFacts(error.extensions), code } }
      }
      // A subgraph that cannot reach what it depends on tells so; why is nobody's business outside.
      const away = code === 'SUBGRAPH_UNAVAILABLE'
      const facts = { error, subgraph: origin.subgraph }
      logFault(options, origin, { facts, away, message: 'A subgraph failed.' })
      return neutralError(away ? 'SUBGRAPH_UNAVAILABLE' : 'INTERNAL_SERVER_ERROR')
    },
    ofFailure(cause, origin) {
      const away = cause instanceof GravityError && cause.code === 'SUBGRAPH_UNAVAILABLE'
      const facts = { err: cause, subgraph: origin.subgraph }
      logFault(options, origin, { facts, away, message: 'A request failed.' })
      if (!away) return neutralError('INTERNAL_SERVER_ERROR')
      const reason = publicReason(cause)
      return neutralError('SUBGRAPH_UNAVAILABLE', reason && { reason })
    },
  }
}

/** An error as it goes out: with the request's id, which is also on every line of the log. */
export function publicError(
  error: FaultError & { readonly path?: GraphQLFormattedError['path'] },
  requestId: string,
): GraphQLFormattedError {
  const { message, path, extensions } = error
  return { message, ...(path && { path }), extensions: { ...extensions, requestId } }
}

function neutralError(
  code: keyof typeof neutralMessages,
  facts?: Readonly<Record<string, unknown>>,
): FaultError {
  return { message: neutralMessages[code], extensions: { ...facts, code } }
}

interface LoggedFault {
  readonly facts: object
  readonly message: string
  readonly away: boolean
}

function logFault(options: ErrorMaskOptions, origin: ErrorOrigin, fault: LoggedFault): void {
  const log = withRequest(options.log, origin.identity)
  const level = origin.signal.aborted ? 'debug' : fault.away ? 'warn' : 'error'
  log[level](fault.facts, fault.message)
}

function publicFacts(extensions: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(extensions).filter(([name]) => !internalFacts.has(name)))
}
