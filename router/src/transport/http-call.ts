import type { RequestIdentity } from '@gravity/shared/viewer/viewer'
import type { PassedHeaders } from '../answer-headers/passed-headers.ts'
import type { GraphCall } from '../graph.ts'
import type { HttpExchange } from './http-exchange.ts'

/** A call whose signal is made only for those that look at it. */
export class HttpCall implements GraphCall {
  readonly identity: RequestIdentity
  readonly variables: GraphCall['variables']
  readonly headers: GraphCall['headers']
  freshness: GraphCall['freshness']
  passed: GraphCall['passed']
  readonly #exchange: HttpExchange

  constructor(
    exchange: HttpExchange,
    identity: RequestIdentity,
    variables: GraphCall['variables'],
  ) {
    this.identity = identity
    this.variables = variables
    this.headers = exchange.request.headers
    this.#exchange = exchange
  }

  get signal(): AbortSignal {
    return this.#exchange.gone
  }

  hold(): (() => void) | undefined {
    return this.#exchange.hold()
  }

  passHeaders(headers: PassedHeaders): void {
    this.#exchange.passHeaders(headers)
  }
}
