import ipaddr from 'ipaddr.js'

/**
 * Whether an IP address is one of the public Internet. False for loopback, private, link-local, shared, multicast,
 * documentation and other special ranges (RFC 6890), for IPv6 forms that hide an IPv4 address (mapped, 6to4, Teredo,
 * NAT64), and for what is no address.
 */
export function isPublicAddress(address: string): boolean {
  return isUsable(address) && ipaddr.parse(address).range() === 'unicast'
}

/** Whether an IP address is this machine's own, 127.0.0.0/8 or ::1. */
export function isLoopbackAddress(address: string): boolean {
  return isUsable(address) && ipaddr.parse(address).range() === 'loopback'
}

/** A zone names an interface of this machine, so such an address is none of the Internet. */
function isUsable(address: string): boolean {
  return ipaddr.isValid(address) && !address.includes('%')
}
