import { Counter, Gauge, type Registry } from 'prom-client'
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
  const registers = [registry]
  new Counter({
    name: 'gravity_router_subgraph_attempts_total',
    help: 'Requests to subgraphs by how they ended; refused ones were not sent.',
    labelNames: ['subgraph', 'outcome'],
    registers,
    collect() {
      this.reset()
      for (const [subgraph, { counts }] of traffic.current()) {
        for (const outcome of outcomes) this.inc({ subgraph, outcome }, counts[outcome])
      }
    },
  })
  registerCounter(registers, traffic, {
    name: 'gravity_router_subgraph_retries_total',
    help: 'Requests to subgraphs that were sent again.',
    read: ({ counts }) => counts.retried,
  })
  registerCounter(registers, traffic, {
    name: 'gravity_router_subgraph_shared_total',
    help: 'Queries that got the answer of an equal one under way.',
    read: ({ counts }) => counts.shared,
  })
  registerGauge(registers, traffic, {
    name: 'gravity_router_subgraph_in_flight',
    help: 'Requests to subgraphs under way.',
    read: ({ limit }) => limit.inFlight,
  })
  registerGauge(registers, traffic, {
    name: 'gravity_router_subgraph_waiting',
    help: 'Requests to subgraphs that wait for their turn.',
    read: ({ limit }) => limit.waiting,
  })
  registerGauge(registers, traffic, {
    name: 'gravity_router_subgraph_circuit',
    help: 'The circuit to a subgraph: 0 closed, 1 half-open, 2 open.',
    read: ({ circuit }) => (circuit ? stateNumbers[circuit.state] : 0),
  })
}

interface Metric {
  readonly name: string
  readonly help: string
  readonly read: (traffic: SubgraphTraffic) => number
}

function registerCounter(registers: Registry[], traffic: Current, metric: Metric): void {
  const { name, help, read } = metric
  new Counter({
    name,
    help,
    labelNames: ['subgraph'],
    registers,
    collect() {
      this.reset()
      for (const [subgraph, each] of traffic.current()) this.inc({ subgraph }, read(each))
    },
  })
}

function registerGauge(registers: Registry[], traffic: Current, metric: Metric): void {
  const { name, help, read } = metric
  new Gauge({
    name,
    help,
    labelNames: ['subgraph'],
    registers,
    collect() {
      this.reset()
      for (const [subgraph, each] of traffic.current()) this.set({ subgraph }, read(each))
    },
  })
}
