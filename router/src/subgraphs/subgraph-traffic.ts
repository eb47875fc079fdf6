import { CircuitBreaker, type CircuitState } from './circuit-breaker.ts'
import { ConcurrencyLimit } from './concurrency-limit.ts'
import { RefusedError } from './http-exchange.ts'
import { RetryBudget } from './retry-budget.ts'
import type { TrafficSettings } from './traffic-settings.ts'

/** What has happened since the start, for metrics. An attempt is one request on the wire. */
export interface TrafficCounts {
  answered: number
  failed: number
  abandoned: number
  refused: number
  retried: number
  shared: number
}

/** The traffic to one subgraph: what it may be, and how it goes. */
export interface SubgraphTraffic {
  readonly settings: TrafficSettings
  readonly circuit: CircuitBreaker | undefined
  readonly limit: ConcurrencyLimit
  readonly budget: RetryBudget
  readonly counts: TrafficCounts
  /** From 0 to 1, for pauses. */
  readonly random: () => number
}

export interface TrafficSurroundings {
  /** Milliseconds that never go back; `performance.now` by default. */
  readonly now?: () => number
  /** `Math.random` by default. */
  readonly random?: () => number
  readonly onCircuitChange?: (state: CircuitState) => void
}

/** Opens the traffic to one subgraph, with a closed circuit and nothing under way. */
export function openSubgraphTraffic(
  settings: TrafficSettings,
  surroundings: TrafficSurroundings = {},
): SubgraphTraffic {
  const { now = () => performance.now(), random = Math.random, onCircuitChange } = surroundings
  const limit = new ConcurrencyLimit(settings)
  const onChange = (state: CircuitState): void => {
    if (state === 'open') limit.refuseWaiting(circuitOpen())
    onCircuitChange?.(state)
  }
  return {
    settings,
    circuit: settings.circuit && new CircuitBreaker(settings.circuit, { now, onChange }),
    limit,
    budget: new RetryBudget(settings.retries, now),
    counts: { answered: 0, failed: 0, abandoned: 0, refused: 0, retried: 0, shared: 0 },
    random,
  }
}

export function circuitOpen(): RefusedError {
  return new RefusedError('CIRCUIT_OPEN', 'It failed too often and is given time to recover')
}
