import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client'
import type { HttpObserver, Route } from '../transport/http-server.ts'

export interface RouterMetrics {
  readonly observeRequest: HttpObserver
  /** Told when a socket opens; the returned function, when it closes. */
  readonly observeSocket: () => () => void
  /** The same for a subscription, over whichever transport. */
  readonly observeSubscription: () => () => void
  readonly routes: ReadonlyMap<string, Route>
}

/** Paths that have a name in the metrics; everything else is one label, because paths come from strangers. */
const knownPaths = new Set([
  '/',
  '/graphql',
  '/graphiql',
  '/health/live',
  '/health/ready',
  '/metrics',
])

/** Counts what the router does and serves it, with Node's own metrics, as Prometheus text under `/metrics`. */
export function createRouterMetrics(): RouterMetrics {
  const registry = new Registry()
  collectDefaultMetrics({ register: registry })
  const registers = [registry]
  const sockets = new Gauge({
    name: 'gravity_router_sockets',
    help: 'Open WebSockets.',
    registers,
  })
  const subscriptions = new Gauge({
    name: 'gravity_router_subscriptions',
    help: 'Subscriptions under way, over all transports.',
    registers,
  })
  return {
    observeRequest: createRequestObserver(registers),
    observeSocket: () => openOn(sockets),
    observeSubscription: () => openOn(subscriptions),
    routes: new Map([
      [
        '/metrics',
        {
          async get(exchange) {
            const body = await registry.metrics()
            exchange.answer({ status: 200, contentType: registry.contentType, body })
          },
        },
      ],
    ]),
  }
}

function createRequestObserver(registers: Registry[]): HttpObserver {
  const labelNames = ['path', 'status'] as const
  const requests = new Counter({
    name: 'gravity_router_http_requests_total',
    help: 'HTTP requests answered, by path and status.',
    labelNames,
    registers,
  })
  const durations = new Histogram({
    name: 'gravity_router_http_request_duration_seconds',
    help: 'Time from the headers of a request to the end of its answer.',
    labelNames: ['path'],
    buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
    registers,
  })
  const inFlight = new Gauge({
    name: 'gravity_router_http_requests_in_flight',
    help: 'HTTP requests begun and not yet answered.',
    registers,
  })

  // Finding a labelled series costs more than counting in it, so each is found once.
  const series = new Map<string, PathSeries>()
  return (path) => {
    const name = knownPaths.has(path) ? path : 'other'
    const found = series.get(name) ?? openSeries(name)
    const begun = performance.now()
    inFlight.inc()
    return (status) => {
      inFlight.dec()
      found.duration.observe((performance.now() - begun) / 1_000)
      const counter = found.counters.get(status) ?? requests.labels(name, String(status))
      found.counters.set(status, counter)
      counter.inc()
    }
  }

  function openSeries(name: string): PathSeries {
    const opened = { duration: durations.labels(name), counters: new Map() }
    series.set(name, opened)
    return opened
  }
}

interface PathSeries {
  readonly duration: Histogram.Internal<'path'>
  readonly counters: Map<number, Counter.Internal>
}

function openOn(gauge: Gauge): () => void {
  gauge.inc()
  return () => gauge.dec()
}
