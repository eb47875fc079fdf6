import { createMemoryRateLimits } from '@gravity/shared/rate-limit/memory-rate-limits'
import { silentLog } from '@gravity/shared/testing/silent-log'
import { readRouterConfig } from '../src/config.ts'
import { type OpenRouterOptions, openRouter } from '../src/open-router.ts'
import { composedSource } from '../src/supergraph/composed-source.ts'
import { type Answer, memoryClients, type TestSubgraph } from './execution-graph.ts'

export interface OpenedRouter extends AsyncDisposable {
  readonly url: string
  readonly graphql: string
  /** Sends an operation by POST, and reads the answer. */
  ask(query: string, facts?: AskFacts): Promise<Answer & { readonly extensions?: unknown }>
  stop(): Promise<void>
}

export interface AskFacts {
  readonly variables?: Readonly<Record<string, unknown>>
  readonly headers?: Readonly<Record<string, string>>
}

/** Starts a whole router, as its configuration makes it, over subgraphs of this process; ends with `await using`. */
export async function openTestRouter(
  subgraphs: readonly TestSubgraph[],
  env: NodeJS.ProcessEnv = {},
  options: Partial<OpenRouterOptions> = {},
): Promise<OpenedRouter> {
  const router = await openRouter({
    config: readRouterConfig({ NODE_ENV: 'test', PORT: '0', ...env }),
    source: composedSource(subgraphs),
    openClient: memoryClients(subgraphs),
    rateLimits: createMemoryRateLimits(),
    log: silentLog,
    ...options,
  })
  const url = await router.start()
  const graphql = `${url}/graphql`
  return {
    url,
    graphql,
    async ask(query, { variables, headers = {} } = {}) {
      const response = await fetch(graphql, {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...headers },
        body: JSON.stringify({ query, variables }),
      })
      return JSON.parse(await response.text())
    },
    stop: router.stop,
    [Symbol.asyncDispose]: router.stop,
  }
}
