import { AsyncLocalStorage } from 'node:async_hooks'
import type { Logger } from '@gravity/shared/log/logger'
import type { RequestIdentity } from '@gravity/shared/viewer/viewer'
import type { AccessLog } from '../access-log/access-log.ts'
import type { Graph } from '../graph.ts'
import type { ObservePreparation } from '../planning/preparation.ts'
import type { OpenClient } from '../subgraphs/client-pool.ts'
import type { CorsPolicy } from '../transport/cors.ts'
import type { HttpExchange } from '../transport/http-exchange.ts'
import type { Route, RouteHandler } from '../transport/http-server.ts'
import { composeHook, Endings } from './endings.ts'
import type { PluginSchema, PreparationOutcome, RouterPlugin } from './plugin.ts'
import { type RequestFacts, RequestScope } from './request-scope.ts'
import { watchClient } from './watch-client.ts'
import { type Current, watchGraph } from './watch-graph.ts'

export interface RequestWatchOptions {
  readonly plugins: readonly RouterPlugin[]
  readonly accessLog: AccessLog | undefined
  readonly log: Logger
}

/** What runs on a socket, as far as it is watched. */
export interface WatchedSocketOperation {
  /** Asks the plugins. Resolves to the identity to go on with; rejects with a refusal. */
  begin(identity: RequestIdentity): Promise<RequestIdentity>
  /** Runs the operation; resolves when it has ended. */
  run(work: () => Promise<void>): Promise<void>
  /** Notes what the client was told instead of an answer. */
  refused(code: string): void
}

type SocketFacts = Omit<RequestFacts, 'transport' | 'method' | 'path'>

/** Follows requests through the router, for plugins and for the access log. Each part is put around one of the router's. */
export interface RequestWatch {
  /** Called when a request begins; what it returns, with the status when it has ended. */
  readonly observeRequest: (exchange: HttpExchange) => (status: number) => void
  aroundEndpoint(route: Route, cors: CorsPolicy): Route
  socketOperation(facts: SocketFacts): WatchedSocketOperation
  aroundGraph(graph: Graph): Graph
  aroundClients(open: OpenClient): OpenClient
  readonly addsSubgraphHeaders: boolean
  /** True when a plugin may refuse operations or add to their answers, so that none may be answered before it is one. */
  readonly seesOperations: boolean
  readonly observePreparation: ObservePreparation | undefined
  tellSchema(schema: PluginSchema): void
  stop(): Promise<void>
}

/** Opens a watch; undefined when nobody wants to know anything, so that requests cost what they cost without it. */
export function createRequestWatch(options: RequestWatchOptions): RequestWatch | undefined {
  const { plugins, accessLog, log } = options
  if (plugins.length === 0 && !accessLog) return undefined
  const current = new AsyncLocalStorage<Current>()
  const onOperation = composeHook(plugins, ({ onOperation }) => onOperation)
  const addsSubgraphHeaders = plugins.some((plugin) => plugin.addsSubgraphHeaders)
  const calls = {
    current,
    log,
    addsSubgraphHeaders,
    onSubgraphCall: composeHook(plugins, ({ onSubgraphCall }) => onSubgraphCall),
    onEvent: composeHook(plugins, ({ onEvent }) => onEvent),
  }
  const requests = new WatchedRequests(options, current)
  return {
    observeRequest: (exchange) => requests.observe(exchange),
    aroundEndpoint: (route, cors) => requests.aroundEndpoint(route, cors),
    socketOperation: (facts) => requests.socketOperation(facts),
    aroundGraph: (graph) => watchGraph({ graph, current, onOperation, log }),
    aroundClients: (open) => (subgraph, url) =>
      watchClient(open(subgraph, url), { subgraph, url }, calls),
    addsSubgraphHeaders,
    seesOperations: onOperation !== undefined,
    observePreparation: createPreparationObserver(options, current),
    tellSchema(schema) {
      for (const plugin of plugins) tell(plugin, log, () => plugin.onSchema?.(schema))
    },
    async stop() {
      await Promise.all(plugins.map((plugin) => stopPlugin(plugin, log)))
      accessLog?.stop()
    },
  }
}

class WatchedRequests {
  readonly #current: AsyncLocalStorage<Current>
  readonly #accessLog: AccessLog | undefined
  readonly #log: Logger
  readonly #onRequest

  constructor(
    { plugins, accessLog, log }: RequestWatchOptions,
    current: AsyncLocalStorage<Current>,
  ) {
    this.#current = current
    this.#accessLog = accessLog
    this.#log = log
    this.#onRequest = composeHook(plugins, ({ onRequest }) => onRequest)
  }

  observe(exchange: HttpExchange): (status: number) => void {
    const { request, response, path, requestId } = exchange
    const { traceparent, clientAddress } = exchange.identityOf(null)
    const { method = 'GET', headers, socket } = request
    const facts = { transport: 'http', method, path, headers, requestId } as const
    const scope = new RequestScope({ ...facts, clientAddress, traceparent }, this.#log, exchange)
    exchange.scope = scope
    const writtenBefore = socket.bytesWritten
    return (answered) => {
      const status = response.writableFinished ? answered : 499
      const bytes = (socket.bytesWritten ?? writtenBefore) - writtenBefore
      const outcome = scope.end({ status, bytes })
      this.#accessLog?.write(scope, outcome)
    }
  }

  aroundEndpoint(route: Route, cors: CorsPolicy): Route {
    const around = ([method, handler]: [string, RouteHandler]) =>
      [method, method === 'options' ? handler : this.#around(handler, cors)] as const
    return Object.fromEntries(Object.entries(route).map(around))
  }

  #around(handler: RouteHandler, cors: CorsPolicy): RouteHandler {
    return async (exchange) => {
      const { scope } = exchange
      if (!scope) return handler(exchange)
      const run = () => handler(exchange)
      if (this.#onRequest) {
        // A page must be able to read why it was refused.
        exchange.allowOrigin(cors.headersFor(exchange.request.headers.origin))
        await this.#onRequest(scope, scope.endings)
      }
      await this.#current.run({ request: scope, operation: undefined }, run)
    }
  }

  socketOperation(facts: SocketFacts): WatchedSocketOperation {
    const about = { transport: 'websocket', method: 'GET', path: '/graphql' } as const
    const scope = new RequestScope({ ...facts, ...about }, this.#log)
    return {
      begin: async (identity) => {
        await this.#onRequest?.(scope, scope.endings)
        return { ...identity, traceparent: scope.traceparent }
      },
      run: async (work) => {
        try {
          await this.#current.run({ request: scope, operation: undefined }, work)
        } finally {
          const outcome = scope.end({ status: undefined, bytes: undefined })
          this.#accessLog?.write(scope, outcome)
        }
      },
      refused: (code) => void scope.errorCodes.add(code),
    }
  }
}

function createPreparationObserver(
  { plugins, log }: RequestWatchOptions,
  current: AsyncLocalStorage<Current>,
): ObservePreparation | undefined {
  const observers = plugins.filter(({ onPreparation }) => onPreparation)
  if (observers.length === 0) return undefined
  return (kind) => {
    const endings = new Endings<PreparationOutcome>(log)
    const request = current.getStore()?.request
    for (const plugin of observers) {
      tell(plugin, log, () => endings.add(plugin.name, plugin.onPreparation?.({ kind, request })))
    }
    return (failed) => endings.run({ failed })
  }
}

/** Calls a hook that cannot refuse anything. */
function tell({ name }: RouterPlugin, log: Logger, call: () => void): void {
  try {
    call()
  } catch (err) {
    log.error({ err, plugin: name }, 'A plugin failed.')
  }
}

async function stopPlugin(plugin: RouterPlugin, log: Logger): Promise<void> {
  try {
    await plugin.onStop?.()
  } catch (err) {
    log.error({ err, plugin: plugin.name }, 'A plugin did not stop cleanly.')
  }
}
