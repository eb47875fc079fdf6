import { GravityError } from '@gravity/shared/errors/gravity-error'
import { AnswerAudience } from '@gravity/shared/server/answer-audience'
import { IDENTITY_HEADER, type IdentitySigner } from '@gravity/shared/viewer/signed-identity'
import type { Pool } from 'undici'
import {
  compileAnswerHeaderRules,
  type PassHeaders,
} from '../answer-headers/answer-header-rules.ts'
import { checkCall, checkReadiness, typenameRequest } from './check-subgraph.ts'
import { parseResponse } from './graphql-answer.ts'
import { compileHeaderRules, type HeadersFor } from './header-rules.ts'
import { type HttpAnswer, post } from './http-exchange.ts'
import { createHttpSubscriptions } from './http-subscriptions.ts'
import { openExchange, type QueryExchange } from './open-exchange.ts'
import { openPool } from './open-pool.ts'
import { requestBody } from './request-body.ts'
import type {
  SubgraphCall,
  SubgraphClient,
  SubgraphRequest,
  SubgraphResponse,
} from './subgraph-client.ts'
import { reasonOf, subgraphFailure } from './subgraph-failure.ts'
import { openSubgraphTraffic, type SubgraphTraffic } from './subgraph-traffic.ts'
import { continuedTracestate } from './trace-headers.ts'
import { defaultTrafficSettings, type TrafficSettings } from './traffic-settings.ts'

export interface HttpClientOptions {
  readonly name: string
  readonly url: string
  /** Signs who is asking; left out for subgraphs of strangers, who cannot verify it. */
  readonly signer?: IdentitySigner | undefined
  /** What the traffic may be, and how it goes; the defaults by default. */
  readonly traffic?: SubgraphTraffic | undefined
}

/**
 * The way to a subgraph over HTTP, by kept-alive connections, and over a WebSocket for its subscriptions, within the
 * bounds of its traffic. A mutation is never sent twice. Whether the subgraph is ready, one that knows the signature is
 * asked at its `/health/ready`; a stranger is asked a query.
 */
export function createHttpClient(options: HttpClientOptions): SubgraphClient {
  const { name, url, signer, traffic = openSubgraphTraffic(defaultTrafficSettings) } = options
  const { settings, circuit } = traffic
  const { origin, pathname, search } = new URL(url)
  const pool = openPool(origin, settings)
  const headersOf = compileHeaderRules(settings.headers)
  const passHeaders = compileAnswerHeaderRules(settings.answerHeaders)
  const parts = { name, signer, settings, headersOf, passHeaders, path: pathname + search }
  const exchange = openExchange(
    (request) => post(pool.current, request),
    traffic,
    signer !== undefined,
  )
  const subscriptions = createHttpSubscriptions({
    ...parts,
    url,
    onEvent: exchange.startAnew,
  })
  const shaped = { ...parts, exchange }
  return {
    send: (request, call) => send(request, call, shaped),
    async subscribe(request, call) {
      if (circuit?.refuses) throw subgraphFailure(name, 'CIRCUIT_OPEN')
      return subscriptions.subscribe(request, call)
    },
    check: () =>
      signer ? checkReadiness(name, url, pool.current) : checkAnswers(pool.current, parts),
    async close() {
      await subscriptions.close()
      await pool.close()
    },
  }
}

/** What requests to one subgraph are made with. */
interface ClientParts {
  readonly name: string
  readonly signer: IdentitySigner | undefined
  readonly settings: TrafficSettings
  readonly headersOf: HeadersFor | undefined
  readonly passHeaders: PassHeaders | undefined
  readonly path: string
}

async function send(
  request: SubgraphRequest,
  call: SubgraphCall,
  client: ClientParts & { readonly exchange: Pick<QueryExchange, 'send'> },
): Promise<SubgraphResponse> {
  const { name, settings, path, headersOf, passHeaders, exchange } = client
  const headers = headersOf?.(call.headers)
  const message = {
    path,
    headers: headersFor(call, client, headers),
    body: requestBody(request),
    signal: call.signal,
    endsAt: performance.now() + settings.deadlineMs,
    maximumBytes: settings.responseBytes,
  }
  try {
    const answer = await exchange.send(message, { request, call, headers })
    call.onStatus?.(answer.status)
    const response = responseOf(answer, client)
    if (passHeaders && call.passed && answer.headers) passHeaders(answer.headers, call.passed)
    if (answer.audience === undefined) return response
    const audience = new AnswerAudience()
    audience.addHeader(answer.audience)
    call.audience?.add(audience)
    return { ...response, audience }
  } catch (cause) {
    if (call.signal.aborted || cause instanceof GravityError) throw cause
    throw subgraphFailure(name, reasonOf(cause), { cause })
  }
}

/** Past the circuit and the limits: it is the subgraph that is asked about, not the traffic. */
async function checkAnswers(pool: Pool, parts: ClientParts): Promise<void> {
  const exchange: Pick<QueryExchange, 'send'> = { send: (message) => post(pool, message) }
  const { data } = await send(typenameRequest, checkCall(), { ...parts, exchange })
  const detail = 'it does not answer queries'
  if (!data) throw subgraphFailure(parts.name, 'BAD_RESPONSE', { detail })
}

function headersFor(
  { identity, addedHeaders, headers: client }: SubgraphCall,
  { name, signer }: ClientParts,
  chosen: Readonly<Record<string, string>> | undefined,
): Record<string, string> {
  const headers: Record<string, string> = {
    ...chosen,
    ...addedHeaders,
    'content-type': 'application/json',
    accept: 'application/graphql-response+json, application/json',
    traceparent: identity.traceparent,
  }
  const tracestate = continuedTracestate(client, identity.traceparent)
  if (tracestate) headers['tracestate'] = tracestate
  if (signer) headers[IDENTITY_HEADER] = signer.sign(identity, name)
  return headers
}

function responseOf(answer: HttpAnswer, { name, signer }: ClientParts): SubgraphResponse {
  // Between router and subgraph that is a wrong secret or clock, not something the viewer could mend.
  const misunderstood = signer !== undefined && answer.status === 401
  const response = misunderstood ? undefined : parseResponse(answer.body)
  const { cachePolicy } = answer
  if (response) return cachePolicy ? { ...response, cachePolicy } : response
  const type = answer.contentType || 'without a content type'
  const detail = `${answer.status} ${type}: ${answer.body.slice(0, 200)}`
  throw subgraphFailure(name, 'BAD_RESPONSE', { detail })
}
