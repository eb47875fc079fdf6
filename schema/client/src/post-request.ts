import type { GraphQLFormattedError } from 'graphql'
import { codeOf, GravityClientError } from './client-error.ts'
import type { GraphQLRequest } from './graphql-request.ts'

/** Where and how operations are posted. */
export interface PostRequestOptions {
  readonly url: string
  readonly fetch: typeof globalThis.fetch
  readonly timeoutMs: number
}

/** One operation on its way. */
export interface PostedRequest {
  readonly request: GraphQLRequest
  readonly accessToken: string | undefined
  readonly signal: AbortSignal | undefined
}

/** One answer as it came, errors included. */
export interface GraphQLAnswer {
  readonly data: unknown
  readonly errors: readonly GraphQLFormattedError[]
}

/**
 * Sends one operation by POST. An answer with errors is returned; what is no GraphQL answer is thrown as
 * NETWORK_ERROR, TIMEOUT or BAD_RESPONSE. An abort by the caller throws the reason of their signal.
 */
export async function postRequest(
  options: PostRequestOptions,
  posted: PostedRequest,
): Promise<GraphQLAnswer> {
  const timeout = AbortSignal.timeout(options.timeoutMs)
  const signal = posted.signal ? AbortSignal.any([posted.signal, timeout]) : timeout
  try {
    const response = await options.fetch(options.url, {
      method: 'POST',
      headers: headersOf(posted.accessToken),
      body: JSON.stringify(posted.request),
      signal,
    })
    return parseAnswer(await response.text(), response.status)
  } catch (error) {
    posted.signal?.throwIfAborted()
    if (error instanceof GravityClientError) throw error
    throw unanswered(options, timeout.aborted, error)
  }
}

/** Whether the graph refused the token of a request. */
export function refusesToken(errors: readonly GraphQLFormattedError[]): boolean {
  return errors.some((error) => codeOf(error) === 'UNAUTHENTICATED')
}

function unanswered(
  options: PostRequestOptions,
  timedOut: boolean,
  cause: unknown,
): GravityClientError {
  return timedOut
    ? new GravityClientError('TIMEOUT', `No answer within ${options.timeoutMs} ms.`, { cause })
    : new GravityClientError('NETWORK_ERROR', `${options.url} cannot be reached.`, { cause })
}

function headersOf(accessToken: string | undefined): Record<string, string> {
  return {
    accept: 'application/graphql-response+json, application/json;q=0.9',
    'content-type': 'application/json',
    ...(accessToken === undefined ? {} : { authorization: `Bearer ${accessToken}` }),
  }
}

function parseAnswer(body: string, status: number): GraphQLAnswer {
  const answer = parseObject(body)
  const errors: unknown = answer && Reflect.get(answer, 'errors')
  const data: unknown = answer && Reflect.get(answer, 'data')
  if (isErrorList(errors)) return { data, errors }
  if (typeof data === 'object' && data !== null) return { data, errors: [] }
  const excerpt = body.slice(0, 200)
  throw new GravityClientError(
    status === 429 ? 'RATE_LIMITED' : 'BAD_RESPONSE',
    `The answer is not GraphQL (HTTP ${status}): ${excerpt === '' ? 'it is empty' : excerpt}`,
  )
}

function parseObject(body: string): object | undefined {
  try {
    const value: unknown = JSON.parse(body)
    return typeof value === 'object' && value !== null ? value : undefined
  } catch (error) {
    if (error instanceof SyntaxError) return undefined
    throw error
  }
}

function isErrorList(value: unknown): value is GraphQLFormattedError[] {
  return (
    Array.isArray(value) && value.length > 0 && value.every((error) => typeof error === 'object')
  )
}
