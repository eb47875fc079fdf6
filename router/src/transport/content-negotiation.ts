import { LRUCache } from 'lru-cache'

export const JSON_TYPE = 'application/json'
export const GRAPHQL_RESPONSE_TYPE = 'application/graphql-response+json'
export const EVENT_STREAM_TYPE = 'text/event-stream'

/** What a client accepts for an answer of GraphQL. */
export interface AcceptedTypes {
  /** The media type for a single result; undefined when none is acceptable. */
  readonly single: typeof JSON_TYPE | typeof GRAPHQL_RESPONSE_TYPE | undefined
  /** The same as the `content-type` of an answer. */
  readonly contentType: string | undefined
  /** Whether server-sent events were asked for by name. */
  readonly eventStream: boolean
}

/** Clients send a handful of different values, and each is read once. */
const parsed = new LRUCache<string, AcceptedTypes>({ max: 256 })
const anything = acceptedTypes(JSON_TYPE, false)

/**
 * Chooses by the `accept` header (RFC 9110, section 12.5.1): the highest quality wins, then the order in the header.
 * Without a header, and for wildcards, it is `application/json`, as GraphQL over HTTP asks of legacy clients.
 */
export function negotiateContent(accept: string | undefined): AcceptedTypes {
  if (accept === undefined || accept === '*/*') return anything
  const known = parsed.get(accept)
  if (known) return known
  const types = parseAccept(accept)
  parsed.set(accept, types)
  return types
}

/** What a request says of its body. */
export interface ContentType {
  /** In lower case and without parameters; empty when there is none. */
  readonly mediaType: string
  /** False when another encoding than UTF-8 is named. */
  readonly utf8: boolean
}

const plainJson: ContentType = { mediaType: JSON_TYPE, utf8: true }

/** Reads a `content-type` header; see RFC 9110, section 8.3. */
export function parseContentType(header: string | undefined): ContentType {
  if (header === JSON_TYPE) return plainJson
  const [mediaType = '', ...parameters] = (header ?? '').toLowerCase().split(';')
  const charset = parameters.find((parameter) => parameter.trim().startsWith('charset='))
  const encoding = charset?.split('=')[1]?.trim().replaceAll('"', '') ?? 'utf-8'
  return { mediaType: mediaType.trim(), utf8: encoding === 'utf-8' || encoding === 'utf8' }
}

/** True when the header prefers a web page to JSON, as browsers do when they navigate. */
export function prefersHtml(accept: string | undefined): boolean {
  for (const range of listRanges(accept ?? '')) {
    if (range.type === 'text/html') return range.quality > 0
    if (range.type === JSON_TYPE || range.type === GRAPHQL_RESPONSE_TYPE) return false
  }
  return false
}

function parseAccept(accept: string): AcceptedTypes {
  const ranges = listRanges(accept).filter((range) => range.quality > 0)
  const single = ranges.map((range) => singleTypeFor(range.type)).find((type) => type !== undefined)
  return acceptedTypes(
    single,
    ranges.some((range) => range.type === EVENT_STREAM_TYPE),
  )
}

function acceptedTypes(single: AcceptedTypes['single'], eventStream: boolean): AcceptedTypes {
  return { single, contentType: single && `${single}; charset=utf-8`, eventStream }
}

function singleTypeFor(range: string): AcceptedTypes['single'] {
  if (range === GRAPHQL_RESPONSE_TYPE) return GRAPHQL_RESPONSE_TYPE
  return range === JSON_TYPE || range === 'application/*' || range === '*/*' ? JSON_TYPE : undefined
}

interface MediaRange {
  readonly type: string
  readonly quality: number
}

function listRanges(accept: string): MediaRange[] {
  return accept
    .split(',')
    .map(parseRange)
    .sort((one, other) => other.quality - one.quality)
}

function parseRange(text: string): MediaRange {
  const [type = '', ...parameters] = text.split(';').map((part) => part.trim().toLowerCase())
  const quality = parameters.find((parameter) => parameter.startsWith('q='))
  const value = quality === undefined ? 1 : Number(quality.slice(2))
  return { type, quality: Number.isNaN(value) ? 0 : value }
}
