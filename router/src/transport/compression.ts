import { promisify } from 'node:util'
import { brotliCompress, constants, gzip, zstdCompress } from 'node:zlib'
import { LRUCache } from 'lru-cache'

/** A content coding (RFC 9110, section 8.4.1). */
export interface Coding {
  readonly name: string
  readonly compress: (body: string | Buffer) => Promise<Buffer>
}

/** Below this, what is saved is less than what it costs; most answers fit into one packet anyway. */
export const COMPRESSION_MINIMUM = 1_024

/** The fastest first, at levels meant for answers that are made once. */
const codings: readonly Coding[] = [
  { name: 'zstd', compress: promisify<string | Buffer, Buffer>(zstdCompress) },
  { name: 'br', compress: (body) => brotli(body, brotliOptions) },
  { name: 'gzip', compress: (body) => gzipAtLevel(body, { level: 5 }) },
]

const brotli = promisify(brotliCompress)
const gzipAtLevel = promisify(gzip)
const brotliOptions = {
  params: {
    [constants.BROTLI_PARAM_MODE]: constants.BROTLI_MODE_TEXT,
    [constants.BROTLI_PARAM_QUALITY]: 4,
  },
}

interface Choice {
  readonly coding: Coding | undefined
}

/** Clients send a handful of different values, and each is read once. */
const choices = new LRUCache<string, Choice>({ max: 256 })

/**
 * The coding for a client by its `accept-encoding` (RFC 9110, section 12.5.3): the highest quality wins, then the
 * fastest coding. Undefined when it accepts none that is known here.
 */
export function chooseCoding(acceptEncoding: string | undefined): Coding | undefined {
  if (acceptEncoding === undefined) return undefined
  const known = choices.get(acceptEncoding)
  if (known) return known.coding
  const choice = { coding: choose(acceptEncoding) }
  choices.set(acceptEncoding, choice)
  return choice.coding
}

function choose(acceptEncoding: string): Coding | undefined {
  const qualities = new Map(acceptEncoding.toLowerCase().split(',').map(parseRange))
  const anything = qualities.get('*') ?? 0
  const accepted = codings
    .map((coding) => ({ coding, quality: qualities.get(coding.name) ?? anything }))
    .filter(({ quality }) => quality > 0)
    .sort((one, other) => other.quality - one.quality)
  return accepted[0]?.coding
}

function parseRange(range: string): [name: string, quality: number] {
  const [name = '', ...parameters] = range.split(';').map((part) => part.trim())
  const quality = parameters.find((parameter) => parameter.startsWith('q='))
  const value = quality === undefined ? 1 : Number(quality.slice(2))
  return [name, Number.isNaN(value) ? 0 : value]
}

/** The headers of an answer that is sent compressed: another representation, hence another strong validator. */
export function compressedHeaders(
  headers: Readonly<Record<string, string>> | undefined,
  coding: Coding,
): Record<string, string> {
  const { etag } = headers ?? {}
  const weak = etag !== undefined && !etag.startsWith('W/') ? { etag: `W/${etag}` } : {}
  return { ...headers, ...weak, 'content-encoding': coding.name }
}
