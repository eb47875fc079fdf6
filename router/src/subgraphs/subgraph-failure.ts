import { GravityError } from '@gravity/shared/errors/gravity-error'
import { DeadlineError, OversizeError, RefusedError } from './http-exchange.ts'

/** Why a subgraph's part of an answer is missing: `extensions.reason` beside the code SUBGRAPH_UNAVAILABLE. */
export type FailureReason =
  | 'DEADLINE'
  | 'UNREACHABLE'
  | 'CIRCUIT_OPEN'
  | 'OVERLOADED'
  | 'RESPONSE_TOO_LARGE'
  | 'BAD_RESPONSE'

const reasons: ReadonlySet<unknown> = new Set<FailureReason>([
  'DEADLINE',
  'UNREACHABLE',
  'CIRCUIT_OPEN',
  'OVERLOADED',
  'RESPONSE_TOO_LARGE',
  'BAD_RESPONSE',
])

const sentences: Readonly<Record<FailureReason, string>> = {
  DEADLINE: 'did not answer within its deadline',
  UNREACHABLE: 'cannot be reached',
  CIRCUIT_OPEN: 'is not called while its circuit is open',
  OVERLOADED: 'has as many calls under way and waiting as it may have',
  RESPONSE_TOO_LARGE: 'answers more than it may',
  BAD_RESPONSE: 'did not answer with a GraphQL response',
}

/** The error of a subgraph that did not answer, or not as it must; `detail` is for the log. */
export function subgraphFailure(
  subgraph: string,
  reason: FailureReason,
  told: { readonly detail?: string; readonly cause?: unknown } = {},
): GravityError {
  const detail = told.detail === undefined ? '' : `: ${told.detail}`
  return new GravityError('SUBGRAPH_UNAVAILABLE', `${subgraph} ${sentences[reason]}${detail}`, {
    cause: told.cause,
    extensions: { reason },
  })
}

/** Why a request failed, by what was thrown. */
export function reasonOf(cause: unknown): FailureReason {
  if (cause instanceof DeadlineError) return 'DEADLINE'
  if (cause instanceof OversizeError) return 'RESPONSE_TOO_LARGE'
  return cause instanceof RefusedError ? cause.reason : 'UNREACHABLE'
}

/** The reason that an error carries, for the client; undefined when it carries none. */
export function publicReason(error: GravityError): FailureReason | undefined {
  const { reason } = error.extensions
  return isReason(reason) ? reason : undefined
}

function isReason(reason: unknown): reason is FailureReason {
  return reasons.has(reason)
}
