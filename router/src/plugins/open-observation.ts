import type { Logger } from '@gravity/shared/log/logger'
import type { Telemetry } from '@gravity/shared/telemetry/telemetry'
import { registerCacheMetrics } from '../caching/cache-metrics.ts'
import type { GraphOptions, ServedGraph } from '../create-graph.ts'
import { createGraphMetrics } from '../health/graph-metrics.ts'
import { createRouterMetrics, type RouterMetrics } from '../health/metrics.ts'
import { observeAll } from '../planning/preparation.ts'
import type { OpenClient } from '../subgraphs/client-pool.ts'
import { type OpenWatchOptions, openWatch } from './open-watch.ts'
import type { RouterPlugin } from './plugin.ts'
import type { RequestWatch } from './request-watch.ts'

export interface OpenObservationOptions
  extends Pick<OpenWatchOptions, 'config' | 'accessLog' | 'caches'> {
  readonly plugins?: readonly RouterPlugin[] | undefined
  readonly telemetry?: Telemetry | undefined
  readonly log: Logger
}

/** Everybody who wants to know what a router does, and the places where they are told. */
export interface Observation {
  readonly metrics: RouterMetrics
  readonly watch: RequestWatch | undefined
  /** To be put around the clients of the subgraphs, below what answers from memory. */
  wrapClients(open: OpenClient): OpenClient
  readonly graphOptions: Pick<
    GraphOptions,
    'observePreparation' | 'planCache' | 'allowsPolicy' | 'decideLabel'
  >
  /** Tells the schema of a graph, now and whenever it changes. */
  followSchema(graph: ServedGraph): void
}

/** Opens metrics, plugins, telemetry and the access log, as far as they are wanted. Throws a StartError. */
export async function openObservation(options: OpenObservationOptions): Promise<Observation> {
  const { plugins = [], telemetry, ...known } = options
  const metrics = createRouterMetrics()
  registerCacheMetrics(metrics.registry, options.caches)
  const { planCache, observePreparation, measureClients } = createGraphMetrics(metrics)
  const { watch, ...decisions } = await openWatch({ ...known, plugins, telemetry, planCache })
  return {
    metrics,
    watch,
    wrapClients(open) {
      const measured = measureClients(open)
      return watch ? watch.aroundClients(measured) : measured
    },
    graphOptions: {
      observePreparation: observeAll([observePreparation, watch?.observePreparation]),
      planCache,
      ...decisions,
    },
    followSchema(graph) {
      if (!watch) return
      const tell = (): void =>
        watch.tellSchema({ apiSchema: graph.apiSchema(), supergraphSdl: graph.supergraphSdl() })
      tell()
      graph.onSchemaChange(tell)
    },
  }
}
