import { randomUUID } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { type ErrorCode, GravityError } from '../errors/gravity-error.ts'
import type { Logger } from '../log/logger.ts'
import type { OperationSpans } from '../telemetry/operation-spans.ts'
import { IDENTITY_HEADER, type IdentitySigner } from '../viewer/signed-identity.ts'
import { continueTraceparent } from '../viewer/trace-context.ts'
import type { RequestIdentity } from '../viewer/viewer.ts'
import type { GraphqlEndpoint } from './graphql-endpoint.ts'
import { type HttpAnswer, jsonAnswer, refusalAnswer, sendAnswer } from './http-answer.ts'
import { BodyError, readBody } from './read-body.ts'
import { checkReadiness } from './readiness.ts'
import { matchesPath } from './route-path.ts'
import type { ServerMetrics } from './server-metrics.ts'
import type { PublicRoute, Subgraph } from './subgraph.ts'

/** The path of the GraphQL endpoint, over HTTP and, on upgrade, over WebSocket. */
export const graphqlPath = '/graphql'

export interface RequestAnswererOptions {
  readonly subgraph: Subgraph
  readonly endpoint: GraphqlEndpoint
  readonly signer: IdentitySigner
  readonly metrics: ServerMetrics
  readonly log: Logger
  readonly maximumBytes: number
  /** When calls are traced. */
  readonly spans?: OperationSpans | undefined
  /** True once the server has begun to stop: it is then alive, but not ready. */
  readonly isStopping: () => boolean
}

interface Exchange {
  readonly request: IncomingMessage
  readonly url: URL
  readonly headers: Readonly<Record<string, string>>
  /** Aborted when the client leaves before its answer. */
  readonly signal: AbortSignal
}

function headersOf(request: IncomingMessage): Record<string, string> {
  const headers: Record<string, string> = {}
  for (const [name, value] of Object.entries(request.headers)) {
    if (value !== undefined) headers[name] = Array.isArray(value) ? value.join(', ') : value
  }
  return headers
}

/** For a public route that is called by somebody else than the router, such as a browser that fetches the key set. */
function strangerIdentity({ request, headers }: Exchange): RequestIdentity {
  const { traceparent } = headers
  return {
    viewer: null,
    requestId: randomUUID(),
    traceparent: continueTraceparent(traceparent),
    clientAddress: request.socket.remoteAddress ?? null,
  }
}

function verifyCaller(
  header: string | undefined,
  options: RequestAnswererOptions,
): RequestIdentity {
  try {
    return options.signer.verify(header, options.subgraph.name)
  } catch (error) {
    options.log.warn({ err: error }, 'A call was refused: it is not signed by the router.')
    throw error
  }
}

async function answerGraphql(
  exchange: Exchange,
  options: RequestAnswererOptions,
): Promise<HttpAnswer> {
  const { request, headers, signal } = exchange
  if (request.method !== 'POST') {
    const answer = refusalAnswer(405, 'BAD_USER_INPUT', 'GraphQL is called by POST here')
    return { ...answer, headers: { ...answer.headers, allow: 'POST' } }
  }
  // First, so that nothing is read for, or told to, somebody who is not the router.
  const identity = verifyCaller(headers[IDENTITY_HEADER], options)
  if (!/^application\/json\s*(;|$)/i.test(headers['content-type'] ?? '')) {
    return refusalAnswer(415, 'BAD_USER_INPUT', 'The body must be application/json')
  }
  const body = await readBody(request, options.maximumBytes)
  const { endpoint, spans } = options
  if (!spans) return endpoint.answer({ headers, body, identity, signal })
  return spans.trace({
    identity,
    kind: 'server',
    attributes: { 'http.request.method': 'POST', 'url.path': graphqlPath },
    run: (own, trace) => endpoint.answer({ headers, body, identity: own, signal, trace }),
    describe: ({ status }) => ({ 'http.response.status_code': status }),
  })
}

async function answerPublicRoute(
  route: PublicRoute,
  exchange: Exchange,
  options: RequestAnswererOptions,
): Promise<HttpAnswer> {
  const { request, headers, url } = exchange
  const signed = headers[IDENTITY_HEADER]
  const isStranger = signed === undefined && route.internal !== true
  const identity = isStranger ? strangerIdentity(exchange) : verifyCaller(signed, options)
  const body = await readBody(request, options.maximumBytes)
  return route.handle({ path: url.pathname, headers, query: url.searchParams, body, identity })
}

async function answerReady(options: RequestAnswererOptions): Promise<HttpAnswer> {
  const { subgraph, log, isStopping } = options
  const { ready, dependencies, failures } = await checkReadiness(subgraph.checks)
  for (const [dependency, error] of failures) {
    log.warn({ dependency, err: error }, 'A dependency cannot be used.')
  }
  const status = isStopping() ? 'stopping' : ready ? 'ready' : 'unavailable'
  return jsonAnswer(status === 'ready' ? 200 : 503, { status, dependencies })
}

type Answerer = (exchange: Exchange) => HttpAnswer | Promise<HttpAnswer>

/** What a request asks for; its name is a label in the metrics, so there are few of them. */
interface Match {
  readonly route: string
  readonly answer: Answerer
}

function matchRequest({ request, url }: Exchange, options: RequestAnswererOptions): Match {
  const { subgraph, metrics } = options
  if (url.pathname === graphqlPath) {
    return { route: graphqlPath, answer: (exchange) => answerGraphql(exchange, options) }
  }
  const operations: Readonly<Record<string, Answerer>> = {
    '/health/live': () => jsonAnswer(200, { status: 'live' }),
    '/health/ready': () => answerReady(options),
    '/metrics': async () => ({
      status: 200,
      headers: { 'content-type': metrics.contentType },
      body: await metrics.page(),
    }),
  }
  const operation = request.method === 'GET' ? operations[url.pathname] : undefined
  if (operation) return { route: url.pathname, answer: operation }
  const route = subgraph.routes.find(
    ({ method, path }) => method === request.method && matchesPath(path, url.pathname),
  )
  if (route) {
    return { route: route.path, answer: (exchange) => answerPublicRoute(route, exchange, options) }
  }
  const nothing = `${subgraph.name} has nothing at ${request.method} ${url.pathname}`
  return { route: 'none', answer: () => refusalAnswer(404, 'NOT_FOUND', nothing) }
}

const statusOf: Readonly<Record<ErrorCode, number>> = {
  UNAUTHENTICATED: 401,
  FORBIDDEN: 403,
  NOT_FOUND: 404,
  BAD_USER_INPUT: 400,
  CONFLICT: 409,
  RATE_LIMITED: 429,
  SUBGRAPH_UNAVAILABLE: 503,
  INTERNAL_SERVER_ERROR: 500,
}

function answerFailure(error: unknown, log: Logger): HttpAnswer {
  if (error instanceof BodyError) {
    const answer = refusalAnswer(error.status, 'BAD_USER_INPUT', error.message)
    // What is left of the body will not be read: the connection cannot carry another request.
    return { ...answer, headers: { ...answer.headers, connection: 'close' } }
  }
  if (error instanceof GravityError && statusOf[error.code] < 500) {
    return refusalAnswer(statusOf[error.code], error.code, error.message)
  }
  log.error({ err: error }, 'A request failed.')
  return refusalAnswer(500, 'INTERNAL_SERVER_ERROR', 'The request could not be served')
}

/** Answers every HTTP request of a subgraph's server. Never rejects: a failure is an answer, and a line in the log. */
export function createRequestAnswerer(options: RequestAnswererOptions) {
  return async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const finish = options.metrics.beginRequest()
    const left = new AbortController()
    let route = 'none'
    response.once('close', () => {
      if (!response.writableFinished) left.abort()
      finish(route, response.writableFinished ? response.statusCode : 499)
    })
    try {
      // Not as a base: a path such as `//` would be taken for an authority.
      const url = URL.parse(`http://subgraph${request.url}`)
      if (!url) throw new GravityError('BAD_USER_INPUT', 'The target of the request is no path.')
      const exchange = { request, url, headers: headersOf(request), signal: left.signal }
      const match = matchRequest(exchange, options)
      route = match.route
      sendAnswer(response, await match.answer(exchange))
    } catch (error) {
      sendAnswer(response, answerFailure(error, options.log))
    }
  }
}
