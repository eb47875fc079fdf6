import { networkOf } from '@gravity/shared/rate-limit/network-of'

/** Who calls, as far as that is known without signing in. */
export interface Client {
  /** For limits; null when it is unknown. */
  readonly address: string | null
  /** What the program calls itself; null when it says nothing. */
  readonly userAgent: string | null
}

const longestUserAgent = 256

/** What a session remembers of its client: enough to recognise a device, too little to find a person. */
export function rememberedOf(client: Client): {
  readonly userAgent: string | null
  readonly clientNetwork: string | null
} {
  const printable = client.userAgent?.replaceAll(/[^\x20-\x7e]/g, '').trim()
  return {
    userAgent: printable ? printable.slice(0, longestUserAgent) : null,
    clientNetwork: client.address === null ? null : truncated(client.address),
  }
}

/** The /24 of an IPv4 address, the /48 of an IPv6 one. */
function truncated(address: string): string {
  const mapped = address.replace(/^::ffff:(?=\d+\.)/i, '')
  if (!mapped.includes(':')) return `${mapped.split('.').slice(0, 3).join('.')}.0/24`
  return `${networkOf(mapped).split(':').slice(0, 3).join(':')}::/48`
}
