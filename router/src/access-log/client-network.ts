import { isIPv4 } from 'node:net'
import type { AccessLogConfig } from './config.ts'

/**
 * As much of an address as may be written: all of it, its network (the first 24 bits of an IPv4 address, 48 of an IPv6
 * one, the rest zeros, as analysts of traffic usually cut them), or nothing.
 */
export function shortenAddress(
  address: string | null,
  keep: AccessLogConfig['address'],
): string | undefined {
  if (address === null || keep === 'off') return undefined
  if (keep === 'full') return address
  return isIPv4(address) ? address.replace(/\d+$/, '0') : network48(address)
}

function network48(address: string): string {
  const [head = '', tail] = address.split('::')
  const leading = head === '' ? [] : head.split(':')
  // Without `::` all eight groups are there; with it, what follows it is beyond the third group unless few are missing.
  const trailing = tail === undefined || tail === '' ? [] : tail.split(':')
  const zeros = Array.from({ length: Math.max(0, 8 - leading.length - trailing.length) }, () => '0')
  return `${[...leading, ...zeros, ...trailing].slice(0, 3).join(':')}::`
}
