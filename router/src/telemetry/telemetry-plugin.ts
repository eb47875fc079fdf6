import type { Telemetry } from '@gravity/shared/telemetry/telemetry'
import type { CacheReadings } from '../caching/cache-metrics.ts'
import type { PlanCacheCounts } from '../planning/preparation.ts'
import type { RouterPlugin } from '../plugins/plugin.ts'
import { createMeasures } from './measures.ts'
import {
  beginCallSpan,
  beginEventSpan,
  beginOperationSpan,
  beginPreparationSpan,
  beginRequestSpan,
} from './request-spans.ts'

export interface TelemetryPluginOptions {
  readonly telemetry: Telemetry
  readonly planCache: PlanCacheCounts
  readonly caches: CacheReadings
  /** Called when the router has stopped. */
  readonly onStop?: () => Promise<void>
}

/**
 * Tells OpenTelemetry of every request: a tree of spans through router and subgraphs, and measurements, both named by the
 * semantic conventions. Documents, variables, messages of errors and what identifies a person are in neither.
 */
export function createTelemetryPlugin({
  telemetry,
  planCache,
  caches,
  onStop,
}: TelemetryPluginOptions): RouterPlugin {
  const measures = createMeasures(telemetry, { planCache, caches })
  return {
    name: 'opentelemetry',
    onRequest(request) {
      if (request.transport === 'websocket') return undefined
      const ended = beginRequestSpan(telemetry, request)
      const measured = measures.request(request)
      return (outcome) => {
        ended(outcome)
        measured(outcome)
      }
    },
    onPreparation(step) {
      const ended = beginPreparationSpan(telemetry, step)
      const measured = measures.preparation(step)
      return (outcome) => {
        ended?.(outcome)
        measured()
      }
    },
    onOperation(operation) {
      const ended = beginOperationSpan(telemetry, operation)
      const measured = measures.operation(operation)
      return (outcome) => {
        ended(outcome)
        measured(outcome)
      }
    },
    onEvent: (event) => beginEventSpan(telemetry, event),
    onSubgraphCall(call) {
      const ended = beginCallSpan(telemetry, call)
      const measured = measures.call(call)
      return (outcome) => {
        ended(outcome)
        measured(outcome)
      }
    },
    async onStop() {
      await onStop?.()
    },
  }
}
