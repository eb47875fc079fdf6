import type { RequestIdentity } from '@gravity/shared/viewer/viewer'
import type { Graph, GraphCall, GraphRequest, RequestRefusal } from '../graph.ts'
import type { Admit } from './admission.ts'
import {
  type AcceptedTypes,
  type ContentType,
  EVENT_STREAM_TYPE,
  GRAPHQL_RESPONSE_TYPE,
  JSON_TYPE,
  negotiateContent,
  parseContentType,
  prefersHtml,
} from './content-negotiation.ts'
import type { CorsPolicy } from './cors.ts'
import { refuseCrossSiteRequest } from './csrf.ts'
import { parseJsonParameters, parseQueryParameters } from './graphql-parameters.ts'
import type { HttpExchange } from './http-exchange.ts'
import { HttpRefusal, methodNotAllowed } from './http-refusal.ts'
import type { Route } from './http-server.ts'
import { readBody } from './request-body.ts'
import { addRequestId } from './request-id.ts'
import type { EventStreams } from './server-sent-events.ts'

export interface GraphqlEndpointOptions {
  readonly graph: Graph
  readonly admit: Admit
  readonly cors: CorsPolicy
  readonly eventStreams: EventStreams
  /** The largest request body, before and after decompression. */
  readonly bodyLimitBytes: number
  /** Where a browser that opens the endpoint is sent; undefined to send it nowhere. */
  readonly explorerPath: string | undefined
}

/** GraphQL over HTTP (https://graphql.github.io/graphql-over-http/draft/), with event streams on the same address. */
export function createGraphqlEndpoint(options: GraphqlEndpointOptions): Route {
  const { cors, explorerPath } = options
  return {
    async get(exchange) {
      const { accept } = exchange.request.headers
      if (explorerPath !== undefined && exchange.search === '' && prefersHtml(accept)) {
        exchange.answerEmpty(303, { location: explorerPath })
        return
      }
      admitOrigin(exchange, cors, noContent)
      const accepted = negotiate(exchange)
      await answer({ exchange, accepted, request: parseQueryParameters(exchange.search) }, options)
    },
    async post(exchange) {
      const contentType = parseContentType(exchange.request.headers['content-type'])
      admitOrigin(exchange, cors, contentType)
      const accepted = negotiate(exchange)
      requireJson(contentType)
      const body = await readBody(exchange.request, options.bodyLimitBytes)
      await answer({ exchange, accepted, request: parseJsonParameters(body) }, options)
    },
    options(exchange) {
      exchange.answerEmpty(204, cors.preflightHeadersFor(exchange.request.headers))
    },
  }
}

const noContent: ContentType = { mediaType: '', utf8: true }

function admitOrigin(exchange: HttpExchange, cors: CorsPolicy, content: ContentType): void {
  const { method = 'GET', headers } = exchange.request
  exchange.allowOrigin(cors.headersFor(headers.origin))
  refuseCrossSiteRequest({ method, headers, contentType: content.mediaType }, cors)
}

function negotiate(exchange: HttpExchange): AcceptedTypes {
  const accepted = negotiateContent(exchange.request.headers.accept)
  if (accepted.contentType !== undefined) exchange.contentType = accepted.contentType
  else if (!accepted.eventStream) throw notAcceptable(`Answers are ${answerTypes}.`)
  return accepted
}

const answerTypes = `${JSON_TYPE}, ${GRAPHQL_RESPONSE_TYPE} or ${EVENT_STREAM_TYPE}`

interface GraphqlExchange {
  readonly exchange: HttpExchange
  readonly accepted: AcceptedTypes
  readonly request: GraphRequest
}

async function answer(asked: GraphqlExchange, options: GraphqlEndpointOptions): Promise<void> {
  const { exchange, accepted, request } = asked
  const { graph, eventStreams } = options
  const identity = await options.admit(exchange.request.headers.authorization, (viewer) =>
    exchange.identityOf(viewer),
  )
  const operation = await graph.prepare(request)
  if ('errors' in operation) {
    refuseOperation(asked, operation, eventStreams)
    return
  }
  if (operation.kind === 'mutation' && exchange.request.method !== 'POST') {
    throw methodNotAllowed('Mutations must be sent by POST.', ['POST'])
  }

  const variables = request.variables ?? {}
  if (operation.kind === 'subscription' || !accepted.single) {
    if (!accepted.eventStream) throw notAcceptable(howToSubscribe)
    await eventStreams.run(exchange, operation, { identity, variables })
    return
  }
  const result = await graph.execute(operation, new HttpCall(exchange, identity, variables))
  exchange.answer({ status: statusFor(result.refused, accepted), body: result.body })
}

/** A call whose signal is made only for those that look at it. */
class HttpCall implements GraphCall {
  readonly identity: RequestIdentity
  readonly variables: GraphCall['variables']
  readonly #exchange: HttpExchange

  constructor(
    exchange: HttpExchange,
    identity: RequestIdentity,
    variables: GraphCall['variables'],
  ) {
    this.identity = identity
    this.variables = variables
    this.#exchange = exchange
  }

  get signal(): AbortSignal {
    return this.#exchange.gone
  }
}

const howToSubscribe =
  'Subscriptions need a WebSocket (graphql-transport-ws) or server-sent events (accept: text/event-stream).'

function refuseOperation(
  { exchange, accepted }: GraphqlExchange,
  refusal: RequestRefusal,
  eventStreams: EventStreams,
): void {
  const errors = addRequestId(refusal.errors, exchange.requestId)
  if (!accepted.single) eventStreams.refuse(exchange, errors)
  else exchange.answer({ status: statusFor(true, accepted), body: JSON.stringify({ errors }) })
}

/**
 * A refused operation is 400, except under `application/json`, where clients of old take any other status than 200
 * for the failure of a proxy (https://graphql.github.io/graphql-over-http/draft/#sec-application-json).
 */
function statusFor(refused: boolean, accepted: AcceptedTypes): number {
  return refused && accepted.single === GRAPHQL_RESPONSE_TYPE ? 400 : 200
}

function notAcceptable(message: string): HttpRefusal {
  return new HttpRefusal({ status: 406, code: 'BAD_USER_INPUT', message })
}

function requireJson({ mediaType, utf8 }: ContentType): void {
  if (mediaType === JSON_TYPE && utf8) return
  throw new HttpRefusal({
    status: 415,
    code: 'BAD_USER_INPUT',
    message: 'The body must be application/json in UTF-8.',
    headers: { 'accept-post': JSON_TYPE },
  })
}
