import type { ServerResponse } from 'node:http'
import type { GraphQLFormattedError } from 'graphql'
import type { ErrorCode } from '../errors/gravity-error.ts'

/** What a server says in reply to one HTTP request. */
export interface HttpAnswer {
  readonly status: number
  readonly headers?: Readonly<Record<string, string>>
  readonly body: string
}

/** An answer in JSON; never cached, because every such answer here is about a moment or a viewer. */
export function jsonAnswer(status: number, value: unknown): HttpAnswer {
  return {
    status,
    headers: { 'content-type': 'application/json; charset=utf-8', 'cache-control': 'no-store' },
    body: JSON.stringify(value),
  }
}

/** A refusal in the form of a GraphQL response, which is what callers of `/graphql` read. */
export function refusalAnswer(status: number, code: ErrorCode, message: string): HttpAnswer {
  const error: GraphQLFormattedError = { message, extensions: { code } }
  return jsonAnswer(status, { errors: [error] })
}

/** Sends an answer, unless the client has left. */
export function sendAnswer(response: ServerResponse, answer: HttpAnswer): void {
  if (response.destroyed || response.headersSent) return
  response.writeHead(answer.status, {
    'x-content-type-options': 'nosniff',
    ...answer.headers,
    'content-length': Buffer.byteLength(answer.body),
  })
  response.end(answer.body)
}
