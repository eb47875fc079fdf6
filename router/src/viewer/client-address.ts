import { BlockList, isIP } from 'node:net'

export type ResolveClientAddress = (
  peer: string | undefined,
  forwardedFor: string | readonly string[] | undefined,
) => string | null

/**
 * Finds the address of the client behind `trustedProxies` (addresses or CIDR ranges). `x-forwarded-for` is read from
 * the right, past every trusted hop, and only when the peer itself is trusted: whatever a client writes there stays on
 * the left of what the proxies add. Without trusted proxies it is the peer. Null when the peer is already gone.
 */
export function createClientAddressResolver(
  trustedProxies: readonly string[],
): ResolveClientAddress {
  if (trustedProxies.length === 0) return (peer) => normalizeAddress(peer)
  const trusted = createBlockList(trustedProxies)
  const isTrusted = (address: string) =>
    trusted.check(address, isIP(address) === 6 ? 'ipv6' : 'ipv4')

  return (peer, forwardedFor) => {
    let address = normalizeAddress(peer)
    for (const hop of listHops(forwardedFor).toReversed()) {
      if (address === null || !isTrusted(address)) return address
      const next = normalizeAddress(hop)
      // A hop that is not an address cannot be vouched for, and neither can what is left of it.
      if (next === null) return address
      address = next
    }
    return address
  }
}

/** Throws a TypeError naming the first entry that is neither an address nor a CIDR range. */
export function createBlockList(entries: readonly string[]): BlockList {
  const list = new BlockList()
  for (const entry of entries) {
    const [address = '', prefix] = entry.split('/')
    const version = isIP(address)
    const bits = version === 6 ? 128 : 32
    const length = prefix === undefined ? bits : Number(prefix)
    if (version === 0 || !Number.isInteger(length) || length < 0 || length > bits) {
      throw new TypeError(`"${entry}" is neither an IP address nor a CIDR range.`)
    }
    list.addSubnet(address, length, version === 6 ? 'ipv6' : 'ipv4')
  }
  return list
}

function listHops(forwardedFor: string | readonly string[] | undefined): string[] {
  if (forwardedFor === undefined) return []
  return String(forwardedFor).split(',')
}

const mappedIpv4 = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i
const ipv4WithPort = /^(\d+\.\d+\.\d+\.\d+):\d+$/
const bracketed = /^\[([^\]]+)\](?::\d+)?$/

/** IPv4 in its own notation, without port, brackets and zone; null when it is no address. */
function normalizeAddress(text: string | undefined): string | null {
  const trimmed = text?.trim() ?? ''
  const bare = ipv4WithPort.exec(trimmed)?.[1] ?? bracketed.exec(trimmed)?.[1] ?? trimmed
  const address = mappedIpv4.exec(bare)?.[1] ?? bare.replace(/%.*$/, '')
  return isIP(address) === 0 ? null : address.toLowerCase()
}
