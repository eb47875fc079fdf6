import type { Logger } from '@gravity/shared/log/logger'
import type { RateLimits } from '@gravity/shared/rate-limit/rate-limit'
import type { PublicRoute } from '@gravity/shared/server/subgraph'
import type { SessionDenyList } from '@gravity/shared/viewer/session-deny-list'
import type { RouterConfig } from './config.ts'
import { createExplorerRoutes, EXPLORER_PATH } from './explorer/explorer.ts'
import type { Graph } from './graph.ts'
import { type Checks, createHealthRoutes } from './health/health.ts'
import { createRouterMetrics } from './health/metrics.ts'
import { createRequestRate } from './limits/request-rate.ts'
import { createAdmission } from './transport/admission.ts'
import { createCorsPolicy } from './transport/cors.ts'
import { createGraphqlEndpoint } from './transport/graphql-endpoint.ts'
import { createHttpServer } from './transport/http-server.ts'
import { createPublicRoutes } from './transport/public-routes.ts'
import { createEventStreams } from './transport/server-sent-events.ts'
import { createWebSocketServer } from './transport/websocket-server.ts'
import { createAuthentication } from './viewer/authentication.ts'
import { createClientAddressResolver } from './viewer/client-address.ts'
import type { KeySource } from './viewer/key-source.ts'
import { ViewerLifetimes } from './viewer/viewer-lifetimes.ts'

export interface RouterOptions {
  readonly config: RouterConfig
  readonly graph: Graph
  readonly rateLimits: RateLimits
  readonly log: Logger
  /** Where access tokens are verified against; without it every token is refused. */
  readonly keySource?: KeySource | undefined
  /** Sessions whose tokens no longer count; without it a token counts until it expires. */
  readonly sessions?: SessionDenyList | undefined
  /** Plain HTTP routes of the subgraphs. */
  readonly routes?: readonly PublicRoute[]
  /** What must be usable, besides the graph's subgraphs, for the router to be ready. */
  readonly checks?: Checks
  /** What the explorer's editor shows at first. */
  readonly explorerQuery?: string | undefined
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
  const { config, graph, log, keySource, sessions, checks = {} } = options
  const { bodyLimitBytes, socketLimits, timeouts, stopGraceMs } = config
  const now = options.now ?? (() => new Date())
  const stopping = new AbortController()

  const metrics = createRouterMetrics()
  const { observeRequest, observeSocket, observeSubscription } = metrics
  const cors = createCorsPolicy(config.corsOrigins)
  const resolveClientAddress = createClientAddressResolver(config.trustedProxies)

  const authentication = createAuthentication({ keySource, deniedSessions: sessions, now, log })
  const lifetimes = new ViewerLifetimes({ sessions, now, log })
  const countRequest = createRequestRate({
    rates: config.requestRates,
    rateLimits: options.rateLimits,
  })
  const admit = createAdmission({ authentication, countRequest })

  const eventStreams = createEventStreams({
    graph,
    lifetimes,
    heartbeatMs: socketLimits.heartbeatMs,
    stallMs: socketLimits.stallMs,
    observe: observeSubscription,
    log,
  })
  const explorerPath = config.explorer ? EXPLORER_PATH : undefined
  const endpoint = { graph, admit, cors, eventStreams, bodyLimitBytes, explorerPath }
  const published = { routes: options.routes ?? [], admit, cors, bodyLimitBytes }
  const routes = new Map([
    ...createPublicRoutes(published),
    ...(config.explorer ? createExplorerRoutes({ defaultQuery: options.explorerQuery }) : []),
    ...createHealthRoutes({
      checks: () => ({ ...graph.checks(), ...checks }),
      stopping: stopping.signal,
      log,
    }),
    ...metrics.routes,
    [GRAPHQL_PATH, createGraphqlEndpoint(endpoint)],
  ])

  const sockets = createWebSocketServer({
    path: GRAPHQL_PATH,
    cors,
    resolveClientAddress,
    observeSocket,
    deps: { graph, admit, countRequest, lifetimes, limits: socketLimits, observeSubscription, log },
  })
  const server = createHttpServer({
    routes,
    onUpgrade: sockets.upgrade,
    resolveClientAddress,
    timeouts,
    stopping: stopping.signal,
    observe: observeRequest,
    log,
  })

  return {
    async start() {
      await lifetimes.start()
      return server.listen(config.address)
    },
    async stop() {
      stopping.abort()
      await Promise.all([server.stop(stopGraceMs), sockets.stop(stopGraceMs)])
      await lifetimes.stop()
      await graph.stop()
    },
  }
}
