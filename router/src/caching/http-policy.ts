import { type CachePolicy, readCachePolicy } from '@gravity/shared/cache/cache-policy'

type Headers = Readonly<Record<string, string | readonly string[] | undefined>>

/** For how long the answer with these headers may be kept; undefined when it may not. */
export function httpCachePolicy(headers: Headers): CachePolicy | undefined {
  const cacheControl = headers['cache-control']
  // Most answers say nothing, or just that.
  if (cacheControl === undefined || cacheControl === 'no-store') return undefined
  return readCachePolicy({
    cacheControl: textOf(cacheControl),
    age: textOf(headers['age']),
    vary: textOf(headers['vary']),
  })
}

function textOf(header: string | readonly string[] | undefined): string | undefined {
  return typeof header === 'object' ? header.join(',') : header
}
