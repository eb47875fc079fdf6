import { describe, expect, it } from '@jest/globals'
import { shortenAddress } from './client-network.ts'

describe('shortenAddress', () => {
  it.each([
    ['203.0.113.77', '203.0.113.0'],
    ['2001:db8:1:2:3:4:5:6', '2001:db8:1::'],
    ['2001:db8::7', '2001:db8:0::'],
    ['::1', '0:0:0::'],
  ])('keeps the network of %s', (address, network) => {
    expect(shortenAddress(address, 'network')).toBe(network)
  })

  it('keeps all or nothing when told to', () => {
    expect(shortenAddress('203.0.113.77', 'full')).toBe('203.0.113.77')
    expect(shortenAddress('203.0.113.77', 'off')).toBeUndefined()
    expect(shortenAddress(null, 'full')).toBeUndefined()
  })
})
