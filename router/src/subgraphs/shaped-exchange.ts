import { setTimeout as wait } from 'node:timers/promises'
import { errorCode } from '@gravity/shared/errors/error-code'
import type { CallOutcome } from './circuit-breaker.ts'
import { parseResponse } from './graphql-answer.ts'
import {
  type Exchange,
  type HttpAnswer,
  type HttpPost,
  OversizeError,
  RefusedError,
} from './http-exchange.ts'
import { circuitOpen, type SubgraphTraffic } from './subgraph-traffic.ts'

const firstPauseMs = 100
const longestPauseMs = 2_000

/** Nothing was answered, and the next attempt may find the subgraph again. */
const connectionFailures: ReadonlySet<unknown> = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'EPIPE',
  'EAI_AGAIN',
  'ENETUNREACH',
  'EHOSTUNREACH',
  'UND_ERR_SOCKET',
  'UND_ERR_CONNECT_TIMEOUT',
])

/** What a proxy or a stopping server answers in the place of the subgraph. */
const temporaryStatuses: ReadonlySet<number> = new Set([502, 503, 504])

/**
 * Sends requests as the traffic to a subgraph allows: each attempt when the circuit lets it and there is room, and again
 * when it failed in a way that may pass. Rejects like the exchange, or with a `RefusedError`.
 */
export class ShapedExchange {
  readonly #exchange: Exchange
  readonly #traffic: SubgraphTraffic

  constructor(exchange: Exchange, traffic: SubgraphTraffic) {
    this.#exchange = exchange
    this.#traffic = traffic
  }

  /** `isRepeatable` says that nothing changes when the subgraph gets the request twice. */
  async send(post: HttpPost, isRepeatable: boolean): Promise<HttpAnswer> {
    this.#traffic.budget.countCall()
    for (let attempt = 1; ; attempt += 1) {
      try {
        const answer = await this.#attempt(post)
        if (!isRepeatable || !isTemporary(answer)) return answer
        if (!(await this.#mayRepeat(attempt, post, answer.retryAfter))) return answer
      } catch (error) {
        if (!isRepeatable || !connectionFailures.has(errorCode(error))) throw error
        if (!(await this.#mayRepeat(attempt, post))) throw error
      }
    }
  }

  #attempt(post: HttpPost): Promise<HttpAnswer> {
    const { circuit, limit } = this.#traffic
    if (circuit?.refuses) return this.#refuse(circuitOpen())
    const room = limit.enter(post)
    if (!room) return this.#sendNow(post)
    return room.then(
      () => this.#sendNow(post),
      (error: unknown) => this.#refuse(error),
    )
  }

  async #sendNow(post: HttpPost): Promise<HttpAnswer> {
    const { circuit, limit } = this.#traffic
    const ticket = circuit ? circuit.admit() : 0
    if (ticket === undefined) {
      limit.leave()
      return this.#refuse(circuitOpen())
    }
    try {
      const answer = await this.#exchange(post)
      this.#settle(ticket, isServerFailure(answer) ? 'failed' : 'answered')
      return answer
    } catch (error) {
      this.#settle(ticket, outcomeOf(error, post.signal))
      throw error
    } finally {
      limit.leave()
    }
  }

  #settle(ticket: number, outcome: CallOutcome): void {
    const { circuit, counts } = this.#traffic
    counts[outcome] += 1
    circuit?.settle(ticket, outcome)
  }

  #refuse(error: unknown): Promise<never> {
    if (error instanceof RefusedError) this.#traffic.counts.refused += 1
    return Promise.reject(error)
  }

  /** Waits for the next attempt; false when there shall be none. Rejects when the caller leaves. */
  async #mayRepeat(attempt: number, post: HttpPost, retryAfter?: string): Promise<boolean> {
    const { settings, circuit, budget, counts, random } = this.#traffic
    if (attempt >= settings.retries.attempts || circuit?.refuses) return false
    // Anywhere up to the bound, so that many who failed at once do not come back at once.
    const pause = random() * Math.min(longestPauseMs, firstPauseMs * 2 ** (attempt - 1))
    const asked = retryAfter === undefined ? 0 : retryDelay(retryAfter)
    const pauseMs = Math.max(pause, asked)
    if (performance.now() + pauseMs >= post.endsAt || !budget.take()) return false
    counts.retried += 1
    await wait(pauseMs, undefined, { signal: post.signal })
    return true
  }
}

/** RFC 9110, section 10.2.3: seconds or a date. What cannot be read asks for nothing. */
function retryDelay(retryAfter: string): number {
  const seconds = Number(retryAfter)
  const ms = Number.isNaN(seconds) ? Date.parse(retryAfter) - Date.now() : seconds * 1_000
  return ms > 0 ? ms : 0
}

function isTemporary(answer: HttpAnswer): boolean {
  return temporaryStatuses.has(answer.status) && isServerFailure(answer)
}

/** Errors in a GraphQL response, whatever its status, are about one request and not about the server. */
function isServerFailure({ status, body }: HttpAnswer): boolean {
  return status >= 500 && parseResponse(body) === undefined
}

function outcomeOf(error: unknown, signal: AbortSignal): CallOutcome {
  if (signal.aborted) return 'abandoned'
  return error instanceof OversizeError ? 'answered' : 'failed'
}
