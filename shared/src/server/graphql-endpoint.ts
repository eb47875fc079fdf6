import type { Server } from 'node:http'
import { ApolloServer, type ApolloServerPlugin, HeaderMap } from '@apollo/server'
import {
  ApolloServerPluginCacheControlDisabled,
  ApolloServerPluginInlineTraceDisabled,
  ApolloServerPluginLandingPageDisabled,
  ApolloServerPluginSchemaReportingDisabled,
  ApolloServerPluginUsageReportingDisabled,
} from '@apollo/server/plugin/disabled'
import { ApolloServerPluginDrainHttpServer } from '@apollo/server/plugin/drainHttpServer'
import type { GatewayInterface } from '@apollo/server-gateway-interface'
import { GraphQLError } from 'graphql'
import { cacheControlText } from '../cache/cache-policy.ts'
import { invariant } from '../errors/invariant.ts'
import type { Logger } from '../log/logger.ts'
import type { OperationTrace } from '../telemetry/operation-spans.ts'
import type { RequestIdentity } from '../viewer/viewer.ts'
import { AnswerAudience, AUDIENCE_HEADER } from './answer-audience.ts'
import { createCachePolicies } from './cache-policies.ts'
import { type HttpAnswer, jsonAnswer, refusalAnswer } from './http-answer.ts'
import { asGraphQLError } from './run-operation.ts'
import type { ServerMetrics } from './server-metrics.ts'
import type { Subgraph } from './subgraph.ts'
import { logFaults, type TruthfulError, truthfulError, truthfulResult } from './truthful-errors.ts'

export interface GraphqlEndpointOptions {
  readonly subgraph: Subgraph
  readonly log: Logger
  readonly metrics: ServerMetrics
  readonly httpServer: Server
  /** How long `stop` waits for requests in flight. */
  readonly graceMs: number
  /** Whether requests may come with a `trace`. */
  readonly traced?: boolean
}

/** One GraphQL request whose sender is known. */
export interface GraphqlRequest {
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
  readonly identity: RequestIdentity
  readonly signal: AbortSignal
  /** Told what is asked and what goes wrong, when the request is traced. */
  readonly trace?: OperationTrace | undefined
}

/** GraphQL over HTTP for one subgraph, by Apollo Server. */
export interface GraphqlEndpoint {
  answer(request: GraphqlRequest): Promise<HttpAnswer>
  /** Stops accepting connections, waits for what is in flight, then cuts what is left. */
  stop(): Promise<void>
}

const call = Symbol('call')
const answer = Symbol('answer')

/** Apollo Server copies contexts; what its plugins need to know of a request travels in them. */
interface CallContext {
  readonly [call]: GraphqlRequest
  readonly [answer]: AnswerAudience
}

/** Apollo's own names for what callers did wrong; every other code is ours or, for persisted queries, a protocol's. */
const callersFaults = new Set<unknown>([
  'BAD_REQUEST',
  'GRAPHQL_PARSE_FAILED',
  'GRAPHQL_VALIDATION_FAILED',
  'OPERATION_RESOLUTION_FAILURE',
])

function formatError(_formatted: unknown, error: unknown): TruthfulError {
  const truthful = truthfulError(asGraphQLError(error))
  // `http` is an instruction to Apollo's HTTP layer, already obeyed.
  const { http: _, code, ...extensions } = truthful.extensions
  return {
    ...truthful,
    extensions: { ...extensions, code: callersFaults.has(code) ? 'BAD_USER_INPUT' : code },
  }
}

function observe(
  errors: readonly GraphQLError[],
  { identity, signal, trace }: GraphqlRequest,
  { subgraph, log, metrics }: GraphqlEndpointOptions,
): void {
  logFaults(errors, { subgraph: subgraph.name, identity, signal }, log)
  const codes = errors.map((error) => formatError(error, error).extensions.code)
  for (const code of codes) metrics.countError(code)
  trace?.errors(codes)
}

function observeErrors(options: GraphqlEndpointOptions): ApolloServerPlugin<CallContext> {
  return {
    async requestDidStart() {
      return {
        async didEncounterErrors({ errors, contextValue }) {
          observe(errors, contextValue[call], options)
        },
      }
    },
  }
}

/** Tells the traces of requests what is asked. */
function tellOperations(): ApolloServerPlugin<CallContext> {
  return {
    async requestDidStart() {
      return {
        async didResolveOperation({ operation, operationName, contextValue }) {
          if (!operation) return
          contextValue[call].trace?.operation(operation.operation, operationName ?? undefined)
        },
      }
    },
  }
}

/**
 * Tells routers for whom an answer is, and for how long they may keep it. Apollo's own plugin would look at every field of
 * every answer.
 */
function tellCachePolicy({ subgraph }: GraphqlEndpointOptions): ApolloServerPlugin<CallContext> {
  const policyOf = createCachePolicies(subgraph.schema)
  return {
    async requestDidStart() {
      return {
        async willSendResponse({
          document,
          operationName,
          contextValue,
          response: { body, http },
        }) {
          const { headerText: audience } = contextValue[answer]
          if (audience !== undefined) http.headers.set(AUDIENCE_HEADER, audience)
          if (!document || body.kind !== 'single' || body.singleResult.errors) return
          const policy = policyOf(document, operationName ?? undefined)
          if (policy) http.headers.set('cache-control', cacheControlText(policy))
        },
      }
    },
  }
}

/** Apollo Server parses, validates and keeps documents; they are executed as in memory. */
function compiledGateway({ schema, sdl, execute }: Subgraph): GatewayInterface {
  return {
    load: async () => ({
      executor: async ({ document, request, context }) =>
        execute({
          document,
          operationName: request.operationName,
          variableValues: request.variables,
          contextValue: context,
        }),
    }),
    onSchemaLoadOrUpdate(callback) {
      callback({ apiSchema: schema, coreSupergraphSdl: sdl })
      return () => undefined
    },
    stop: async () => undefined,
  }
}

function createApolloServer(options: GraphqlEndpointOptions): ApolloServer<CallContext> {
  const log = options.log.child({ part: 'apollo-server' })
  return new ApolloServer<CallContext>({
    gateway: compiledGateway(options.subgraph),
    // Only the router and its signature reach this server; what its clients may see is decided there.
    introspection: true,
    csrfPrevention: false,
    includeStacktraceInErrorResponses: false,
    stopOnTerminationSignals: false,
    formatError,
    logger: {
      debug: (message) => log.debug(String(message)),
      info: (message) => log.info(String(message)),
      warn: (message) => log.warn(String(message)),
      error: (message) => log.error(String(message)),
    },
    plugins: [
      ApolloServerPluginCacheControlDisabled(),
      ApolloServerPluginInlineTraceDisabled(),
      ApolloServerPluginLandingPageDisabled(),
      ApolloServerPluginSchemaReportingDisabled(),
      ApolloServerPluginUsageReportingDisabled(),
      ApolloServerPluginDrainHttpServer({
        httpServer: options.httpServer,
        stopGracePeriodMillis: options.graceMs,
      }),
      observeErrors(options),
      tellCachePolicy(options),
      ...(options.traced ? [tellOperations()] : []),
    ],
  })
}

function parseBody(request: GraphqlRequest): unknown {
  try {
    return JSON.parse(request.body)
  } catch {
    return undefined
  }
}

/** Opens the endpoint; it answers as soon as the promise resolves. */
export async function openGraphqlEndpoint(
  options: GraphqlEndpointOptions,
): Promise<GraphqlEndpoint> {
  const apollo = createApolloServer(options)
  await apollo.start()

  // Here and not in Apollo's `context`, which would put its own words in front of the error's.
  const createCallContext = (request: GraphqlRequest): CallContext | GraphQLError => {
    try {
      const { identity, signal } = request
      const audience = new AnswerAudience()
      const context = options.subgraph.createContext({ identity, signal, audience })
      return Object.assign(context, { [call]: request, [answer]: audience })
    } catch (error) {
      const failure = asGraphQLError(error)
      observe([failure], request, options)
      return failure
    }
  }

  return {
    async answer(request) {
      const body = parseBody(request)
      if (body === undefined) return refusalAnswer(400, 'BAD_USER_INPUT', 'The body is not JSON')
      const contextValue = createCallContext(request)
      if (contextValue instanceof GraphQLError) {
        return jsonAnswer(500, truthfulResult({ errors: [contextValue] }))
      }
      const {
        status,
        headers,
        body: answered,
      } = await apollo.executeHTTPGraphQLRequest({
        httpGraphQLRequest: {
          method: 'POST',
          headers: new HeaderMap(Object.entries(request.headers)),
          search: '',
          body,
        },
        context: async () => contextValue,
      })
      invariant(answered.kind === 'complete', 'graphql 16 answers in one piece')
      return { status: status ?? 200, headers: Object.fromEntries(headers), body: answered.string }
    },
    stop: () => apollo.stop(),
  }
}
