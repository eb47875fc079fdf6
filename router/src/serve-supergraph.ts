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
  const { environment, logLevel } = readPlatformConfig()
  const format = environment === 'production' ? 'json' : 'pretty'
  const log = createLogger({ name: 'router', level: logLevel, format })
  const router = await openRouter({
    config,
    source: fileSource({ path: options.supergraphFile, log }),
    openClient: (name, url) => createHttpClient({ name, url }),
    rateLimits: createMemoryRateLimits(),
    log,
  })
  const url = await router.start()
  log.info({ url }, 'The router is ready.')
  return { url, stop: () => router.stop() }
}
