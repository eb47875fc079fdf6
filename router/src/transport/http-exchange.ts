import type { IncomingMessage, ServerResponse } from 'node:http'
import { continueTraceparent } from '@gravity/shared/viewer/trace-context'
import type { RequestIdentity, Viewer } from '@gravity/shared/viewer/viewer'
import type { ResolveClientAddress } from '../viewer/client-address.ts'
import { type HttpRefusal, toGraphqlError } from './http-refusal.ts'
import { chooseRequestId } from './request-id.ts'

export interface HttpAnswer {
  readonly status: number
  /** The exchange's own by default. */
  readonly contentType?: string
  readonly body: string | Buffer
  /** Added to those that every answer has. */
  readonly headers?: Readonly<Record<string, string>>
}

/** What the server knows and an exchange needs. */
export interface ExchangeSurroundings {
  readonly resolveClientAddress: ResolveClientAddress
  /** Aborted when the server stops: streams end, connections are not kept alive. */
  readonly stopping: AbortSignal
}

/** One HTTP request, the facts that every step needs of it, and the way to answer it. */
export class HttpExchange {
  readonly request: IncomingMessage
  readonly response: ServerResponse
  readonly path: string
  /** The query string, without its question mark. */
  readonly search: string
  readonly requestId: string
  /** Aborted when the server stops. */
  readonly stopping: AbortSignal
  /** What the answer is, unless it says otherwise; negotiation sets it, so that refusals follow it too. */
  contentType = 'application/json; charset=utf-8'
  readonly #traceparent: string
  readonly #clientAddress: string | null
  #corsHeaders: readonly string[] = []
  #gone: AbortController | undefined

  constructor(
    request: IncomingMessage,
    response: ServerResponse,
    surroundings: ExchangeSurroundings,
  ) {
    const url = request.url ?? '/'
    const queryAt = url.indexOf('?')
    this.request = request
    this.response = response
    this.path = queryAt === -1 ? url : url.slice(0, queryAt)
    this.search = queryAt === -1 ? '' : url.slice(queryAt + 1)
    this.stopping = surroundings.stopping
    const { headers } = request
    const { traceparent } = headers
    this.requestId = chooseRequestId(headers['x-request-id'])
    this.#traceparent = continueTraceparent(single(traceparent))
    this.#clientAddress = surroundings.resolveClientAddress(
      request.socket.remoteAddress,
      headers['x-forwarded-for'],
    )
  }

  identityOf(viewer: Viewer | null): RequestIdentity {
    return {
      viewer,
      requestId: this.requestId,
      traceparent: this.#traceparent,
      clientAddress: this.#clientAddress,
    }
  }

  /** Aborted when the client goes away before it has its answer. Made when first asked for. */
  get gone(): AbortSignal {
    if (this.#gone) return this.#gone.signal
    const controller = new AbortController()
    this.#gone = controller
    if (this.response.destroyed) controller.abort()
    this.response.once('close', () => {
      if (!this.response.writableFinished) controller.abort()
    })
    return controller.signal
  }

  /** Flat names and values that every answer from here on carries. */
  allowOrigin(corsHeaders: readonly string[]): void {
    this.#corsHeaders = corsHeaders
  }

  /** Answers once; does nothing when the client is gone. */
  answer(answer: HttpAnswer): void {
    if (this.response.destroyed || this.response.headersSent) return
    const { body } = answer
    const length = Buffer.byteLength(body)
    const headers = this.headersFor(answer.contentType ?? this.contentType, answer.headers)
    headers.push('content-length', String(length))
    this.response.writeHead(answer.status, headers)
    // Text of ASCII alone is the same bytes in both encodings, and Node writes this one without transcoding.
    this.response.end(body, length === body.length ? 'latin1' : 'utf8')
  }

  /** Answers with a status that has no content, such as 204, or with a redirect. */
  answerEmpty(status: number, headers: Readonly<Record<string, string>>): void {
    this.response.writeHead(status, { ...headers, 'x-request-id': this.requestId })
    this.response.end()
  }

  /** The headers of an answer as a flat list of names and values, the fastest form for `writeHead`. */
  headersFor(contentType: string, more?: Readonly<Record<string, string>>): string[] {
    const headers = ['content-type', contentType, 'x-request-id', this.requestId]
    headers.push(...this.#corsHeaders)
    if (more?.['cache-control'] === undefined) headers.push('cache-control', 'no-store')
    if (this.stopping.aborted) headers.push('connection', 'close')
    for (const name in more) headers.push(name, more[name] ?? '')
    return headers
  }

  /** Answers with one GraphQL error. */
  refuse(refusal: HttpRefusal): void {
    const body = JSON.stringify({ errors: [toGraphqlError(refusal, this.requestId)] })
    this.answer({ status: refusal.status, body, headers: refusal.headers })
  }
}

function single(header: string | string[] | undefined): string | undefined {
  return typeof header === 'string' ? header : undefined
}
