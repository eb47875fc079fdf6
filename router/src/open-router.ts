import type { PubSub } from '@gravity/shared/pubsub/pubsub'
import type { RateLimits } from '@gravity/shared/rate-limit/rate-limit'
import type { Telemetry } from '@gravity/shared/telemetry/telemetry'
import type { AccessLogDestination } from './access-log/access-log.ts'
import { passHeaders } from './answer-headers/pass-headers.ts'
import type { CacheName, CacheReading } from './caching/cache-metrics.ts'
import { openCaching } from './caching/open-caching.ts'
import { createGraph, type GraphOptions } from './create-graph.ts'
import { explainUncached } from './execution/explain/explain-uncached.ts'
import { documentChecks } from './limits/document-checks.ts'
import { warmingOf } from './planning/warming.ts'
import { openObservation } from './plugins/open-observation.ts'
import type { RouterPlugin } from './plugins/plugin.ts'
import { createRouter, type Router, type RouterOptions } from './router.ts'
import {
  type OpenShapedClient,
  openTraffic,
  warnOfUnknownSubgraphs,
} from './subgraphs/shape-traffic.ts'
import { forwardsHeaders, passesHeaders } from './subgraphs/traffic-settings.ts'
import { watchTls } from './subgraphs/watch-tls.ts'
import { contractSource } from './supergraph/contract-source.ts'

export interface OpenRouterOptions
  extends Omit<RouterOptions, 'graph' | 'traffic' | 'caching' | 'metrics' | 'watch'>,
    Pick<GraphOptions, 'source' | 'viewerIndependentFields' | 'spareThread' | 'maximumCost'> {
  readonly openClient: OpenShapedClient
  readonly rateLimits: RateLimits
  /** Where the operations that were asked for are remembered for the next start; without it they are not. */
  readonly operationsFile?: string | undefined
  /** By which subgraphs tell what has changed, so that nothing of it is kept. */
  readonly pubsub?: PubSub | undefined
  /** What is added to the router; those that the configuration names come after them. */
  readonly plugins?: readonly RouterPlugin[] | undefined
  /** Where the process sends spans and measurements, if it does; by default the configuration says. */
  readonly telemetry?: Telemetry | undefined
  /** Where the access log goes, if it is on; standard output by default. */
  readonly accessLog?: AccessLogDestination | undefined
}

/**
 * A router over the supergraph of a source, with everything that the configuration switches on. The same for every way
 * to run. Rejects when there is no supergraph to begin with, or it cannot be served.
 */
export async function openRouter(options: OpenRouterOptions): Promise<Router> {
  const {
    source,
    openClient,
    viewerIndependentFields,
    spareThread,
    maximumCost,
    operationsFile,
    pubsub,
    plugins,
    telemetry,
    accessLog,
    ...published
  } = options
  const { config, log } = options
  const explains = config.planning.explains ?? config.explorer
  const traffic = openTraffic(config.traffic, log)
  const { now } = options
  const caches = new Map<CacheName, CacheReading>()
  const observed = { config, plugins, telemetry, accessLog, caches, log }
  const observation = await openObservation(observed)
  const { watch, metrics } = observation
  // What subgraphs answer may then depend on headers, in which viewers differ.
  const forwards = forwardsHeaders(config.traffic) || watch?.addsSubgraphHeaders
  const deduplicates = config.caching.deduplicates && !watch?.addsSubgraphHeaders
  const caching = openCaching({
    config: { ...config.caching, deduplicates },
    traffic: config.traffic,
    pubsub,
    now,
    readings: caches,
    log,
  })
  const graph = await createGraph({
    source: contractSource(source, config.contract, log),
    openClient: caching.wrapClients(observation.wrapClients(traffic.shape(openClient))),
    ...observation.graphOptions,
    viewerIndependentFields: forwards ? undefined : viewerIndependentFields,
    ...documentChecks(config),
    planning: config.planning,
    maximumCost: config.planning.maximumCost ?? maximumCost,
    explains,
    warming: warmingOf(config, operationsFile),
    ...config.execution,
    spareThread,
    log,
  })
  warnOfUnknownSubgraphs(config.traffic, Object.keys(graph.checks()), log)
  observation.followSchema(graph)
  const cached = await caching.wrapGraph(graph)
  const explained = explains ? explainUncached(cached, graph) : cached
  const passing = passesHeaders(config.traffic) ? passHeaders(explained) : explained
  const certificates = await watchTls(config.traffic, log)
  const router = createRouter({ ...published, graph: passing, traffic, caching, metrics, watch })
  return {
    start: router.start,
    async stop() {
      certificates.stop()
      await router.stop()
    },
  }
}
