import { setTimeout as wait } from 'node:timers/promises'
import { GravityError } from '@gravity/shared/errors/gravity-error'
import { IDENTITY_HEADER, type IdentitySigner } from '@gravity/shared/viewer/signed-identity'
import { createTraceparent } from '@gravity/shared/viewer/trace-context'
import { OperationTypeNode, parse } from 'graphql'
import { Pool } from 'undici'
import { readResponse } from './graphql-answer.ts'
import { type HttpAnswer, post } from './http-exchange.ts'
import { createHttpSubscriptions } from './http-subscriptions.ts'
import { requestBody } from './request-body.ts'
import type {
  SubgraphCall,
  SubgraphClient,
  SubgraphRequest,
  SubgraphResponse,
} from './subgraph-client.ts'

export interface HttpClientOptions {
  readonly name: string
  readonly url: string
  /** Signs who is asking; left out for subgraphs of strangers, who cannot verify it. */
  readonly signer?: IdentitySigner | undefined
  /** For one call with all its attempts; 10,000 by default. */
  readonly deadlineMilliseconds?: number
  /** 32 MiB by default. */
  readonly maximumResponseBytes?: number
  /** 128 by default; each carries one request at a time. */
  readonly connections?: number
}

const defaults = {
  deadlineMilliseconds: 10_000,
  maximumResponseBytes: 32 * 1024 * 1024,
  connections: 128,
}

const attempts = 3
const firstPauseMilliseconds = 50

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

/**
 * The way to a subgraph over HTTP, by kept-alive connections, and over one WebSocket for its subscriptions. A query is
 * tried again, after a short random pause, when the connection failed; a mutation never is.
 */
export function createHttpClient(options: HttpClientOptions): SubgraphClient {
  const settings = { ...defaults, ...options }
  const url = new URL(settings.url)
  const pool = new Pool(url.origin, { connections: settings.connections, keepAliveTimeout: 30_000 })
  const subscriptions = createHttpSubscriptions(settings)
  const path = url.pathname + url.search

  const send = async (request: SubgraphRequest, call: SubgraphCall): Promise<SubgraphResponse> => {
    const body = requestBody(request)
    const endsAt = performance.now() + settings.deadlineMilliseconds
    const once = (): Promise<HttpAnswer> =>
      post(pool, {
        path,
        headers: headersFor(call, settings),
        body,
        signal: call.signal,
        deadlineMilliseconds: Math.max(1, endsAt - performance.now()),
        maximumBytes: settings.maximumResponseBytes,
      })
    const retries = request.operation.kind === OperationTypeNode.MUTATION ? 0 : attempts - 1
    try {
      return responseOf(await withRetries(once, retries, call.signal), settings)
    } catch (cause) {
      if (call.signal.aborted || cause instanceof GravityError) throw cause
      throw unavailable(`${settings.name} cannot be reached`, cause)
    }
  }
  return {
    send,
    subscribe: async (request, call) => subscriptions.subscribe(request, call),
    async check() {
      const { data } = await send(typenameRequest, checkCall())
      if (!data) throw unavailable(`${settings.name} does not answer queries`)
    },
    async close() {
      await subscriptions.close()
      await pool.close()
    },
  }
}

async function withRetries<T>(
  attempt: () => Promise<T>,
  retries: number,
  signal: AbortSignal,
): Promise<T> {
  for (let left = retries, pause = firstPauseMilliseconds; ; left -= 1, pause *= 2) {
    try {
      return await attempt()
    } catch (error) {
      if (left === 0 || !isConnectionFailure(error)) throw error
      // Random, so that many routers do not come back in step.
      await wait(pause * (0.5 + Math.random()), undefined, { signal })
    }
  }
}

function isConnectionFailure(error: unknown): boolean {
  return error instanceof Error && 'code' in error && connectionFailures.has(error.code)
}

function headersFor(
  { identity }: SubgraphCall,
  { name, signer }: HttpClientOptions,
): Record<string, string> {
  const headers: Record<string, string> = {
    'content-type': 'application/json',
    accept: 'application/graphql-response+json, application/json',
    traceparent: identity.traceparent,
  }
  if (signer) headers[IDENTITY_HEADER] = signer.sign(identity, name)
  return headers
}

function responseOf(answer: HttpAnswer, { name, signer }: HttpClientOptions): SubgraphResponse {
  // Between router and subgraph that is a wrong secret or clock, not something the viewer could mend.
  const misunderstood = signer !== undefined && answer.status === 401
  const response = misunderstood ? undefined : readResponse(parseJson(answer.body))
  if (response) return response
  const start = answer.body.slice(0, 200)
  const described = `${answer.status} ${answer.contentType || 'without a content type'}`
  throw unavailable(`${name} answered ${described} instead of a GraphQL response: ${start}`)
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (error) {
    if (error instanceof SyntaxError) return undefined
    throw error
  }
}

function unavailable(message: string, cause?: unknown): GravityError {
  return new GravityError('SUBGRAPH_UNAVAILABLE', message, { cause })
}

const typenameRequest: SubgraphRequest = {
  operation: {
    kind: OperationTypeNode.QUERY,
    name: undefined,
    text: '{__typename}',
    document: parse('{__typename}', { noLocation: true }),
  },
  variables: {},
  representations: new Map(),
}

function checkCall(): SubgraphCall {
  const traceparent = createTraceparent()
  return {
    identity: { viewer: null, requestId: 'check', traceparent, clientAddress: null },
    signal: AbortSignal.timeout(2_000),
  }
}
