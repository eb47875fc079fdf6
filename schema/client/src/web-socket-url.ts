/** The address for sockets that belongs to an HTTP address: the same with `ws:` or `wss:`, absolute where there is a page. */
export function webSocketUrlFor(url: string): string {
  const address = new URL(url, pageAddress())
  address.protocol = address.protocol === 'https:' || address.protocol === 'wss:' ? 'wss:' : 'ws:'
  return address.href
}

function pageAddress(): string | undefined {
  const location: unknown = Reflect.get(globalThis, 'location')
  if (typeof location !== 'object' || location === null) return undefined
  const href: unknown = Reflect.get(location, 'href')
  return typeof href === 'string' ? href : undefined
}
