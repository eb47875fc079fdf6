import { describe, expect, it } from '@jest/globals'
import { networkOf } from './network-of.ts'

describe('networkOf', () => {
  it('takes an IPv4 address as it is', () => {
    expect(networkOf('192.0.2.7')).toBe('192.0.2.7')
  })

  it.each([
    ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
    ['2001:db8::1', '2001:db8:0:0::/64'],
    ['::1', '0:0:0:0::/64'],
  ])('takes the /64 network of %s', (address, network) => {
    expect(networkOf(address)).toBe(network)
  })
})
