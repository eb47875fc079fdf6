import type { Cache } from '@gravity/shared/cache/cache'
import type { Logger } from '@gravity/shared/log/logger'
import type { RateLimits } from '@gravity/shared/rate-limit/rate-limit'
import type { PublicRoute } from '@gravity/shared/server/subgraph'
import type { SessionDenyList } from '@gravity/shared/viewer/session-deny-list'
import type { Caching } from './caching/open-caching.ts'
import type { RouterConfig } from './config.ts'
import { createExplorerRoutes, EXPLORER_PATH } from './explorer/explorer.ts'
import type { Graph } from './graph.ts'
import { guardGraph } from './guard-graph.ts'
import { type Checks, createHealthRoutes } from './health/health.ts'
import { createRouterMetrics, type RouterMetrics } from './health/metrics.ts'
import { type CountRequest, createRequestRate } from './limits/request-rate.ts'
import type { RequestWatch } from './plugins/request-watch.ts'
import type { Traffic } from './subgraphs/shape-traffic.ts'
import { circuitStates, registerTrafficMetrics } from './subgraphs/traffic-metrics.ts'
import { type Admit, createAdmission } from './transport/admission.ts'
import { type CorsPolicy, createCorsPolicy } from './transport/cors.ts'
import { createGraphqlEndpoint } from './transport/graphql-endpoint.ts'
import { createHttpServer, type Route } from './transport/http-server.ts'
import { createMultipartAnswers } from './transport/multipart-answers.ts'
import { createMultipartSubscriptions } from './transport/multipart-subscriptions.ts'
import { createPublicRoutes } from './transport/public-routes.ts'
import type { StreamObserver } from './transport/result-streams.ts'
import { createEventStreams } from './transport/server-sent-events.ts'
import { SharedEventStreams } from './transport/shared-event-streams.ts'
import { SharedStreamRequests } from './transport/shared-stream-requests.ts'
import { createWebSocketServer } from './transport/websocket-server.ts'
import type { ApiKeySource } from './viewer/api-key-source.ts'
import { createAuthentication } from './viewer/authentication.ts'
import { createClientAddressResolver } from './viewer/client-address.ts'
import type { KeySource } from './viewer/key-source.ts'
import { ViewerLifetimes } from './viewer/viewer-lifetimes.ts'

export interface RouterOptions {
  readonly config: RouterConfig
  readonly graph: Graph
  readonly rateLimits: RateLimits
  /** What several routers share, each bounded by itself; without it what one is told the others do not know. */
  readonly sharedCache?: Cache | undefined
  readonly log: Logger
  /** Where access tokens are verified against; without it every token is refused. */
  readonly keySource?: KeySource | undefined
  /** Who an API key stands for; without it every key is refused. */
  readonly apiKeys?: ApiKeySource | undefined
  /** Sessions whose tokens no longer count; without it a token counts until it expires. */
  readonly sessions?: SessionDenyList | undefined
  /** Plain HTTP routes of the subgraphs. */
  readonly routes?: readonly PublicRoute[]
  /** What must be usable, besides the graph's subgraphs, for the router to be ready. */
  readonly checks?: Checks
  /** What the explorer's editor shows at first. */
  readonly explorerQuery?: string | undefined
  /** How the subgraphs are called, for health and metrics. */
  readonly traffic?: Pick<Traffic, 'current'> | undefined
  /** What is kept of answers, for the transports that know requests by their text. */
  readonly caching?: Pick<Caching, 'knownRequests' | 'routes'> | undefined
  /** With what was registered before; by default there is nothing else to show. */
  readonly metrics?: RouterMetrics | undefined
  /** Follows requests, for plugins and the access log; stopped with the router. */
  readonly watch?: RequestWatch | undefined
  readonly now?: () => Date
}

export interface Router {
  /** Resolves to the URL that the router listens on. Throws a StartError when it cannot. */
  start(): Promise<string>
  /** Finishes what is in flight within the configured time, closes every socket and stops the graph. */
  stop(): Promise<void>
}

export const GRAPHQL_PATH = '/graphql'

/** The public face of a graph: everything a client can reach. */
export function createRouter(options: RouterOptions): Router {
  const { config, log, keySource, apiKeys, sessions, checks = {} } = options
  const { bodyLimitBytes, socketLimits, timeouts, stopGraceMs } = config
  const now = options.now ?? (() => new Date())
  const stopping = new AbortController()

  const guarded = guardGraph(options)
  const { watch, metrics = createRouterMetrics() } = options
  const graph = watch ? watch.aroundGraph(guarded.graph) : guarded.graph
  if (options.traffic) registerTrafficMetrics(metrics.registry, options.traffic)
  const { observeRequest, observeSocket, observeSubscription } = metrics
  const cors = createCorsPolicy(config.corsOrigins)
  const resolveClientAddress = createClientAddressResolver(config.trustedProxies)

  const deniedSessions = sessions
  const authentication = createAuthentication({ keySource, apiKeys, deniedSessions, now, log })
  const lifetimes = new ViewerLifetimes({ sessions, now, log })
  const countRequest = createRequestRate({
    rates: config.requestRates,
    rateLimits: options.rateLimits,
  })
  const admit = createAdmission({ authentication, countRequest })

  const asked = { graph, admit, countRequest, cors, lifetimes, observeSubscription, watch, log }
  const published = { routes: options.routes ?? [], admit, cors, bodyLimitBytes }
  const routes = new Map([
    ...createPublicRoutes(published),
    ...(config.explorer ? createExplorerRoutes({ defaultQuery: options.explorerQuery }) : []),
    ...createHealthRoutes({
      checks: () => ({ ...graph.checks(), ...checks }),
      circuits: () => circuitStates(options.traffic),
      stopping: stopping.signal,
      log,
    }),
    ...metrics.routes,
    ...(options.caching?.routes ?? []),
    [GRAPHQL_PATH, createGraphqlRoute(options, asked)],
  ])

  const sockets = createWebSocketServer({
    path: GRAPHQL_PATH,
    cors,
    resolveClientAddress,
    observeSocket,
    deps: { ...asked, limits: socketLimits },
  })
  const server = createHttpServer({
    routes,
    onUpgrade: sockets.upgrade,
    resolveClientAddress,
    timeouts,
    stopping: stopping.signal,
    ...config.transport,
    observe: observeRequest,
    watch: watch?.observeRequest,
    log,
  })

  return {
    async start() {
      await guarded.start()
      await lifetimes.start()
      return server.listen(config.address)
    },
    async stop() {
      stopping.abort()
      await Promise.all([server.stop(stopGraceMs), sockets.stop(stopGraceMs)])
      await lifetimes.stop()
      await guarded.stop()
      await watch?.stop()
    },
  }
}

/** What every way to ask the graph needs. */
interface Asked {
  readonly graph: Graph
  readonly admit: Admit
  readonly countRequest: CountRequest | undefined
  readonly cors: CorsPolicy
  readonly lifetimes: ViewerLifetimes
  readonly observeSubscription: StreamObserver
  readonly watch: RequestWatch | undefined
  readonly log: Logger
}

function createGraphqlRoute({ config, caching }: RouterOptions, asked: Asked): Route {
  const { bodyLimitBytes, transport, socketLimits, explorer } = config
  const { watch, cors } = asked
  // What is known by its text is answered before it is an operation, whose rules and plugins it would not meet.
  const meetsNobody = config.rateRules.length === 0 && !watch?.seesOperations
  const streams = { ...asked, ...socketLimits, observe: asked.observeSubscription }
  const route = createGraphqlEndpoint({
    ...asked,
    eventStreams: createEventStreams(streams),
    multipartSubscriptions: createMultipartSubscriptions(streams),
    multipartAnswers: createMultipartAnswers(socketLimits),
    sharedStreams: new SharedStreamRequests({ ...asked, streams: new SharedEventStreams(streams) }),
    bodyLimitBytes,
    batchLimit: transport.batchLimit,
    knownRequests: caching?.knownRequests,
    answersUnread: meetsNobody,
    explorerPath: explorer ? EXPLORER_PATH : undefined,
  })
  return watch ? watch.aroundEndpoint(route, cors) : route
}
