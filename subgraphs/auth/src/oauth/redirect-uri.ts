const loopback = new Set(['127.0.0.1', '[::1]', 'localhost'])
const longest = 512
/** Reverse domain names, as RFC 8252 (section 7.1) asks of schemes that an application claims for itself. */
const claimedScheme = /^[a-z][a-z0-9+-]*(\.[a-z0-9+-]+)+:$/

/** What is wrong with an address to be registered; undefined when a browser may be sent there with a code. */
export function redirectUriFault(uri: string): string | undefined {
  const url = URL.parse(uri)
  if (!url || uri.length > longest) return `${uri.slice(0, 100)} is not an address.`
  if (uri.includes('#') || url.username !== '' || url.password !== '' || uri.includes('*')) {
    return `${uri} must not have a fragment, credentials or wildcards.`
  }
  const isSafe =
    url.protocol === 'https:' ||
    (url.protocol === 'http:' && loopback.has(url.hostname)) ||
    claimedScheme.test(url.protocol)
  if (isSafe) return undefined
  return `${uri} must begin with https:, with http: and a loopback address, or with a scheme such as com.example.app:.`
}

/**
 * Whether only the registered application can receive what is sent there. Any program of a device can listen on its
 * loopback interface or claim a scheme, so its owner is asked every time (RFC 8252, section 8.6).
 */
export function isExclusive(uri: string): boolean {
  return uri.startsWith('https:')
}

/** What a page's `form-action` must allow so that a form may end there. */
export function formTargetOf(uri: string): string {
  const { origin, protocol } = new URL(uri)
  return origin === 'null' ? protocol : origin
}

/** The address with parameters added to its query. */
export function withParameters(
  uri: string,
  parameters: Readonly<Record<string, string | undefined>>,
): string {
  const added = new URLSearchParams()
  for (const [name, value] of Object.entries(parameters)) {
    if (value !== undefined) added.set(name, value)
  }
  return `${uri}${uri.includes('?') ? '&' : '?'}${added}`
}
