import { randomUUID } from 'node:crypto'
import type { GraphQLFormattedError } from 'graphql'

// What every log and header can carry unescaped.
const wellFormed = /^[A-Za-z0-9_.:-]{1,128}$/

/** The caller's `x-request-id` when it is well-formed, a new UUID otherwise. */
export function chooseRequestId(header: string | readonly string[] | undefined): string {
  return typeof header === 'string' && wellFormed.test(header) ? header : randomUUID()
}

/** The errors of a refused operation with the request's id on each, as those of an executed one have it. */
export function addRequestId(
  errors: readonly GraphQLFormattedError[],
  requestId: string,
): readonly GraphQLFormattedError[] {
  return errors.map((error) => ({ ...error, extensions: { ...error.extensions, requestId } }))
}
