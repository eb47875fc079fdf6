import type { Logger } from '@gravity/shared/log/logger'
import { answerKept } from '../caching/answer-kept.ts'
import type { KeptAnswer } from '../caching/kept-answer.ts'
import type { KnownRequests } from '../caching/known-requests.ts'
import { EXPLAIN_HEADER } from '../execution/explain/asked-explanation.ts'
import type { Graph, GraphCall, GraphRequest, PreparedOperation, RequestRefusal } from '../graph.ts'
import type { CountRequest } from '../limits/request-rate.ts'
import type { Admit } from './admission.ts'
import { answerBatch, checkBatch } from './batch.ts'
import {
  type AcceptedTypes,
  type ContentType,
  type DeferralFormat,
  EVENT_STREAM_TYPE,
  GRAPHQL_RESPONSE_TYPE,
  JSON_TYPE,
  negotiateContent,
  parseContentType,
  prefersHtml,
} from './content-negotiation.ts'
import type { CorsPolicy } from './cors.ts'
import { refuseCrossSiteRequest } from './csrf.ts'
import {
  parseJsonBody,
  parseJsonParameters,
  parseQueryParameters,
  readParameters,
  toGraphRequest,
} from './graphql-parameters.ts'
import { HttpCall } from './http-call.ts'
import type { HttpExchange } from './http-exchange.ts'
import { HttpRefusal, methodNotAllowed } from './http-refusal.ts'
import type { Route } from './http-server.ts'
import type { MultipartAnswers } from './multipart-answers.ts'
import { readBody } from './request-body.ts'
import { addRequestId } from './request-id.ts'
import type { ResultStreams } from './result-streams.ts'
import { SharedEventStreams } from './shared-event-streams.ts'
import type { SharedStreamRequests } from './shared-stream-requests.ts'

export interface GraphqlEndpointOptions {
  readonly graph: Graph
  readonly admit: Admit
  /** Counts the operations of a batch after its first, which is counted when the request is admitted. */
  readonly countRequest: CountRequest | undefined
  readonly cors: CorsPolicy
  readonly eventStreams: ResultStreams
  readonly multipartSubscriptions: ResultStreams
  readonly multipartAnswers: MultipartAnswers
  readonly sharedStreams: SharedStreamRequests
  /** The largest request body, before and after decompression. */
  readonly bodyLimitBytes: number
  /** How many operations an array may carry; 0 refuses arrays. */
  readonly batchLimit: number
  /** Where a browser that opens the endpoint is sent; undefined to send it nowhere. */
  readonly explorerPath: string | undefined
  /** Requests that are answered without being read; undefined when no answers are kept. */
  readonly knownRequests: KnownRequests | undefined
  /** Whether they may be: nobody has to see them as operations. */
  readonly answersUnread: boolean
  readonly log: Logger
}

/** GraphQL over HTTP (https://graphql.github.io/graphql-over-http/draft/), with event streams on the same address. */
export function createGraphqlEndpoint(options: GraphqlEndpointOptions): Route {
  const { cors, explorerPath, sharedStreams } = options
  return {
    async get(exchange) {
      const { accept } = exchange.request.headers
      if (explorerPath !== undefined && exchange.search === '' && prefersHtml(accept)) {
        exchange.answerEmpty(303, { location: explorerPath })
        return
      }
      admitOrigin(exchange, cors, noContent)
      const accepted = negotiate(exchange)
      const token = SharedEventStreams.tokenOf(exchange)
      if (token !== undefined) {
        if (accepted.eventStream) await sharedStreams.open(exchange, token)
        else await sharedStreams.run(exchange, token, parseQueryParameters(exchange.search))
        return
      }
      const text = `?${exchange.search}`
      const known = answerKnown({ exchange, accepted, text }, options)
      if (known) return known
      const request = parseQueryParameters(exchange.search)
      await answer({ exchange, accepted, text, request }, options)
    },
    async post(exchange) {
      const contentType = parseContentType(exchange.request.headers['content-type'])
      admitOrigin(exchange, cors, contentType)
      const accepted = negotiate(exchange)
      requireJson(contentType)
      const body = await readBody(exchange.request, options.bodyLimitBytes)
      const token = SharedEventStreams.tokenOf(exchange)
      if (token !== undefined) {
        await sharedStreams.run(exchange, token, parseJsonParameters(body))
        return
      }
      const known = answerKnown({ exchange, accepted, text: body }, options)
      if (known) return known
      const parameters = parseJsonBody(body)
      if (Array.isArray(parameters)) {
        await answerArray({ exchange, accepted, requests: parameters }, options)
        return
      }
      const request = toGraphRequest(readParameters(parameters, 'The body'))
      await answer({ exchange, accepted, text: body, request }, options)
    },
    put(exchange) {
      admitOrigin(exchange, cors, noContent)
      return sharedStreams.reserve(exchange)
    },
    delete(exchange) {
      admitOrigin(exchange, cors, noContent)
      return sharedStreams.cancel(exchange)
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

interface UnreadExchange {
  readonly exchange: HttpExchange
  readonly accepted: AcceptedTypes
  /** The body, or the query string after a question mark. */
  readonly text: string
}

interface GraphqlExchange extends UnreadExchange {
  readonly request: GraphRequest
}

/** Answers a request whose answer is kept for everybody; undefined when there is none. Who asks is admitted all the same. */
function answerKnown(
  { exchange, accepted, text }: UnreadExchange,
  { knownRequests, answersUnread, admit }: GraphqlEndpointOptions,
): Promise<void> | undefined {
  const { headers } = exchange.request
  if (!knownRequests || !answersUnread || headers[EXPLAIN_HEADER] !== undefined) return undefined
  const kept = accepted.single && knownRequests.find(text, headers)
  return kept && giveKnown(kept)

  async function giveKnown(answer: KeptAnswer): Promise<void> {
    const identity = admit(headers.authorization, (viewer) => exchange.identityOf(viewer))
    if (identity instanceof Promise) await identity
    if (exchange.scope) exchange.scope.isKnown = true
    answerKept(exchange, answer, knownRequests?.ageOf(answer))
  }
}

async function answer(asked: GraphqlExchange, options: GraphqlEndpointOptions): Promise<void> {
  const { exchange, accepted, request, text } = asked
  const { graph, eventStreams } = options
  const era = options.knownRequests?.era
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
    await streamsFor(accepted, options).run(exchange, operation, { identity, variables })
    return
  }
  const call = new HttpCall(exchange, identity, variables)
  if (operation.defers && accepted.deferral) {
    await answerInParts({ ...asked, operation, format: accepted.deferral }, call, options)
    return
  }
  const result = await graph.execute(operation, call)
  const { kept, isReused, refused, body, errors } = result
  exchange.noteErrors(errors)
  if (kept && options.knownRequests) {
    options.knownRequests.remember({ text, headers: exchange.request.headers, era }, kept)
    answerKept(exchange, kept, isReused ? options.knownRequests.ageOf(kept) : undefined)
    return
  }
  exchange.answer({ status: statusFor(refused, accepted), body })
}

interface BatchExchange {
  readonly exchange: HttpExchange
  readonly accepted: AcceptedTypes
  readonly requests: readonly unknown[]
}

async function answerArray(
  { exchange, accepted, requests }: BatchExchange,
  options: GraphqlEndpointOptions,
): Promise<void> {
  if (!accepted.single) throw notAcceptable('The answers of a batch are one JSON array.')
  checkBatch(requests, options.batchLimit)
  const identity = await options.admit(exchange.request.headers.authorization, (viewer) =>
    exchange.identityOf(viewer),
  )
  await answerBatch({ exchange, identity, requests }, options)
}

function streamsFor(
  { eventStream, multipartSubscriptions }: AcceptedTypes,
  options: GraphqlEndpointOptions,
): ResultStreams {
  if (eventStream) return options.eventStreams
  if (multipartSubscriptions) return options.multipartSubscriptions
  throw notAcceptable(howToSubscribe)
}

const howToSubscribe =
  'Subscriptions need a WebSocket (graphql-transport-ws), server-sent events (accept: text/event-stream) or parts (accept: multipart/mixed;subscriptionSpec=1.0).'

interface DeferringExchange extends GraphqlExchange {
  readonly operation: PreparedOperation
  readonly format: DeferralFormat
}

async function answerInParts(
  { exchange, accepted, operation, format }: DeferringExchange,
  call: GraphCall,
  { graph, multipartAnswers }: GraphqlEndpointOptions,
): Promise<void> {
  const answer = await graph.executeInParts(operation, call)
  exchange.noteErrors('body' in answer ? answer.errors : answer.first.errors)
  if (!('body' in answer)) await multipartAnswers(exchange, answer, format)
  else exchange.answer({ status: statusFor(answer.refused, accepted), body: answer.body })
}

function refuseOperation(
  { exchange, accepted }: GraphqlExchange,
  refusal: RequestRefusal,
  eventStreams: ResultStreams,
): void {
  const errors = addRequestId(refusal.errors, exchange.requestId)
  exchange.noteErrors(errors)
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
