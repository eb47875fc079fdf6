import type { ObservePreparation, PlanCacheCounts } from '../planning/preparation.ts'
import type { OpenClient } from '../subgraphs/client-pool.ts'
import type { SubgraphCall, SubgraphClient } from '../subgraphs/subgraph-client.ts'
import type { DurationHistogram, DurationSeries } from './duration-histogram.ts'
import type { Registration } from './metrics.ts'
import { registerCounter } from './readings.ts'

/** How a call of a subgraph ended: `errors` is an answer with errors in it, `cancelled` a client that had left. */
export type CallOutcome = 'answered' | 'errors' | 'failed' | 'cancelled'

export interface GraphMetrics {
  /** Measures the calls of the subgraphs that it opens. */
  measureClients(open: OpenClient): OpenClient
  readonly observePreparation: ObservePreparation
  /** Counted by the cache itself, read when somebody looks. */
  readonly planCache: PlanCacheCounts
}

/** Registers what is measured below the transports: calls of subgraphs, and the making of plans. */
export function createGraphMetrics({ registry, addHistogram }: Registration): GraphMetrics {
  const calls = addHistogram({
    name: 'gravity_router_subgraph_duration_seconds',
    help: 'Time from the call of a subgraph, with all its attempts, to its answer, by how it ended.',
  })
  const preparations = addHistogram({
    name: 'gravity_router_preparation_duration_seconds',
    help: 'Time to parse, validate or plan a document that is met first, with the wait for a planner.',
  })
  const planCache = { hits: 0, misses: 0 }
  registerCounter(registry, {
    name: 'gravity_router_plan_cache_requests_total',
    help: 'Requests by whether their document was known; those that make a new schema ready do not count.',
    labelNames: ['result'],
    read: () => [
      { labels: { result: 'hit' }, value: planCache.hits },
      { labels: { result: 'miss' }, value: planCache.misses },
    ],
  })
  return {
    measureClients: (open) => (name, url) => measureClient(open(name, url), seriesOf(calls, name)),
    observePreparation(step) {
      const begun = performance.now()
      return () => preparations.series({ step }).observe(performance.now() - begun)
    },
    planCache,
  }
}

type Series = Readonly<Record<CallOutcome, DurationSeries>>

function seriesOf(calls: DurationHistogram, subgraph: string): Series {
  const of = (outcome: CallOutcome) => calls.series({ subgraph, outcome })
  return {
    answered: of('answered'),
    errors: of('errors'),
    failed: of('failed'),
    cancelled: of('cancelled'),
  }
}

function measureClient(client: SubgraphClient, series: Series): SubgraphClient {
  return {
    ...client,
    send(request, call) {
      const begun = performance.now()
      const end = (outcome: CallOutcome): void => series[outcome].observe(performance.now() - begun)
      return client.send(request, call).then(
        (response) => {
          end(response.errors.length > 0 ? 'errors' : 'answered')
          return response
        },
        (error: unknown) => {
          end(failureOf(call))
          throw error
        },
      )
    },
  }
}

function failureOf({ signal }: SubgraphCall): CallOutcome {
  return signal.aborted ? 'cancelled' : 'failed'
}
