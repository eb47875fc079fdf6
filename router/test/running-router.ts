import type { Cache } from '@gravity/shared/cache/cache'
import type { Logger } from '@gravity/shared/log/logger'
import { createMemoryRateLimits } from '@gravity/shared/rate-limit/memory-rate-limits'
import type { RateLimits } from '@gravity/shared/rate-limit/rate-limit'
import type { PublicRoute } from '@gravity/shared/server/subgraph'
import { silentLog } from '@gravity/shared/testing/silent-log'
import type { SessionDenyList } from '@gravity/shared/viewer/session-deny-list'
import { type RouterConfig, readRouterConfig } from '../src/config.ts'
import { createRouter, type RouterOptions } from '../src/router.ts'
import type { ApiKeySource } from '../src/viewer/api-key-source.ts'
import type { KeySource } from '../src/viewer/key-source.ts'
import { createFixtureGraph, type FixtureGraph } from './fixture-graph.ts'

export interface RunningRouter extends AsyncDisposable {
  readonly url: string
  readonly graphql: string
  readonly socketUrl: string
  readonly graph: FixtureGraph
  /** Sends a JSON body by POST. */
  post(body: unknown, headers?: Readonly<Record<string, string>>): Promise<Response>
  get(search: string, headers?: Readonly<Record<string, string>>): Promise<Response>
  stop(): Promise<void>
}

export interface RunningRouterOptions {
  readonly env?: NodeJS.ProcessEnv
  readonly config?: Partial<RouterConfig>
  readonly keySource?: KeySource
  readonly apiKeys?: ApiKeySource
  readonly sessions?: SessionDenyList
  readonly rateLimits?: RateLimits
  readonly sharedCache?: Cache
  readonly routes?: readonly PublicRoute[]
  readonly checks?: NonNullable<RouterOptions['checks']>
  readonly now?: () => Date
  readonly log?: Logger
}

/** Starts a router over the fixture graph on a free port; ends with the `await using` block. */
export async function startRouter(options: RunningRouterOptions = {}): Promise<RunningRouter> {
  const { env, config, rateLimits = createMemoryRateLimits(), log = silentLog, ...others } = options
  const graph = createFixtureGraph()
  const router = createRouter({
    ...others,
    graph,
    rateLimits,
    log,
    config: {
      ...readRouterConfig({ ...env, NODE_ENV: 'test', PORT: '0' }),
      stopGraceMs: 2_000,
      ...config,
    },
  })
  const url = await router.start()
  const graphql = `${url}/graphql`
  return {
    url,
    graphql,
    socketUrl: graphql.replace('http:', 'ws:'),
    graph,
    post: (body, headers = {}) =>
      fetch(graphql, {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...headers },
        body: JSON.stringify(body),
      }),
    get: (search, headers = {}) => fetch(`${graphql}?${search}`, { headers }),
    stop: router.stop,
    [Symbol.asyncDispose]: router.stop,
  }
}
