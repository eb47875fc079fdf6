/** An IPv4 address, or the /64 network of an IPv6 one, all of which one customer of a provider usually holds. */
export function networkOf(address: string): string {
  if (!address.includes(':')) return address
  const [head = '', tail] = address.split('::')
  const leading = head === '' ? [] : head.split(':')
  const trailing = tail === undefined || tail === '' ? [] : tail.split(':')
  const zeros = Array.from({ length: 8 - leading.length - trailing.length }, () => '0')
  return `${[...leading, ...zeros, ...trailing].slice(0, 4).join(':')}::/64`
}
