import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type RouterConfig, readRouterConfig } from '@gravity/router/config'
import { openRouter } from '@gravity/router/open-router'
import { usualMaximumCost } from '@gravity/router/planning/config'
import { type SpareThread, startSpareThread } from '@gravity/router/planning/spare-thread'
import { createMemoryClient } from '@gravity/router/subgraphs/memory-client'
import { staticSource } from '@gravity/router/supergraph/supergraph-source'
import { apiKeysFromRoutes } from '@gravity/router/viewer/api-key-source'
import { KEY_SET_PATH, keysFromRoute } from '@gravity/router/viewer/key-source'
import { loadSupergraph } from '@gravity/schema/load-supergraph'
import { defaultSubgraphUrl } from '@gravity/schema/subgraph-ports'
import { invariant } from '@gravity/shared/errors/invariant'
import { createLogger, type Logger } from '@gravity/shared/log/logger'
import { type PlatformConfig, readPlatformConfig } from '@gravity/shared/platform/config'
import { openPlatform } from '@gravity/shared/platform/open-platform'
import type { Platform } from '@gravity/shared/platform/platform'
import { provisionPlatform } from '@gravity/shared/platform/provision-platform'
import { startPostgres } from '@gravity/shared/postgres/postgres-server'
import type { Subgraph } from '@gravity/shared/server/subgraph'
import { viewerIndependentFields } from '@gravity/shared/server/viewer-independence'
import { loadTelemetry } from '@gravity/shared/telemetry/load-telemetry'
import { type OperationSpans, openOperationSpans } from '@gravity/shared/telemetry/operation-spans'
import type { Telemetry } from '@gravity/shared/telemetry/telemetry'
import { createSessionDenyList } from '@gravity/shared/viewer/session-deny-list'
import { type Phases, silentPhases } from './phases.ts'
import { subgraphList } from './subgraph-list.ts'

export interface OneProcessOptions {
  readonly env: NodeJS.ProcessEnv
  readonly phases?: Phases
  /** Told once, when data or programs had to be put elsewhere. */
  readonly onNotice?: (sentence: string) => void
}

export interface RunningPlatform {
  /** Where the router listens, without a path. */
  readonly url: string
  /** Finishes what is in flight, then stops everything, the embedded PostgreSQL last. */
  stop(): Promise<void>
}

/**
 * Starts the router and every subgraph in this process: on the PostgreSQL of DATABASE_URL, or on an embedded one whose
 * data lies below GRAVITY_DATA_DIR. Throws a StartError, one sentence, when a person must act; nothing stays open then.
 */
export async function startOneProcess(options: OneProcessOptions): Promise<RunningPlatform> {
  const { phases = silentPhases } = options
  await using opening = new AsyncDisposableStack()
  const config = readPlatformConfig(options.env)
  const routerConfig = readRouterConfig(options.env)
  const log = createLogger({
    name: 'gravity',
    level: config.logLevel,
    format: config.environment === 'production' ? 'json' : 'pretty',
  })
  // Modules and the planner's thread load while PostgreSQL starts.
  const spareThread = routerConfig.planning.threads > 0 ? startSpareThread() : undefined
  opening.defer(() => spareThread?.close())
  const modules = Promise.all(subgraphList.map(({ load }) => load()))
  modules.catch(() => undefined)
  const databaseUrl = await phases.run('PostgreSQL', () =>
    openCluster({ ...options, config, log }, opening),
  )
  const env = { ...options.env, DATABASE_URL: databaseUrl }
  const names = subgraphList.map(({ name }) => name)
  const platform = await phases.run('databases and queues', async () => {
    await provisionPlatform(readPlatformConfig(env), names)
    return opening.adopt(await openPlatform({ name: 'gravity', env, log }), (open) => open.close())
  })
  const subgraphs = await phases.run(`services: ${names.join(', ')}`, async () => {
    const opened = await Promise.all(
      (await modules).map(({ createSubgraph }) => createSubgraph(platform)),
    )
    for (const subgraph of opened) opening.defer(() => subgraph.stop())
    await Promise.all(opened.map((subgraph) => subgraph.start()))
    return opened
  })
  const url = await phases.run('router', () =>
    serveRouter(
      {
        platform,
        subgraphs,
        config: routerConfig,
        shares: config.redisUrl !== undefined,
        spareThread,
        operationsFile: join(config.dataDirectory, 'router', 'operations.json'),
      },
      opening,
    ),
  )
  const open = opening.move()
  return { url, stop: () => open.disposeAsync() }
}

async function openCluster(
  {
    config,
    log,
    onNotice,
  }: OneProcessOptions & { readonly config: PlatformConfig; readonly log: Logger },
  opening: AsyncDisposableStack,
): Promise<string> {
  if (config.clusterUrl !== undefined) return config.clusterUrl
  const server = await startPostgres({ dataDirectory: join(config.dataDirectory, 'postgres'), log })
  opening.defer(() => server.stop())
  if (server.notice !== undefined) onNotice?.(server.notice)
  return server.url
}

interface RouterParts {
  readonly platform: Platform
  readonly subgraphs: readonly Subgraph[]
  readonly config: RouterConfig
  /** Whether other processes see the same cache. */
  readonly shares: boolean
  readonly spareThread: SpareThread | undefined
  /** Where the operations that were asked for are remembered for the next start. */
  readonly operationsFile: string
}

async function serveRouter(
  { platform, subgraphs, config, shares, spareThread, operationsFile }: RouterParts,
  opening: AsyncDisposableStack,
): Promise<string> {
  const { log } = platform
  const { supergraphSdl, origin } = await loadSupergraph(
    subgraphs.map(({ name, sdl }) => ({ name, sdl, url: defaultSubgraphUrl(name) })),
  )
  if (origin === 'composed') {
    log.warn(
      'schema/supergraph.graphql is out of date; run "npm run compose" and commit what it writes.',
    )
  }
  const telemetry = await loadTelemetry(config.telemetry, { serviceName: 'gravity', log })
  if (telemetry) opening.defer(() => telemetry.stop())
  const clients = new Map(
    subgraphs.map((subgraph) => {
      const spans = openSpans(telemetry, subgraph.name, opening)
      return [subgraph.name, createMemoryClient(subgraph, { log, spans })]
    }),
  )
  const routes = subgraphs.flatMap((subgraph) => subgraph.routes)
  const keySet = routes.find(({ path }) => path === KEY_SET_PATH)
  invariant(keySet, 'the auth service publishes its keys')
  const sessions = createSessionDenyList(platform)
  opening.defer(() => sessions.close())
  const router = await openRouter({
    config,
    source: staticSource(supergraphSdl),
    openClient(name) {
      const client = clients.get(name)
      invariant(client, `the supergraph was made from the subgraphs of this process, not ${name}`)
      return client
    },
    viewerIndependentFields: viewerIndependentFields(subgraphs.map(({ sdl }) => sdl)),
    rateLimits: platform.rateLimits,
    pubsub: platform.pubsub,
    spareThread,
    maximumCost: usualMaximumCost,
    operationsFile,
    telemetry,
    // Strangers fill it, and in memory it would be the one that the sessions' deny list lives in.
    sharedCache: shares ? platform.cache : undefined,
    log,
    keySource: keysFromRoute(keySet),
    apiKeys: apiKeysFromRoutes(routes),
    sessions,
    routes,
    checks: { pubsub: () => platform.pubsub.ping(), cache: () => platform.cache.ping() },
    explorerQuery: await readFile(new URL('explorer-query.graphql', import.meta.url), 'utf8'),
  })
  const url = await router.start()
  opening.defer(() => router.stop())
  return url
}

function openSpans(
  telemetry: Telemetry | undefined,
  subgraph: string,
  opening: AsyncDisposableStack,
): OperationSpans | undefined {
  if (!telemetry) return undefined
  const spans = openOperationSpans(telemetry, subgraph)
  opening.defer(() => spans.stop())
  return spans
}
