import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client'

/** What a subgraph's server counts and shows at `/metrics`. */
export interface ServerMetrics {
  /** Call when an HTTP request begins; call the result once, with the status, when it has been answered or was cut. */
  beginRequest(): (route: string, status: number) => void
  /** Call when a subscription begins; call the result once when it has ended. */
  beginSubscription(): () => void
  /** Counts one error that was answered, by its code. */
  countError(code: string): void
  /** The page in the Prometheus text format, and its content type. */
  readonly contentType: string
  page(): Promise<string>
}

const seconds = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10]

/**
 * Opens the metrics of one server, in a registry of their own, so that several servers may live in one process. The
 * process's own metrics, event-loop lag among them, come with it.
 */
export function createServerMetrics(subgraph: string): ServerMetrics {
  const registry = new Registry()
  registry.setDefaultLabels({ subgraph })
  collectDefaultMetrics({ register: registry })
  const registers = [registry]
  const duration = new Histogram({
    name: 'gravity_request_duration_seconds',
    help: 'Time from the first byte of a request to the last of its answer',
    labelNames: ['route', 'status'] as const,
    buckets: seconds,
    registers,
  })
  const inFlight = new Gauge({
    name: 'gravity_requests_in_flight',
    help: 'Requests that are being answered now',
    registers,
  })
  const subscriptions = new Gauge({
    name: 'gravity_subscriptions_active',
    help: 'Subscriptions that are open now',
    registers,
  })
  const errors = new Counter({
    name: 'gravity_graphql_errors_total',
    help: 'GraphQL errors that were answered, by code',
    labelNames: ['code'] as const,
    registers,
  })
  return {
    beginRequest() {
      const startedAt = performance.now()
      inFlight.inc()
      return (route, status) => {
        inFlight.dec()
        duration.observe({ route, status }, (performance.now() - startedAt) / 1_000)
      }
    },
    beginSubscription() {
      subscriptions.inc()
      return () => subscriptions.dec()
    },
    countError: (code) => errors.inc({ code }),
    contentType: registry.contentType,
    page: () => registry.metrics(),
  }
}
