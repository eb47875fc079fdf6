import { GravityError } from '@gravity/shared/errors/gravity-error'
import type { PublicRoute } from '@gravity/shared/server/subgraph'
import { IDENTITY_HEADER, type IdentitySigner } from '@gravity/shared/viewer/signed-identity'

export interface ProxiedRoute extends Pick<PublicRoute, 'method' | 'path' | 'authorization'> {
  /** Of the subgraph that owns the route, without a path. */
  readonly origin: string
}

/** Tells the owner of a route who asks; without it the owner takes the router for a stranger. */
export interface RouteOwner {
  readonly name: string
  readonly signer: Pick<IdentitySigner, 'sign'>
}

const timeoutMs = 10_000
/** What the owner may know of a request. */
const forwardedHeaders = [
  'accept',
  'authorization',
  'content-type',
  'cookie',
  'if-none-match',
  'user-agent',
]
/** What an answer may say about itself; hop-by-hop headers (RFC 9110, 7.6.1) stay behind. */
const passedHeaders = [
  'content-type',
  'cache-control',
  'content-disposition',
  'content-security-policy',
  'etag',
  'location',
  'referrer-policy',
  'retry-after',
  'set-cookie',
  'www-authenticate',
  'x-content-type-options',
  'x-frame-options',
]

/** Plain HTTP routes of a subgraph in another process, under the same paths. */
export function proxiedRoutes(routes: readonly ProxiedRoute[], owner?: RouteOwner): PublicRoute[] {
  return routes.map(({ origin, ...route }) => ({
    ...route,
    async handle({ body, headers, identity, path, query }) {
      const { method } = route
      const search = query.size > 0 ? `?${query}` : ''
      const response = await fetchOwner(`${origin}${path}${search}`, {
        method,
        headers: {
          ...picked(forwardedHeaders, (name) => headers[name] ?? null),
          ...(owner && { [IDENTITY_HEADER]: owner.signer.sign(identity, owner.name) }),
        },
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
