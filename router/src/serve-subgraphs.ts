import { mkdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { GravityError } from '@gravity/shared/errors/gravity-error'
import { type PlatformConfig, readPlatformConfig } from '@gravity/shared/platform/config'
import { openPlatform } from '@gravity/shared/platform/open-platform'
import type { Platform } from '@gravity/shared/platform/platform'
import { viewerIndependentFields } from '@gravity/shared/server/viewer-independence'
import { createSessionDenyList } from '@gravity/shared/viewer/session-deny-list'
import { createIdentitySigner } from '@gravity/shared/viewer/signed-identity'
import { type RouterConfig, readRouterConfig } from './config.ts'
import { type OpenRouterOptions, openRouter } from './open-router.ts'
import { usualMaximumCost } from './planning/config.ts'
import { createSdlFetcher } from './subgraphs/fetch-sdl.ts'
import { createHttpClient } from './subgraphs/http-client.ts'
import { type ManagedSubgraph, managedSource } from './supergraph/managed-source.ts'
import { createSupergraph } from './supergraph/supergraph.ts'
import { type ProxiedRoute, proxiedRoutes } from './transport/proxied-routes.ts'
import { KEY_SET_PATH, keysFromUrl } from './viewer/key-source.ts'

export interface ServeSubgraphsOptions {
  /** The committed supergraph: names the subgraphs where nothing else does, and is served until they have answered. */
  readonly supergraphFile: string
  /** The running subgraphs; by default those of the supergraph file. */
  readonly subgraphs?: readonly ManagedSubgraph[] | undefined
}

/**
 * Serves the platform's subgraphs that run as processes of their own: composes what they say, signs who is asking, and
 * shares sessions and limits with the other processes through Redis. Resolves when it listens.
 */
export async function serveSubgraphs(
  options: ServeSubgraphsOptions,
): Promise<{ readonly url: string; stop(): Promise<void> }> {
  await using opening = new AsyncDisposableStack()
  const config = readRouterConfig()
  const secrets = readPlatformConfig()
  await mkdir(memoryFolder(secrets), { recursive: true })
  const committed = await readFile(options.supergraphFile, 'utf8')
  const subgraphs = options.subgraphs ?? subgraphsOf(committed)
  const platform = opening.adopt(
    await openPlatform({ name: 'router', distributed: true }),
    (open) => open.close(),
  )
  const sessions = opening.adopt(createSessionDenyList(platform), (open) => open.close())
  const auth = originOf(subgraphs, 'auth')
  const router = await openRouter({
    config,
    ...reachSubgraphs({ config, secrets, platform, subgraphs, committed }),
    rateLimits: platform.rateLimits,
    maximumCost: usualMaximumCost,
    operationsFile: join(memoryFolder(secrets), 'operations.json'),
    pubsub: platform.pubsub,
    sharedCache: platform.cache,
    log: platform.log,
    keySource: keysFromUrl(`${auth}${KEY_SET_PATH}`),
    sessions,
    routes: proxiedRoutes(pagesOf(auth)),
    checks: { pubsub: () => platform.pubsub.ping(), cache: () => platform.cache.ping() },
  })
  opening.defer(() => router.stop())
  const url = await router.start()
  const open = opening.move()
  return { url, stop: () => open.disposeAsync() }
}

/** What the auth service answers outside GraphQL; it has no mailbox in production. */
function pagesOf(origin: string): ProxiedRoute[] {
  return [
    { method: 'GET', path: KEY_SET_PATH, origin },
    { method: 'GET', path: '/account/confirm', origin },
    { method: 'POST', path: '/account/confirm', origin },
    { method: 'GET', path: '/mailbox', origin },
  ]
}

interface Reach {
  readonly config: RouterConfig
  readonly secrets: PlatformConfig
  readonly platform: Platform
  readonly subgraphs: readonly ManagedSubgraph[]
  readonly committed: string
}

function reachSubgraphs({
  config,
  secrets,
  platform,
  subgraphs,
  committed,
}: Reach): Pick<OpenRouterOptions, 'source' | 'openClient' | 'viewerIndependentFields'> {
  const { log } = platform
  const signer = createIdentitySigner({
    secret: secrets.meshSecret,
    previousSecret: secrets.previousMeshSecret,
  })
  const source = managedSource({
    subgraphs,
    fetchSdl: createSdlFetcher({ traffic: config.traffic, signer }),
    log,
    fallbackSdl: committed,
    memoryFile: join(memoryFolder(secrets), 'subgraphs.json'),
  })
  return {
    source,
    openClient: (name, url, openTraffic) =>
      createHttpClient({ name, url, signer, traffic: openTraffic() }),
    viewerIndependentFields: () => viewerIndependentFields(source.sdls() ?? []),
  }
}

function memoryFolder({ dataDirectory }: PlatformConfig): string {
  return join(dataDirectory, 'router')
}

function subgraphsOf(supergraphSdl: string): ManagedSubgraph[] {
  return [...createSupergraph(supergraphSdl).subgraphs].map(([name, url]) => ({ name, url }))
}

function originOf(subgraphs: readonly ManagedSubgraph[], name: string): string {
  const subgraph = subgraphs.find((candidate) => candidate.name === name)
  if (!subgraph) throw new GravityError('SUBGRAPH_UNAVAILABLE', `There is no subgraph ${name}.`)
  return new URL(subgraph.url).origin
}
