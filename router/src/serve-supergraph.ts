import { createHash } from 'node:crypto'
import { join, resolve } from 'node:path'
import { createLogger } from '@gravity/shared/log/logger'
import { readPlatformConfig } from '@gravity/shared/platform/config'
import { createMemoryRateLimits } from '@gravity/shared/rate-limit/memory-rate-limits'
import { readRouterConfig } from './config.ts'
import { openRouter } from './open-router.ts'
import { createHttpClient } from './subgraphs/http-client.ts'
import { fileSource } from './supergraph/file-source.ts'

export interface ServeSupergraphOptions {
  /** A supergraph's SDL; a change of the file changes what is served. */
  readonly supergraphFile: string
  /** Instead of PORT. */
  readonly port?: number | undefined
}

/**
 * Serves any federation supergraph over the HTTP subgraphs that it names: no database, no Redis and no accounts, so
 * every access token is refused. Resolves when it listens.
 */
export async function serveSupergraph(
  options: ServeSupergraphOptions,
): Promise<{ readonly url: string; stop(): Promise<void> }> {
  const given = readRouterConfig()
  const { port = given.address.port } = options
  const config = { ...given, address: { ...given.address, port } }
  const { environment, logLevel, dataDirectory } = readPlatformConfig()
  const format = environment === 'production' ? 'json' : 'pretty'
  const log = createLogger({ name: 'router', level: logLevel, format })
  const router = await openRouter({
    config,
    source: fileSource({ path: options.supergraphFile, log }),
    openClient: (name, url, openTraffic) => createHttpClient({ name, url, traffic: openTraffic() }),
    rateLimits: createMemoryRateLimits(),
    operationsFile: operationsFileFor(options.supergraphFile, dataDirectory),
    log,
  })
  const url = await router.start()
  log.info({ url }, 'The router is ready.')
  return { url, stop: () => router.stop() }
}

/** Each supergraph has its own: operations over one are none over another. */
function operationsFileFor(supergraphFile: string, dataDirectory: string): string {
  const name = createHash('sha256').update(resolve(supergraphFile)).digest('hex').slice(0, 16)
  return join(dataDirectory, 'router', `operations-${name}.json`)
}
