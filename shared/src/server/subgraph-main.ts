import { openPlatform } from '../platform/open-platform.ts'
import { readTelemetryConfig } from '../telemetry/config.ts'
import { openSubgraphSpans } from '../telemetry/open-subgraph-spans.ts'
import { readServerConfig } from './config.ts'
import { runUntilStopped } from './run-until-stopped.ts'
import { serveSubgraph } from './serve-subgraph.ts'
import type { CreateSubgraph } from './subgraph.ts'

export interface RunSubgraphOptions {
  /** The plural noun of the service; also the name of the process in logs and connection lists. */
  readonly name: string
  /** Where it listens when PORT is not set. */
  readonly port: number
}

async function open(
  createSubgraph: CreateSubgraph,
  { name, port }: RunSubgraphOptions,
): Promise<{ stop(): Promise<void> }> {
  const config = readServerConfig(port)
  const telemetry = readTelemetryConfig()
  await using opening = new AsyncDisposableStack()
  const platform = opening.adopt(await openPlatform({ name, distributed: true }), (opened) =>
    opened.close(),
  )
  const { log } = platform
  const subgraph = opening.adopt(await createSubgraph(platform), (opened) => opened.stop())
  const spans = await openSubgraphSpans(telemetry, { name, log })
  if (spans) opening.defer(() => spans.stop())
  const server = opening.adopt(await serveSubgraph(subgraph, { ...config, log, spans }), (opened) =>
    opened.stop(),
  )
  await subgraph.start()
  log.info({ url: server.url }, 'The subgraph is ready.')
  const open = opening.move()
  return { stop: () => open.disposeAsync() }
}

/**
 * Runs one subgraph as a process of its own until a signal stops it: opens the platform from the environment, opens the
 * subgraph, serves it, starts its background work, and stops all of it in the opposite order; see `runUntilStopped`. The
 * whole of a subgraph's `main.ts`.
 */
export function runSubgraph(
  createSubgraph: CreateSubgraph,
  options: RunSubgraphOptions,
): Promise<void> {
  return runUntilStopped(options.name, () => open(createSubgraph, options))
}
