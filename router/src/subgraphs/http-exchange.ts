import type { CachePolicy } from '@gravity/shared/cache/cache-policy'
import { AUDIENCE_HEADER } from '@gravity/shared/server/answer-audience'
import type { Dispatcher, Pool } from 'undici'
import type { SubgraphHeaders } from '../answer-headers/answer-header-rules.ts'
import { httpCachePolicy } from '../caching/http-policy.ts'

/** A request with its limits. */
export interface HttpPost {
  readonly path: string
  readonly headers: Record<string, string>
  readonly body: string
  readonly signal: AbortSignal
  /** By `performance.now()`; for waiting, connecting, sending and receiving together. */
  readonly endsAt: number
  readonly maximumBytes: number
}

/** A whole answer, whatever its status. */
export interface HttpAnswer {
  readonly status: number
  readonly contentType: string
  /** What a peer that cannot answer now says about when it can: the header, as it is. */
  readonly retryAfter: string | undefined
  /** For how long it may be kept, as its headers say. */
  readonly cachePolicy?: CachePolicy | undefined
  /** For whom it is; undefined for everybody. */
  readonly audience?: string | undefined
  /** All of them; undefined for an answer that was sent to somebody else. */
  readonly headers?: SubgraphHeaders | undefined
  readonly body: string
}

/** Sends one request and reads the whole answer. */
export type Exchange = (post: HttpPost) => Promise<HttpAnswer>

/** The peer took too long. */
export class DeadlineError extends Error {
  override readonly name = 'DeadlineError'
}

/** The peer answers more than it may. */
export class OversizeError extends Error {
  override readonly name = 'OversizeError'
}

/** The peer was not asked at all. */
export class RefusedError extends Error {
  override readonly name = 'RefusedError'
  readonly reason: 'CIRCUIT_OPEN' | 'OVERLOADED'

  constructor(reason: RefusedError['reason'], message: string) {
    super(message)
    this.reason = reason
  }
}

/**
 * Sends a POST over a pool of kept-alive connections and reads the whole answer. Rejects with the signal's reason, a
 * `DeadlineError`, an `OversizeError`, or undici's error when the connection fails. Built on `dispatch`, because a
 * stream and its events for each answer cost more than the rest together.
 */
export function post(pool: Pool, request: HttpPost): Promise<HttpAnswer> {
  return new Promise((resolve, reject) => {
    const handler = new AnswerReader(request, { resolve, reject })
    const { path, headers, body } = request
    pool.dispatch({ path, method: 'POST', headers, body }, handler)
  })
}

interface Settle {
  readonly resolve: (answer: HttpAnswer) => void
  readonly reject: (error: unknown) => void
}

class AnswerReader implements Dispatcher.DispatchHandler {
  readonly #request: HttpPost
  readonly #settle: Settle
  readonly #timer: NodeJS.Timeout
  readonly #chunks: Buffer[] = []
  #controller: Dispatcher.DispatchController | undefined
  #failure: unknown
  #status = 0
  #contentType = ''
  #retryAfter: string | undefined
  #cachePolicy: CachePolicy | undefined
  #audience: string | undefined
  #headers: SubgraphHeaders | undefined
  #bytes = 0

  constructor(request: HttpPost, settle: Settle) {
    this.#request = request
    this.#settle = settle
    const left = Math.max(1, request.endsAt - performance.now())
    this.#timer = setTimeout(() => this.#fail(new DeadlineError('No answer in time')), left)
    request.signal.addEventListener('abort', this.#leave, { once: true })
    if (request.signal.aborted) this.#leave()
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.#controller = controller
    if (this.#failure !== undefined) controller.abort(asError(this.#failure))
  }

  onResponseStart(
    _controller: Dispatcher.DispatchController,
    status: number,
    headers: SubgraphHeaders,
  ): void {
    this.#status = status
    this.#headers = headers
    this.#contentType = String(headers['content-type'] ?? '')
    this.#cachePolicy = httpCachePolicy(headers)
    this.#audience = headers[AUDIENCE_HEADER]?.toString()
    if (status >= 500) this.#retryAfter = headers['retry-after']?.toString()
  }

  onResponseData(_controller: Dispatcher.DispatchController, chunk: Buffer): void {
    this.#bytes += chunk.length
    const { maximumBytes } = this.#request
    if (this.#bytes <= maximumBytes) this.#chunks.push(chunk)
    else this.#fail(new OversizeError(`The answer has more than ${maximumBytes} bytes`))
  }

  onResponseEnd(): void {
    this.#release()
    const [first] = this.#chunks
    const whole = first && this.#chunks.length === 1 ? first : Buffer.concat(this.#chunks)
    const body = whole.toString('utf8')
    this.#settle.resolve({
      status: this.#status,
      contentType: this.#contentType,
      retryAfter: this.#retryAfter,
      cachePolicy: this.#cachePolicy,
      audience: this.#audience,
      headers: this.#headers,
      body,
    })
  }

  onResponseError(_controller: Dispatcher.DispatchController, error: Error): void {
    this.#release()
    this.#settle.reject(this.#failure ?? error)
  }

  readonly #leave = (): void => this.#fail(this.#request.signal.reason)

  /** Rejects at once; the connection, if there is one yet, is given up with it. */
  #fail(failure: unknown): void {
    this.#failure ??= failure
    this.#release()
    this.#controller?.abort(asError(this.#failure))
    this.#settle.reject(this.#failure)
  }

  #release(): void {
    clearTimeout(this.#timer)
    this.#request.signal.removeEventListener('abort', this.#leave)
  }
}

function asError(failure: unknown): Error {
  return failure instanceof Error
    ? failure
    : new Error('The request was given up', { cause: failure })
}
