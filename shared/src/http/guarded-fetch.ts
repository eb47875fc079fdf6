import { lookup } from 'node:dns/promises'
import { type IncomingMessage, request as requestHttp } from 'node:http'
import { request as requestHttps } from 'node:https'
import { isIP } from 'node:net'
import { isLoopbackAddress, isPublicAddress } from './public-address.ts'

/**
 * Terminology
 * - Guarded fetch: a GET of an address that a stranger chose. It must not reach what only this machine can (server-side
 *   request forgery), so a name is resolved once, every address it has must be public, and the connection goes to the very
 *   address that was checked: a name that resolves to something else a moment later (DNS rebinding) gains nothing.
 */

export interface GuardedFetchOptions {
  /** Of the whole fetch, redirects included. Default 10 s. */
  readonly timeoutMs?: number
  /** Of the body, which is asked for uncompressed. Default 1 MB. */
  readonly maxBytes?: number
  /** Each is checked like the first address. Default 3. */
  readonly maxRedirects?: number
  /** What the server is told who asks. Default `Gravity`. */
  readonly userAgent?: string
  /** Lets this machine's own addresses pass, over http and at any port. For tests only. Default false. */
  readonly allowLoopback?: boolean
  /** All addresses of a name. Default: the system's resolver. */
  readonly resolve?: (hostname: string) => Promise<readonly string[]>
}

/** What was fetched. */
export interface GuardedAnswer {
  /** Where the body came from, after redirects. */
  readonly url: string
  readonly status: number
  readonly contentType: string
  /** As UTF-8. */
  readonly body: string
}

/** Why an address was not fetched; made for programs and stable. */
export type GuardedFetchFault =
  | 'address-not-allowed'
  | 'cannot-connect'
  | 'name-unknown'
  | 'not-http'
  | 'timeout'
  | 'too-large'
  | 'too-many-redirects'

/** An address that must not, or cannot, be fetched. The message is for the log. */
export class GuardedFetchError extends Error {
  override readonly name = 'GuardedFetchError'
  readonly fault: GuardedFetchFault

  constructor(fault: GuardedFetchFault, options: { readonly cause?: unknown } = {}) {
    super(`The address was not fetched: ${fault}`, options)
    this.fault = fault
  }
}

/** Fetches an address that a stranger chose; rejects with a GuardedFetchError. An answer of any status is an answer. */
export type GuardedFetch = (address: string, signal?: AbortSignal) => Promise<GuardedAnswer>

/** A guarded fetch over http (port 80) and https (port 443), without credentials, cookies or a kept connection. */
export function createGuardedFetch(options: GuardedFetchOptions = {}): GuardedFetch {
  const { maxRedirects = 3, timeoutMs = 10_000 } = options
  return async (address, signal) => {
    const deadline = AbortSignal.timeout(timeoutMs)
    const either = signal ? AbortSignal.any([deadline, signal]) : deadline
    let url = parseAddress(address, options)
    try {
      for (let redirects = 0; redirects <= maxRedirects; redirects += 1) {
        const pinned = await raced(resolveAllowed(url, options), either)
        const response = await open(url, { pinned, signal: either, options })
        const target = redirectOf(response, url)
        if (target === undefined) return await read(response, url, options.maxBytes ?? 1_000_000)
        response.destroy()
        url = parseAddress(target, options)
      }
    } catch (cause) {
      if (deadline.aborted) throw new GuardedFetchError('timeout', { cause })
      if (cause instanceof GuardedFetchError) throw cause
      throw new GuardedFetchError('cannot-connect', { cause })
    }
    throw new GuardedFetchError('too-many-redirects')
  }
}

function parseAddress(address: string, { allowLoopback = false }: GuardedFetchOptions): URL {
  const url = URL.parse(address)
  if (!url || (url.protocol !== 'http:' && url.protocol !== 'https:')) {
    throw new GuardedFetchError('not-http')
  }
  if (url.username || url.password || (url.port !== '' && !allowLoopback)) {
    throw new GuardedFetchError('address-not-allowed')
  }
  return url
}

/** The one address to connect to. All of a name's addresses must be allowed, since any of them may be tried. */
async function resolveAllowed(url: URL, options: GuardedFetchOptions): Promise<string> {
  const { allowLoopback = false, resolve = resolveBySystem } = options
  const hostname = url.hostname.replace(/^\[|\]$/g, '')
  const addresses = isIP(hostname) ? [hostname] : await resolve(hostname)
  const [first] = addresses
  if (first === undefined) throw new GuardedFetchError('name-unknown')
  const isAllowed = (address: string) =>
    isLoopbackAddress(address) ? allowLoopback : isPublicAddress(address) && url.port === ''
  if (!addresses.every(isAllowed)) throw new GuardedFetchError('address-not-allowed')
  return first
}

async function resolveBySystem(hostname: string): Promise<readonly string[]> {
  try {
    const found = await lookup(hostname, { all: true })
    return found.map(({ address }) => address)
  } catch (cause) {
    throw new GuardedFetchError('name-unknown', { cause })
  }
}

interface Opening {
  readonly pinned: string
  readonly signal: AbortSignal
  readonly options: GuardedFetchOptions
}

function open(url: URL, { options, pinned, signal }: Opening): Promise<IncomingMessage> {
  const send = url.protocol === 'https:' ? requestHttps : requestHttp
  return new Promise((resolve, reject) => {
    const request = send(url, {
      agent: false,
      signal,
      headers: {
        accept: 'text/html, */*;q=0.1',
        'accept-encoding': 'identity',
        'user-agent': options.userAgent ?? 'Gravity',
      },
      // The checked address and no other; the name still decides the Host header and the certificate.
      lookup: (_hostname, { all }, callback) => {
        const family = isIP(pinned)
        if (all) callback(null, [{ address: pinned, family }])
        else callback(null, pinned, family)
      },
    })
    request.on('response', resolve)
    request.on('error', reject)
    request.end()
  })
}

function redirectOf({ headers, statusCode }: IncomingMessage, url: URL): string | undefined {
  const isRedirect = statusCode !== undefined && [301, 302, 303, 307, 308].includes(statusCode)
  if (!isRedirect || headers.location === undefined) return undefined
  return URL.parse(headers.location, url.href)?.href ?? ''
}

async function read(response: IncomingMessage, url: URL, maxBytes: number): Promise<GuardedAnswer> {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of response) {
    // A stream without an encoding gives buffers.
    const bytes = chunk as Buffer
    size += bytes.length
    if (size > maxBytes) throw new GuardedFetchError('too-large')
    chunks.push(bytes)
  }
  return {
    url: url.href,
    status: response.statusCode ?? 0,
    contentType: response.headers['content-type'] ?? '',
    body: Buffer.concat(chunks).toString('utf8'),
  }
}

/** A resolver cannot be called back, but nobody has to wait for it. */
function raced<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  const aborted = new Promise<never>((_resolve, reject) => {
    const stop = () => reject(new GuardedFetchError('cannot-connect', { cause: signal.reason }))
    if (signal.aborted) stop()
    else signal.addEventListener('abort', stop, { once: true })
  })
  return Promise.race([work, aborted])
}
