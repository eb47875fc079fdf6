import type { Logger } from '@gravity/shared/log/logger'
import { checkReadiness, type Readiness } from '@gravity/shared/server/readiness'
import type { Route } from '../transport/http-server.ts'

/** One per dependency; rejects when it cannot be used now. */
export type Checks = Readonly<Record<string, () => Promise<void>>>

export interface HealthOptions {
  /** Asked anew at every probe, because the subgraphs may change while the router runs. */
  readonly checks: () => Checks
  /** The states of the circuits to subgraphs, told beside the dependencies. */
  readonly circuits?: () => Readonly<Record<string, string>> | undefined
  /** Aborted when the router stops: from then on it is not ready. */
  readonly stopping: AbortSignal
  readonly log: Logger
}

/** How long an answer is used again, so that probes cannot wear out the dependencies. */
const cachedMs = 1_000

/** `/health/live`: the process turns its event loop. `/health/ready`: 200 only when queries can be answered. */
export function createHealthRoutes(options: HealthOptions): ReadonlyMap<string, Route> {
  const readiness = createReadiness(options)
  const live: Route = {
    get: (exchange) => exchange.answer({ status: 200, body: '{"status":"live"}' }),
  }
  const ready: Route = {
    async get(exchange) {
      const { ready: answers, dependencies } = await readiness()
      const ready = answers && !options.stopping.aborted
      const status = options.stopping.aborted ? 'stopping' : ready ? 'ready' : 'unavailable'
      const body = JSON.stringify({ status, dependencies, circuits: options.circuits?.() })
      exchange.answer({ status: ready ? 200 : 503, body })
    },
  }
  return new Map([
    ['/health/live', live],
    ['/health/ready', ready],
  ])
}

function createReadiness({ checks, log }: HealthOptions): () => Promise<Readiness> {
  let checking: Promise<Readiness> | undefined
  let wasReady: boolean | undefined

  async function check(): Promise<Readiness> {
    const readiness = await checkReadiness(checks())
    setTimeout(() => {
      checking = undefined
    }, cachedMs).unref()
    if (readiness.ready !== wasReady) logChange(readiness, log)
    wasReady = readiness.ready
    return readiness
  }

  return () => {
    checking ??= check()
    return checking
  }
}

function logChange({ ready, failures }: Readiness, log: Logger): void {
  if (ready) log.info('The router is ready.')
  for (const [dependency, err] of failures) {
    log.warn({ err, dependency }, `The router is not ready: ${dependency} does not answer.`)
  }
}
