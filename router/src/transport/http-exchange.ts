import type { IncomingMessage, ServerResponse } from 'node:http'
import { continueTraceparent } from '@gravity/shared/viewer/trace-context'
import type { RequestIdentity, Viewer } from '@gravity/shared/viewer/viewer'
import type { GraphQLFormattedError } from 'graphql'
import type { PassedHeaders } from '../answer-headers/passed-headers.ts'
import type { RequestScope } from '../plugins/request-scope.ts'
import type { ResolveClientAddress } from '../viewer/client-address.ts'
import { COMPRESSION_MINIMUM, chooseCoding, compressedHeaders } from './compression.ts'
import { type HttpRefusal, toGraphqlError } from './http-refusal.ts'
import { chooseRequestId } from './request-id.ts'

export interface HttpAnswer {
  readonly status: number
  /** The exchange's own by default. */
  readonly contentType?: string
  readonly body: string | Buffer
  /** Added to those that every answer has. */
  readonly headers?: Readonly<Record<string, string>>
  /** Where compressed forms of a body that is sent again are kept, by their coding. */
  readonly compressed?: Map<string, Buffer> | undefined
}

/** What the server knows and an exchange needs. */
export interface ExchangeSurroundings {
  readonly resolveClientAddress: ResolveClientAddress
  /** Aborted when the server stops: streams end, connections are not kept alive. */
  readonly stopping: AbortSignal
  /** Whether answers are compressed for those who accept it. */
  readonly compression: boolean
  readonly timeouts: {
    /** How long a client may read nothing of an answer, in milliseconds. */
    readonly answer: number
  }
}

/** Answers up to here wait in the buffers of the kernel, and cost nothing when they are not read. */
const KERNEL_BYTES = 65_536

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
  /** What is noted of the request, when anybody wants to know. */
  scope: RequestScope | undefined
  /** Of the first error in the answer, for metrics. */
  errorCode: string | undefined
  #traceparent: string
  readonly #clientAddress: string | null
  readonly #compresses: boolean
  readonly #stallMs: number
  #corsHeaders: readonly string[] = []
  #addedHeaders: string[] | undefined
  #passedHeaders: PassedHeaders | undefined
  #gone: AbortController | undefined
  #hasLeft = false
  #holds = 0

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
    this.#compresses = surroundings.compression
    this.#stallMs = surroundings.timeouts.answer
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
      userAgent: this.request.headers['user-agent']?.slice(0, longestUserAgent),
    }
  }

  /** Aborted when the client goes away before it has its answer. Made when first asked for. */
  get gone(): AbortSignal {
    if (this.#gone) return this.#gone.signal
    const controller = new AbortController()
    this.#gone = controller
    if (this.response.destroyed) controller.abort()
    this.response.on('close', () => {
      this.#hasLeft = !this.response.writableFinished
      this.#giveUp()
    })
    return controller.signal
  }

  /**
   * Keeps `gone` from aborting, because others wait for the same as this client, until the returned function is called.
   * Undefined when the client has left already.
   */
  hold(): (() => void) | undefined {
    if (this.#hasLeft || this.response.destroyed) return undefined
    // Whoever asks for it only after the client has left must find it held as well.
    void this.gone
    this.#holds += 1
    let isHeld = true
    return () => {
      if (isHeld) this.#holds -= 1
      isHeld = false
      this.#giveUp()
    }
  }

  #giveUp(): void {
    if (this.#hasLeft && this.#holds === 0) this.#gone?.abort()
  }

  /** Flat names and values that every answer from here on carries. */
  allowOrigin(corsHeaders: readonly string[]): void {
    this.#corsHeaders = corsHeaders
  }

  /** A header for every answer from here on. */
  addHeader(name: string, value: string): void {
    this.#addedHeaders ??= []
    this.#addedHeaders.push(name, value)
  }

  /** Headers of subgraphs for every answer from here on; those of a batch's operations merge as their rules say. */
  passHeaders(headers: PassedHeaders): void {
    if (this.#passedHeaders) this.#passedHeaders.addAll(headers)
    else this.#passedHeaders = headers
  }

  /** Notes what went wrong in an answer, if anything did. */
  noteErrors(errors: readonly GraphQLFormattedError[]): void {
    const first = errors[0]
    if (!first || this.errorCode !== undefined) return
    const code = first.extensions?.['code']
    this.errorCode = typeof code === 'string' ? code : 'INTERNAL_SERVER_ERROR'
  }

  /** From here on the request's identity is a child of another span. */
  continueTrace(traceparent: string): void {
    this.#traceparent = traceparent
  }

  /** Answers once; does nothing when the client is gone. */
  answer(answer: HttpAnswer): void {
    const { body } = answer
    // Bytes are what was compressed before, or cannot be.
    if (!this.#compresses || body.length < COMPRESSION_MINIMUM || typeof body !== 'string') {
      this.#send(answer)
    } else this.#answerLarge(answer)
  }

  #answerLarge(answer: HttpAnswer): void {
    const { body, headers, compressed } = answer
    const coding = chooseCoding(this.request.headers['accept-encoding'])
    // Whatever is answered here, to another client it would be something else.
    this.addHeader('vary', 'accept-encoding')
    if (!coding) {
      this.#send(answer)
      return
    }
    const send = (bytes: Buffer): void =>
      this.#send({ ...answer, body: bytes, headers: compressedHeaders(headers, coding) })
    const known = compressed?.get(coding.name)
    if (known) {
      send(known)
      return
    }
    coding.compress(body).then(
      (bytes) => {
        compressed?.set(coding.name, bytes)
        send(bytes)
      },
      () => this.#send(answer),
    )
  }

  #send(answer: HttpAnswer): void {
    if (this.response.destroyed || this.response.headersSent) return
    const { body } = answer
    const length = Buffer.byteLength(body)
    const headers = this.headersFor(answer.contentType ?? this.contentType, answer.headers)
    headers.push('content-length', String(length))
    this.response.writeHead(answer.status, headers)
    // Text of ASCII alone is the same bytes in both encodings, and Node writes this one without transcoding.
    this.response.end(body, length === body.length ? 'latin1' : 'utf8')
    if (length > KERNEL_BYTES) this.giveUpStalled()
  }

  /** Closes the connection when the client reads nothing of the answer for a while; until it has been sent. */
  giveUpStalled(): void {
    if (this.response.writableLength > 0) this.request.socket.setTimeout(this.#stallMs)
  }

  /** Answers a conditional request whose client has the current answer (RFC 9110, section 15.4.5). */
  answerNotModified(headers: Readonly<Record<string, string>>): void {
    if (this.response.destroyed || this.response.headersSent) return
    this.response.writeHead(304, this.headersFor(this.contentType, headers))
    this.response.end()
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
    if (this.#addedHeaders) headers.push(...this.#addedHeaders)
    if (this.#passedHeaders) {
      const exposed = this.#corsHeaders.includes('access-control-allow-origin')
      headers.push(...this.#passedHeaders.list(exposed))
    }
    if (more?.['cache-control'] === undefined) headers.push('cache-control', 'no-store')
    if (this.stopping.aborted) headers.push('connection', 'close')
    for (const name in more) headers.push(name, more[name] ?? '')
    return headers
  }

  /** Answers with one GraphQL error. */
  refuse(refusal: HttpRefusal): void {
    this.errorCode ??= refusal.code
    this.scope?.errorCodes.add(refusal.code)
    const body = JSON.stringify({ errors: [toGraphqlError(refusal, this.requestId)] })
    this.answer({ status: refusal.status, body, headers: refusal.headers })
  }
}

/** Only people read it. */
const longestUserAgent = 256

function single(header: string | string[] | undefined): string | undefined {
  return typeof header === 'string' ? header : undefined
}
