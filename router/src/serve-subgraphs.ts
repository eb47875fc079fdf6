import { mkdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { GravityError } from '@gravity/shared/errors/gravity-error'
import { type PlatformConfig, readPlatformConfig } from '@gravity/shared/platform/config'
import { openPlatform } from '@gravity/shared/platform/open-platform'
import type { Platform } from '@gravity/shared/platform/platform'
import { viewerIndependentFields } from '@gravity/shared/server/viewer-independence'
import { createSessionDenyList } from '@gravity/shared/viewer/session-deny-list'
import { createIdentitySigner, type IdentitySigner } from '@gravity/shared/viewer/signed-identity'
import { type RouterConfig, readRouterConfig } from './config.ts'
import { type OpenRouterOptions, openRouter } from './open-router.ts'
import { usualMaximumCost } from './planning/config.ts'
import { createSdlFetcher } from './subgraphs/fetch-sdl.ts'
import { createHttpClient } from './subgraphs/http-client.ts'
import { type ManagedSubgraph, managedSource } from './supergraph/managed-source.ts'
import { createSupergraph } from './supergraph/supergraph.ts'
import { type ProxiedRoute, proxiedRoutes } from './transport/proxied-routes.ts'
import { apiKeysFromUrl } from './viewer/api-key-source.ts'
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
  const signer = createSigner(secrets)
  const router = await openRouter({
    config,
    ...reachSubgraphs({ config, secrets, signer, platform, subgraphs, committed }),
    rateLimits: platform.rateLimits,
    maximumCost: usualMaximumCost,
    operationsFile: join(memoryFolder(secrets), 'operations.json'),
    pubsub: platform.pubsub,
    sharedCache: platform.cache,
    log: platform.log,
    keySource: keysFromUrl(`${auth}${KEY_SET_PATH}`),
    sessions,
    apiKeys: apiKeysFromUrl(auth, signer),
    routes: [
      ...proxiedRoutes(pagesOf(auth), { name: 'auth', signer }),
      ...proxiedRoutes(usersPages(subgraphs), { name: 'users', signer }),
    ],
    checks: { pubsub: () => platform.pubsub.ping(), cache: () => platform.cache.ping() },
  })
  opening.defer(() => router.stop())
  const url = await router.start()
  const open = opening.move()
  return { url, stop: () => open.disposeAsync() }
}

/** What the users service answers outside GraphQL. */
function usersPages(subgraphs: readonly ManagedSubgraph[]): ProxiedRoute[] {
  const origin = originOf(subgraphs, 'users')
  return [{ method: 'GET', path: '/account/export', origin }]
}

/** What the auth service answers outside GraphQL; it has no mailbox in production. */
function pagesOf(origin: string): ProxiedRoute[] {
  return [
    { method: 'GET', path: KEY_SET_PATH, origin },
    { method: 'GET', path: '/account/confirm', origin },
    { method: 'POST', path: '/account/confirm', origin },
    { method: 'GET', path: '/mailbox', origin },
    { method: 'GET', path: '/.well-known/openid-configuration', origin },
    { method: 'GET', path: '/.well-known/oauth-authorization-server', origin },
    { method: 'GET', path: '/oauth/authorize', origin },
    { method: 'POST', path: '/oauth/authorize', origin },
    { method: 'GET', path: '/oauth/sign-in', origin },
    { method: 'POST', path: '/oauth/sign-in', origin },
    { method: 'GET', path: '/oauth/link', origin },
    { method: 'POST', path: '/oauth/link', origin },
    { method: 'GET', path: '/oauth/outside/*', origin },
    { method: 'GET', path: '/oauth/outside-callback/*', origin },
    { method: 'POST', path: '/oauth/token', authorization: 'own', origin },
    { method: 'POST', path: '/oauth/introspect', authorization: 'own', origin },
    { method: 'POST', path: '/oauth/revoke', authorization: 'own', origin },
    { method: 'GET', path: '/oauth/userinfo', authorization: 'own', origin },
    { method: 'POST', path: '/oauth/userinfo', authorization: 'own', origin },
  ]
}

interface Reach {
  readonly config: RouterConfig
  readonly secrets: PlatformConfig
  readonly signer: IdentitySigner
  readonly platform: Platform
  readonly subgraphs: readonly ManagedSubgraph[]
  readonly committed: string
}

function reachSubgraphs({
  config,
  secrets,
  signer,
  platform,
  subgraphs,
  committed,
}: Reach): Pick<OpenRouterOptions, 'source' | 'openClient' | 'viewerIndependentFields'> {
  const { log } = platform
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

function createSigner({ meshSecret, previousMeshSecret }: PlatformConfig): IdentitySigner {
  return createIdentitySigner({ secret: meshSecret, previousSecret: previousMeshSecret })
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
