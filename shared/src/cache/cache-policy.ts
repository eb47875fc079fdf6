/** For how long, and for whom, an answer may be kept. An answer without a policy may not be kept at all. */
export interface CachePolicy {
  /** Seconds from now; positive and whole. */
  readonly maxAge: number
  /** PRIVATE: only for the viewer who asked. */
  readonly scope: 'PUBLIC' | 'PRIVATE'
}

/** What an HTTP answer says of its own freshness (RFC 9111). */
export interface FreshnessHeaders {
  readonly cacheControl: string | undefined
  readonly age?: string | undefined
  readonly vary?: string | undefined
}

/** The value of `cache-control` for a policy, as Apollo Server writes it. */
export function cacheControlText({ maxAge, scope }: CachePolicy): string {
  return `max-age=${maxAge}, ${scope === 'PUBLIC' ? 'public' : 'private'}`
}

/** Request headers that never change what a GraphQL answer says. */
const harmlessVariations: ReadonlySet<string> = new Set(['', 'accept', 'accept-encoding', 'origin'])

/**
 * The policy that an answer's headers allow a shared cache; undefined when it may not be kept, or when it depends on
 * headers of the request that a cache of answers does not know. What varies by `authorization` is PRIVATE.
 */
export function readCachePolicy(headers: FreshnessHeaders): CachePolicy | undefined {
  const { cacheControl, age, vary } = headers
  if (cacheControl === undefined || cacheControl === 'no-store') return undefined
  const directives = readDirectives(cacheControl)
  if (directives.has('no-store') || directives.has('no-cache')) return undefined
  const lifetime = Number(directives.get('s-maxage') ?? directives.get('max-age'))
  const maxAge = Math.floor(lifetime - (Number(age) || 0))
  if (!(maxAge > 0)) return undefined
  const variations = (vary ?? '').split(',').map((name) => name.trim().toLowerCase())
  const other = variations.filter((name) => !harmlessVariations.has(name))
  if (other.some((name) => name !== 'authorization')) return undefined
  const isPrivate = directives.has('private') || other.length > 0
  return { maxAge, scope: isPrivate ? 'PRIVATE' : 'PUBLIC' }
}

function readDirectives(text: string): ReadonlyMap<string, string> {
  const directives = new Map<string, string>()
  for (const part of text.split(',')) {
    const [name = '', value = ''] = part.split('=')
    directives.set(name.trim().toLowerCase(), value.trim().replaceAll('"', ''))
  }
  return directives
}
