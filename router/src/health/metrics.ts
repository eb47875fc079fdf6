import { collectDefaultMetrics, Gauge, Registry } from 'prom-client'
import { KnownNames, MOST_ERROR_TYPES } from '../telemetry/known-names.ts'
import type { HttpObserver, Route } from '../transport/http-server.ts'
import { DurationHistogram, type DurationSeries } from './duration-histogram.ts'
import { type Reading, registerCounter } from './readings.ts'

/** Where other parts register what they count. */
export interface Registration {
  readonly registry: Registry
  /** Adds a histogram to what is shown; see `DurationHistogram`. */
  addHistogram(options: ConstructorParameters<typeof DurationHistogram>[0]): DurationHistogram
}

export interface RouterMetrics extends Registration {
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
  const histograms: DurationHistogram[] = []
  const addHistogram: Registration['addHistogram'] = (options) => {
    const histogram = new DurationHistogram(options)
    histograms.push(histogram)
    return histogram
  }
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
    registry,
    addHistogram,
    observeRequest: createRequestObserver({ registry, addHistogram }),
    observeSocket: () => openOn(sockets),
    observeSubscription: () => openOn(subscriptions),
    routes: new Map([
      [
        '/metrics',
        {
          async get(exchange) {
            const counted = await registry.metrics()
            const body = counted + histograms.map((histogram) => histogram.text()).join('')
            exchange.answer({ status: 200, contentType: registry.contentType, body })
          },
        },
      ],
    ]),
  }
}

function createRequestObserver({ registry, addHistogram }: Registration): HttpObserver {
  const registers = [registry]
  const paths = new Map<string, PathTally>()
  const errorTypes = new KnownNames(MOST_ERROR_TYPES)
  let underWay = 0
  registerCounter(registry, {
    name: 'gravity_router_http_requests_total',
    help: 'HTTP requests answered, by path, status, and the code of the first error in the answer.',
    labelNames: ['path', 'status', 'error_type'],
    read: () => [...paths].flatMap(([path, tally]) => readingsOf(path, tally)),
  })
  new Gauge({
    name: 'gravity_router_http_requests_in_flight',
    help: 'HTTP requests begun and not yet answered.',
    registers,
    collect() {
      this.set(underWay)
    },
  })
  const durations = addHistogram({
    name: 'gravity_router_http_request_duration_seconds',
    help: 'Time from the headers of a request to the end of its answer.',
  })
  const open = (path: string): PathTally => {
    const opened = { duration: durations.series({ path }), answers: new Map() }
    paths.set(path, opened)
    return opened
  }

  return (path) => {
    const name = knownPaths.has(path) ? path : 'other'
    const { duration, answers } = paths.get(name) ?? open(name)
    const begun = performance.now()
    underWay += 1
    return (status, errorCode) => {
      underWay -= 1
      duration.observe(performance.now() - begun)
      const answer = errorCode === undefined ? status : `${status} ${errorTypes.known(errorCode)}`
      answers.set(answer, (answers.get(answer) ?? 0) + 1)
    }
  }
}

/** What is counted as requests pass; the registry reads it when somebody looks. */
interface PathTally {
  readonly duration: DurationSeries
  /** By status, or, with errors, by status and type of error. */
  readonly answers: Map<number | string, number>
}

function readingsOf(path: string, { answers }: PathTally): Reading[] {
  return [...answers].map(([answer, value]) => {
    const [status = '', errorType] = String(answer).split(' ')
    const labels = errorType === undefined ? {} : { error_type: errorType }
    return { labels: { path, status, ...labels }, value }
  })
}

function openOn(gauge: Gauge): () => void {
  gauge.inc()
  return () => gauge.dec()
}
