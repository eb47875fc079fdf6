import type { Registry } from 'prom-client'
import { type Reading, registerCounter, registerGauge } from '../health/readings.ts'
import type { CircuitState } from './circuit-breaker.ts'
import type { Traffic } from './shape-traffic.ts'
import type { SubgraphTraffic } from './subgraph-traffic.ts'

type Current = Pick<Traffic, 'current'>

const stateNumbers: Readonly<Record<CircuitState, number>> = { closed: 0, 'half-open': 1, open: 2 }
const outcomes = ['answered', 'failed', 'abandoned', 'refused'] as const

/** The states of the circuits by the names of their subgraphs; undefined when there is none. */
export function circuitStates(
  traffic: Current | undefined,
): Readonly<Record<string, CircuitState>> | undefined {
  const states = [...(traffic?.current() ?? [])].flatMap(([name, { circuit }]) =>
    circuit ? [[name, circuit.state] as const] : [],
  )
  return states.length > 0 ? Object.fromEntries(states) : undefined
}

/** Registers what is known of the traffic to subgraphs. It is read when somebody looks, so calls only count. */
export function registerTrafficMetrics(registry: Registry, traffic: Current): void {
  const each = (read: (traffic: SubgraphTraffic) => number) => (): Reading[] =>
    [...traffic.current()].map(([subgraph, one]) => ({ labels: { subgraph }, value: read(one) }))
  const labelNames = ['subgraph']
  registerCounter(registry, {
    name: 'gravity_router_subgraph_attempts_total',
    help: 'Requests to subgraphs by how they ended; refused ones were not sent.',
    labelNames: ['subgraph', 'outcome'],
    read: () =>
      [...traffic.current()].flatMap(([subgraph, { counts }]) =>
        outcomes.map((outcome) => ({ labels: { subgraph, outcome }, value: counts[outcome] })),
      ),
  })
  registerCounter(registry, {
    name: 'gravity_router_subgraph_retries_total',
    help: 'Requests to subgraphs that were sent again.',
    labelNames,
    read: each(({ counts }) => counts.retried),
  })
  registerCounter(registry, {
    name: 'gravity_router_subgraph_shared_total',
    help: 'Queries that got the answer of an equal one under way.',
    labelNames,
    read: each(({ counts }) => counts.shared),
  })
  registerGauge(registry, {
    name: 'gravity_router_subgraph_in_flight',
    help: 'Requests to subgraphs under way.',
    labelNames,
    read: each(({ limit }) => limit.inFlight),
  })
  registerGauge(registry, {
    name: 'gravity_router_subgraph_waiting',
    help: 'Requests to subgraphs that wait for their turn.',
    labelNames,
    read: each(({ limit }) => limit.waiting),
  })
  registerGauge(registry, {
    name: 'gravity_router_subgraph_circuit',
    help: 'The circuit to a subgraph: 0 closed, 1 half-open, 2 open.',
    labelNames,
    read: each(({ circuit }) => (circuit ? stateNumbers[circuit.state] : 0)),
  })
}
