import { networkOf } from '../rate-limit/network-of.ts'

/** What is remembered of the client by which somebody did something: enough to recognise a device, too little to find a person. */
export interface RememberedClient {
  /** Printable, at most 256 characters; null when the program says nothing. */
  readonly userAgent: string | null
  /** The /24 of an IPv4 address, the /48 of an IPv6 one; null when it is unknown. */
  readonly clientNetwork: string | null
}

const longestUserAgent = 256

export function rememberedOf(client: {
  readonly address: string | null
  readonly userAgent: string | null
}): RememberedClient {
  const printable = client.userAgent?.replaceAll(/[^\x20-\x7e]/g, '').trim()
  return {
    userAgent: printable ? printable.slice(0, longestUserAgent) : null,
    clientNetwork: client.address === null ? null : truncated(client.address),
  }
}

function truncated(address: string): string {
  const mapped = address.replace(/^::ffff:(?=\d+\.)/i, '')
  if (!mapped.includes(':')) return `${mapped.split('.').slice(0, 3).join('.')}.0/24`
  return `${networkOf(mapped).split(':').slice(0, 3).join(':')}::/48`
}
