import type { IncomingHttpHeaders } from 'node:http'

/**
 * Which origins may read answers in a browser: `*`, exact origins, or origins with any port, as `http://localhost:*`.
 */
export type AllowedOrigins = readonly string[]

export interface CorsPolicy {
  /** True for requests without an origin, of the same origin, and of an allowed one. */
  allows(headers: IncomingHttpHeaders): boolean
  /** Headers of an actual response, as a flat list of names and values. */
  headersFor(origin: string | undefined): readonly string[]
  /** Headers that answer a preflight request. */
  preflightHeadersFor(headers: IncomingHttpHeaders): Readonly<Record<string, string>>
}

/** Chrome keeps a preflight answer for two hours at most. */
const preflightSeconds = 7_200
const exposure = [
  'access-control-expose-headers',
  'x-request-id, retry-after, ratelimit, ratelimit-policy, www-authenticate',
] as const
const forEverybody = ['access-control-allow-origin', '*', ...exposure] as const
const forOthers = ['vary', 'origin'] as const
const forNobody = [] as const
const headerList = /^[A-Za-z0-9!#$%&'*+.^_`|~, -]{1,2000}$/

/**
 * Cross-origin resource sharing for bearer tokens (https://fetch.spec.whatwg.org/#http-cors-protocol). Credentials are
 * never allowed: the router knows no cookies, so a page cannot act with rights it does not hold itself.
 */
export function createCorsPolicy(origins: AllowedOrigins): CorsPolicy {
  const isAllowed = createOriginCheck(origins)
  const any = origins.includes('*')

  function headersFor(origin: string | undefined): readonly string[] {
    if (any) return forEverybody
    if (origins.length === 0) return forNobody
    if (origin === undefined || !isAllowed(origin)) return forOthers
    return [...forOthers, 'access-control-allow-origin', origin, ...exposure]
  }

  return {
    allows: ({ origin, host }) =>
      origin === undefined || isSameHost(origin, host) || isAllowed(origin),
    headersFor,
    preflightHeadersFor(headers) {
      const requested = headers['access-control-request-headers']
      return {
        ...toRecord(headersFor(headers.origin)),
        'access-control-allow-methods': 'GET, POST, PUT, DELETE',
        'access-control-allow-headers':
          typeof requested === 'string' && headerList.test(requested)
            ? requested
            : 'content-type, authorization',
        'access-control-max-age': String(preflightSeconds),
        vary: 'origin, access-control-request-headers',
      }
    },
  }
}

function createOriginCheck(origins: AllowedOrigins): (origin: string) => boolean {
  if (origins.includes('*')) return () => true
  const exact = new Set(origins)
  const anyPort = origins
    .filter((origin) => origin.endsWith(':*'))
    .map((origin) => origin.slice(0, -1))
  return (origin) =>
    exact.has(origin) ||
    anyPort.some(
      (prefix) =>
        origin === prefix.slice(0, -1) ||
        (origin.startsWith(prefix) && /^\d{1,5}$/.test(origin.slice(prefix.length))),
    )
}

// The scheme is not compared: behind a proxy that ends TLS the router cannot know its own.
function isSameHost(origin: string, host: string | undefined): boolean {
  return host !== undefined && (origin === `https://${host}` || origin === `http://${host}`)
}

function toRecord(flat: readonly string[]): Record<string, string> {
  const record: Record<string, string> = {}
  for (let at = 0; at + 1 < flat.length; at += 2) record[flat[at] ?? ''] = flat[at + 1] ?? ''
  return record
}
