import { type FormattedExecutionResult, GraphQLError, type GraphQLFormattedError } from 'graphql'
import type { ErrorCode } from '../errors/gravity-error.ts'
import { type Logger, withRequest } from '../log/logger.ts'
import type { RequestIdentity } from '../viewer/viewer.ts'

const neutralMessage = 'Something went wrong here. The request id leads to the cause in the log.'

/** graphql-js marks a fault in the caller's arguments by the nodes it stands in, a fault in our answer by none. */
function isCallersFault(error: GraphQLError): boolean {
  // Nothing was executed yet: variables that do not coerce, or an operation name that the document does not have.
  if (error.path === undefined && error.originalError === undefined) return true
  const variableFault = error.nodes?.some((node) => node.kind === 'VariableDefinition') ?? false
  const { originalError } = error
  return (
    variableFault || (originalError instanceof GraphQLError && originalError.nodes !== undefined)
  )
}

/** The stable code under which an error is told. */
export function errorCodeOf(error: GraphQLError): string {
  const { code } = error.extensions
  if (typeof code === 'string') return code
  const unmarked: ErrorCode = isCallersFault(error) ? 'BAD_USER_INPUT' : 'INTERNAL_SERVER_ERROR'
  return unmarked
}

/** True when the failure was meant to be told to callers: it carries a code, or is their own mistake. */
function isExplained(error: GraphQLError): boolean {
  const { code } = error.extensions
  return typeof code === 'string' || isCallersFault(error)
}

/** An error in the form that GraphQL answers have, with a code. */
export interface TruthfulError extends GraphQLFormattedError {
  readonly extensions: { readonly [name: string]: unknown; readonly code: string }
}

/**
 * An error as a subgraph tells it inside the mesh: message, path and extensions with a stable code, never a stack.
 * What was not thrown for a caller becomes INTERNAL_SERVER_ERROR with a neutral message. Locations are left out: they
 * lie in the document that the router wrote, which no client ever sees.
 */
export function truthfulError(error: GraphQLError): TruthfulError {
  return {
    message: isExplained(error) ? error.message : neutralMessage,
    ...(error.path && { path: error.path }),
    extensions: { ...error.extensions, code: errorCodeOf(error) },
  }
}

/** What graphql-js and graphql-ws both call a result. */
interface UntoldResult {
  readonly data?: Record<string, unknown> | null | undefined
  readonly errors?: readonly GraphQLError[] | undefined
}

/** A result whose errors are told by `truthfulError`. */
export function truthfulResult({ data, errors }: UntoldResult): FormattedExecutionResult {
  return {
    ...(errors && { errors: errors.map(truthfulError) }),
    ...(data !== undefined && { data }),
  }
}

/** The request in which errors were met. */
export interface FaultyCall {
  readonly subgraph: string
  readonly identity: RequestIdentity
  readonly signal: AbortSignal
}

/**
 * Logs the faults among the errors of one request, each with its cause and the request's id: INTERNAL_SERVER_ERROR as
 * an error, SUBGRAPH_UNAVAILABLE as a warning. Refusals and callers' mistakes are answers, and are not logged; faults
 * of a request whose client has left are most likely its cancellation, and are logged for debugging only.
 */
export function logFaults(errors: readonly GraphQLError[], call: FaultyCall, log: Logger): void {
  const levels = new Map<string, 'error' | 'warn'>([
    ['INTERNAL_SERVER_ERROR', 'error'],
    ['SUBGRAPH_UNAVAILABLE', 'warn'],
  ])
  for (const error of errors) {
    const level = levels.get(errorCodeOf(error))
    if (!level) continue
    const facts = {
      subgraph: call.subgraph,
      path: error.path?.join('.'),
      err: error.originalError ?? error,
    }
    withRequest(log, call.identity)[call.signal.aborted ? 'debug' : level](facts, 'A field failed.')
  }
}
