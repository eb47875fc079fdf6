import { inspect } from 'node:util'
import { StartError } from '../config/start-error.ts'
import type { Logger } from '../log/logger.ts'
import { openPlatform } from '../platform/open-platform.ts'
import { readServerConfig } from './config.ts'
import { serveSubgraph } from './serve-subgraph.ts'
import type { CreateSubgraph } from './subgraph.ts'

export interface RunSubgraphOptions {
  /** The plural noun of the service; also the name of the process in logs and connection lists. */
  readonly name: string
  /** Where it listens when PORT is not set. */
  readonly port: number
}

/** A process that does not end by itself this long after it was told to is ended. */
const patienceMs = 30_000
const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const

async function open(
  createSubgraph: CreateSubgraph,
  { name, port }: RunSubgraphOptions,
): Promise<{ readonly log: Logger; stop(): Promise<void> }> {
  const config = readServerConfig(port)
  await using opening = new AsyncDisposableStack()
  const platform = opening.adopt(await openPlatform({ name, distributed: true }), (opened) =>
    opened.close(),
  )
  const { log } = platform
  const subgraph = opening.adopt(await createSubgraph(platform), (opened) => opened.stop())
  const server = opening.adopt(await serveSubgraph(subgraph, { ...config, log }), (opened) =>
    opened.stop(),
  )
  await subgraph.start()
  log.info({ url: server.url }, 'The subgraph is ready.')
  const open = opening.move()
  return { log, stop: () => open.disposeAsync() }
}

/** Stops on the first signal, finishing what is in flight; a second signal, or too long a wait, ends the process. */
function stopOnSignals(log: Logger, stop: () => Promise<void>): void {
  let stopping = false
  const onSignal = async (signal: NodeJS.Signals): Promise<void> => {
    if (stopping) process.exit(1)
    stopping = true
    log.info({ signal }, 'Stopping.')
    setTimeout(() => process.exit(1), patienceMs).unref()
    try {
      await stop()
      process.exit(0)
    } catch (error) {
      log.error({ err: error }, 'Stopping failed.')
      process.exit(1)
    }
  }
  for (const signal of signals) process.on(signal, (received) => void onSignal(received))
}

/**
 * Runs one subgraph as a process of its own: opens the platform from the environment, opens the subgraph, serves it,
 * starts its background work, and stops all of it in the opposite order on SIGINT, SIGTERM or SIGHUP. When it cannot
 * start it prints why, in a sentence where that helps, and exits with status 1. The whole of a subgraph's `main.ts`.
 */
export async function runSubgraph(
  createSubgraph: CreateSubgraph,
  options: RunSubgraphOptions,
): Promise<void> {
  try {
    const { log, stop } = await open(createSubgraph, options)
    stopOnSignals(log, stop)
  } catch (error) {
    const reason = error instanceof StartError ? error.message : inspect(error)
    process.stderr.write(`${options.name} cannot start. ${reason}\n`)
    process.exit(1)
  }
}
