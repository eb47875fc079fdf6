import { GravityError } from '@gravity/shared/errors/gravity-error'
import type { OperationOutcome, RequestOutcome, SubgraphCallOutcome } from '../plugins/plugin.ts'

/** A request has failed when the server has: what is wrong with the request is its client's affair. */
export function requestErrorType({ status = 0 }: RequestOutcome): string | undefined {
  return status >= 500 ? String(status) : undefined
}

/** The code of the first error. */
export function operationErrorType({ errors }: OperationOutcome): string | undefined {
  const [first] = errors
  if (!first) return undefined
  const code = first.extensions?.['code']
  return typeof code === 'string' ? code : 'INTERNAL_SERVER_ERROR'
}

/** Why a subgraph did not answer, or the code of the first error in its answer. A call that was given up has not failed. */
export function callErrorType(outcome: SubgraphCallOutcome): string | undefined {
  const { response, error, isCancelled } = outcome
  if (error !== undefined) return isCancelled ? undefined : failureType(error)
  const [first] = response?.errors ?? []
  if (!first) return undefined
  const { code } = first.extensions
  return typeof code === 'string' ? code : 'GRAPHQL_ERROR'
}

function failureType(error: unknown): string {
  if (!(error instanceof GravityError)) return error instanceof Error ? error.name : 'unknown'
  const { reason } = error.extensions
  return typeof reason === 'string' ? reason : error.code
}
