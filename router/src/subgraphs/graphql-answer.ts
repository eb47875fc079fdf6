import { isResponseObject } from '../execution/response-tree.ts'
import type { SubgraphError, SubgraphResponse } from './subgraph-client.ts'

/** The response in a parsed JSON value; undefined when it is not a GraphQL response (specification, section 7.1). */
export function readResponse(value: unknown): SubgraphResponse | undefined {
  if (!isResponseObject(value)) return undefined
  const { data, errors } = value
  if (data === undefined && errors === undefined) return undefined
  if (data !== undefined && data !== null && !isResponseObject(data)) return undefined
  if (errors !== undefined && errors !== null && !Array.isArray(errors)) return undefined
  return { data, errors: errors ? errors.map(readError) : [] }
}

/** The response in a JSON text; undefined when there is none. */
export function parseResponse(text: string): SubgraphResponse | undefined {
  try {
    return readResponse(JSON.parse(text))
  } catch (error) {
    if (error instanceof SyntaxError) return undefined
    throw error
  }
}

function readError(value: unknown): SubgraphError {
  const { message, path, extensions } = isResponseObject(value) ? value : {}
  return {
    message: typeof message === 'string' ? message : 'An error without a message',
    path: Array.isArray(path) && path.every(isPathElement) ? path : undefined,
    extensions: isResponseObject(extensions) ? extensions : {},
  }
}

function isPathElement(value: unknown): value is string | number {
  return typeof value === 'string' || typeof value === 'number'
}
