import { LRUCache } from 'lru-cache'

export const JSON_TYPE = 'application/json'
export const GRAPHQL_RESPONSE_TYPE = 'application/graphql-response+json'
export const EVENT_STREAM_TYPE = 'text/event-stream'
export const MULTIPART_TYPE = 'multipart/mixed'

/** How the parts of a deferred answer are written; the names are those of the specifications. */
export type DeferralFormat = '20220824' | 'v0.2'

/** What a client accepts for an answer of GraphQL. */
export interface AcceptedTypes {
  /** The media type for a single result; undefined when none is acceptable. */
  readonly single: typeof JSON_TYPE | typeof GRAPHQL_RESPONSE_TYPE | undefined
  /** The same as the `content-type` of an answer. */
  readonly contentType: string | undefined
  /** Whether server-sent events were asked for by name. */
  readonly eventStream: boolean
  /** The form in which the client takes deferred parts; undefined when it wants answers whole. */
  readonly deferral: DeferralFormat | undefined
  /** Whether subscriptions as multipart answers were asked for by name. */
  readonly multipartSubscriptions: boolean
}

/** Clients send a handful of different values, and each is read once. */
const parsed = new LRUCache<string, AcceptedTypes>({ max: 256 })
const anything = acceptedTypes(JSON_TYPE, [])

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
  // The parts of a multipart answer are JSON, so whoever reads only those reads JSON too.
  const readsParts = ranges.length > 0 && ranges.every(({ type }) => type === MULTIPART_TYPE)
  return acceptedTypes(readsParts ? JSON_TYPE : single, ranges)
}

function acceptedTypes(
  single: AcceptedTypes['single'],
  ranges: readonly MediaRange[],
): AcceptedTypes {
  const multipart = ranges.filter((range) => range.type === MULTIPART_TYPE)
  return {
    single,
    contentType: single && `${single}; charset=utf-8`,
    eventStream: ranges.some((range) => range.type === EVENT_STREAM_TYPE),
    deferral: multipart.map(deferralFormat).find((format) => format !== undefined),
    multipartSubscriptions: multipart.some((range) => range.parameters.has('subscriptionspec=1.0')),
  }
}

/** Clients that do not say which format they read are older than the newer one. */
function deferralFormat({ parameters }: MediaRange): DeferralFormat | undefined {
  if (parameters.has('incrementalspec=v0.2')) return 'v0.2'
  const names = [...parameters].map((parameter) => parameter.split('=')[0] ?? '')
  const isPlain = !names.some((name) => name.endsWith('spec'))
  return isPlain || parameters.has('deferspec=20220824') ? '20220824' : undefined
}

function singleTypeFor(range: string): AcceptedTypes['single'] {
  if (range === GRAPHQL_RESPONSE_TYPE) return GRAPHQL_RESPONSE_TYPE
  return range === JSON_TYPE || range === 'application/*' || range === '*/*' ? JSON_TYPE : undefined
}

interface MediaRange {
  readonly type: string
  readonly quality: number
  /** In lower case and without quotes, such as `q=0.9`. */
  readonly parameters: ReadonlySet<string>
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
  return {
    type,
    quality: Number.isNaN(value) ? 0 : value,
    parameters: new Set(parameters.map((parameter) => parameter.replaceAll('"', ''))),
  }
}
