import type { RequestIdentity } from '@gravity/shared/viewer/viewer'
import type { Graph, GraphRequest } from '../graph.ts'
import type { Admit } from './admission.ts'
import type { HttpExchange } from './http-exchange.ts'
import { badRequest, methodNotAllowed } from './http-refusal.ts'
import { addRequestId } from './request-id.ts'
import { SharedEventStreams } from './shared-event-streams.ts'

export interface SharedStreamRequestsOptions {
  readonly graph: Graph
  readonly admit: Admit
  readonly streams: SharedEventStreams
}

/** The requests around streams that many operations share; each answers, or throws a refusal. */
export class SharedStreamRequests {
  readonly #options: SharedStreamRequestsOptions

  constructor(options: SharedStreamRequestsOptions) {
    this.#options = options
  }

  /** By PUT. */
  async reserve(exchange: HttpExchange): Promise<void> {
    this.#options.streams.reserve(exchange, await this.#identify(exchange))
  }

  /** By GET. */
  async open(exchange: HttpExchange, token: string): Promise<void> {
    this.#options.streams.open({ exchange, token, identity: await this.#identify(exchange) })
  }

  /** Starts an operation: 202, or the refusal that there would be without a stream, never with 2xx. */
  async run(exchange: HttpExchange, token: string, request: GraphRequest): Promise<void> {
    const { graph, streams } = this.#options
    const identity = await this.#identify(exchange)
    const operation = await graph.prepare(request)
    if ('errors' in operation) {
      const errors = addRequestId(operation.errors, exchange.requestId)
      exchange.answer({ status: 400, body: JSON.stringify({ errors }) })
      return
    }
    if (operation.kind === 'mutation' && exchange.request.method !== 'POST') {
      throw methodNotAllowed('Mutations must be sent by POST.', ['POST'])
    }
    streams.run({ exchange, token, identity }, operation, request)
  }

  /** By DELETE. */
  async cancel(exchange: HttpExchange): Promise<void> {
    const token = SharedEventStreams.tokenOf(exchange)
    if (token === undefined) throw badRequest('Say by its token in which stream the operation is.')
    this.#options.streams.cancel({ exchange, token, identity: await this.#identify(exchange) })
  }

  async #identify(exchange: HttpExchange): Promise<RequestIdentity> {
    const { authorization } = exchange.request.headers
    return this.#options.admit(authorization, (viewer) => exchange.identityOf(viewer))
  }
}
