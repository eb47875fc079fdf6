import { GravityError } from '@gravity/shared/errors/gravity-error'
import type { PublicRoute } from '@gravity/shared/server/subgraph'

export interface ProxiedRoute {
  readonly method: PublicRoute['method']
  readonly path: string
  /** Of the subgraph that owns the route, without a path. */
  readonly origin: string
}

const timeoutMs = 10_000
/** What the owner may know of a request. */
const forwardedHeaders = ['accept', 'authorization', 'content-type', 'if-none-match', 'user-agent']
/** What an answer may say about itself; hop-by-hop headers (RFC 9110, 7.6.1) stay behind. */
const passedHeaders = ['content-type', 'cache-control', 'etag', 'location', 'www-authenticate']

/** Plain HTTP routes of subgraphs in other processes, under the same paths. */
export function proxiedRoutes(routes: readonly ProxiedRoute[]): PublicRoute[] {
  return routes.map(({ method, path, origin }) => ({
    method,
    path,
    async handle({ body, headers, query }) {
      const search = query.size > 0 ? `?${query}` : ''
      const response = await fetchOwner(`${origin}${path}${search}`, {
        method,
        headers: picked(forwardedHeaders, (name) => headers[name] ?? null),
        redirect: 'manual',
        signal: AbortSignal.timeout(timeoutMs),
        ...(method === 'POST' && { body }),
      })
      return {
        status: response.status,
        headers: picked(passedHeaders, (name) => response.headers.get(name)),
        body: await response.text(),
      }
    },
  }))
}

async function fetchOwner(url: string, init: RequestInit): Promise<Response> {
  try {
    return await fetch(url, init)
  } catch (cause) {
    throw unavailable(cause)
  }
}

function unavailable(cause: unknown): GravityError {
  const message = 'This address cannot be answered right now. Try again in a moment.'
  return new GravityError('SUBGRAPH_UNAVAILABLE', message, { cause })
}

function picked(
  names: readonly string[],
  find: (name: string) => string | null,
): Record<string, string> {
  return Object.fromEntries(
    names.flatMap((name) => {
      const value = find(name)
      return value === null ? [] : [[name, value] as const]
    }),
  )
}
