import { describe, expect, it } from '@jest/globals'
import { createClientAddressResolver } from './client-address.ts'

describe('createClientAddressResolver', () => {
  it('takes the peer when no proxy is trusted', () => {
    const resolve = createClientAddressResolver([])

    expect(resolve('203.0.113.7', '198.51.100.1')).toBe('203.0.113.7')
    expect(resolve('::ffff:203.0.113.7', undefined)).toBe('203.0.113.7')
    expect(resolve(undefined, '198.51.100.1')).toBeNull()
  })

  it('takes the last address that no trusted proxy vouches for', () => {
    const resolve = createClientAddressResolver(['10.0.0.0/8', 'fd00::/8'])

    expect(resolve('10.0.0.1', '198.51.100.1')).toBe('198.51.100.1')
    expect(resolve('10.0.0.1', '192.0.2.9, 198.51.100.1, 10.2.3.4')).toBe('198.51.100.1')
    expect(resolve('fd00::1', '[2001:DB8::1]:4711')).toBe('2001:db8::1')
    expect(resolve('10.0.0.1', '198.51.100.1:4711')).toBe('198.51.100.1')
  })

  it('ignores the header of a peer that is not trusted', () => {
    const resolve = createClientAddressResolver(['10.0.0.0/8'])

    expect(resolve('203.0.113.7', '198.51.100.1')).toBe('203.0.113.7')
  })

  it('stops at what is not an address', () => {
    const resolve = createClientAddressResolver(['10.0.0.0/8'])

    expect(resolve('10.0.0.1', '198.51.100.1, <script>, 10.0.0.2')).toBe('10.0.0.2')
    expect(resolve('10.0.0.1', '')).toBe('10.0.0.1')
  })

  it('refuses a network that is none', () => {
    expect(() => createClientAddressResolver(['10.0.0.0/33'])).toThrow('"10.0.0.0/33"')
    expect(() => createClientAddressResolver(['localhost'])).toThrow('"localhost"')
  })
})
