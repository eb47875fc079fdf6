import type { Telemetry } from '@gravity/shared/telemetry/telemetry'
import { type CacheReadings, cacheRequests } from '../caching/cache-metrics.ts'
import type { PlanCacheCounts } from '../planning/preparation.ts'
import type {
  End,
  OperationOutcome,
  PluginOperation,
  PluginRequest,
  PluginSubgraphCall,
  PreparationStep,
  RequestOutcome,
  SubgraphCallOutcome,
} from '../plugins/plugin.ts'
import { callErrorType, operationErrorType, requestErrorType } from './error-types.ts'
import { KnownNames, MOST_ERROR_TYPES } from './known-names.ts'

/** What is measured; each method is called when something begins, and what it returns when that has ended. */
export interface Measures {
  request(request: PluginRequest): End<RequestOutcome>
  preparation(step: PreparationStep): () => void
  operation(operation: PluginOperation): End<OperationOutcome>
  call(call: PluginSubgraphCall): End<SubgraphCallOutcome>
}

/** Names come from strangers, and each makes a series that is kept for ever. */
const mostNames = 200

/** What is counted anyway, and only read here. */
export interface CountedElsewhere {
  readonly planCache: PlanCacheCounts
  readonly caches: CacheReadings
}

/** Opens the instruments; seconds, as the semantic conventions want durations. */
export function createMeasures(
  telemetry: Telemetry,
  { planCache, caches }: CountedElsewhere,
): Measures {
  const requests = duration(telemetry, 'http.server.request.duration', 'HTTP requests')
  const operations = duration(telemetry, 'graphql.server.operation.duration', 'Operations')
  const calls = duration(telemetry, 'graphql.client.operation.duration', 'Calls of subgraphs')
  const preparations = duration(telemetry, 'gravity.router.preparation.duration', 'Preparations')
  const active = telemetry.gauge('http.server.active_requests', {
    unit: '{request}',
    description: 'HTTP requests under way.',
  })
  telemetry.counter(
    'gravity.router.plan_cache.requests',
    { unit: '{request}', description: 'Requests by whether their document was known.' },
    () => [
      { value: planCache.hits, attributes: { result: 'hit' } },
      { value: planCache.misses, attributes: { result: 'miss' } },
    ],
  )
  telemetry.counter(
    'gravity.router.cache.requests',
    { unit: '{request}', description: 'Answers and entities by whether they were kept.' },
    () => cacheRequests(caches).map(({ labels, value }) => ({ value, attributes: labels })),
  )
  const names = new KnownNames(mostNames)
  const errorTypes = new KnownNames(MOST_ERROR_TYPES)
  const typeOf = (errorType: string | undefined) => errorType && errorTypes.known(errorType)
  return {
    request({ method }) {
      const known = { 'http.request.method': method }
      active(1, known)
      return (outcome) => {
        active(-1, known)
        requests(outcome.durationMs / 1_000, {
          ...known,
          'http.route': '/graphql',
          'http.response.status_code': outcome.status,
          'error.type': requestErrorType(outcome),
        })
      }
    },
    preparation({ kind }) {
      const elapsed = startClock()
      return () => preparations(elapsed(), { 'gravity.step': kind })
    },
    operation({ kind, name }) {
      const elapsed = startClock()
      return (outcome) =>
        operations(elapsed(), {
          'graphql.operation.type': kind,
          'graphql.operation.name': name && names.known(name),
          'error.type': typeOf(operationErrorType(outcome)),
        })
    },
    call({ subgraph, request }) {
      const elapsed = startClock()
      return (outcome) =>
        calls(elapsed(), {
          'peer.service': subgraph,
          'graphql.operation.type': request.operation.kind,
          'error.type': typeOf(callErrorType(outcome)),
        })
    },
  }
}

function duration(telemetry: Telemetry, name: string, what: string) {
  return telemetry.histogram(name, { unit: 's', description: `${what} by how long they took.` })
}

/** Seconds since it was started. */
function startClock(): () => number {
  const begun = performance.now()
  return () => (performance.now() - begun) / 1_000
}
