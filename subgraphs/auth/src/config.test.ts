import { describe, expect, it } from '@jest/globals'
import { readAuthConfig } from './config.ts'

describe('readAuthConfig', () => {
  const read = (env: Readonly<Record<string, string>>) => {
    const { passkeyDomain, passkeyOrigins } = readAuthConfig('test', env)
    return { passkeyDomain, passkeyOrigins }
  }

  it('lets passkeys belong to the public address', () => {
    expect(read({ GRAVITY_PUBLIC_URL: 'https://shop.example.org/graph/' })).toEqual({
      passkeyDomain: 'shop.example.org',
      passkeyOrigins: ['https://shop.example.org'],
    })
  })

  it('lets them belong to localhost on a laptop, where there is no domain', () => {
    const laptop = { passkeyDomain: 'localhost', passkeyOrigins: ['http://localhost:8080'] }

    expect(read({ PORT: '8080' })).toEqual(laptop)
    expect(read({ GRAVITY_PUBLIC_URL: 'http://[::1]:8080' })).toEqual(laptop)
  })

  it('takes another domain and other origins', () => {
    const env = {
      GRAVITY_AUTH_PASSKEY_DOMAIN: 'example.org',
      GRAVITY_AUTH_PASSKEY_ORIGINS: 'https://example.org, https://app.example.org/',
    }

    expect(read(env)).toEqual({
      passkeyDomain: 'example.org',
      passkeyOrigins: ['https://example.org', 'https://app.example.org'],
    })
  })

  it.each([
    ['GRAVITY_AUTH_PASSKEY_DOMAIN', '192.0.2.1'],
    ['GRAVITY_AUTH_PASSKEY_DOMAIN', 'https://example.org'],
    ['GRAVITY_AUTH_PASSKEY_ORIGINS', 'example.org'],
    ['GRAVITY_AUTH_PASSKEY_ORIGINS', 'https://example.org'],
    ['GRAVITY_AUTH_PASSKEY_DOMAIN', 'example.org'],
  ])('refuses %s=%s and says what it may hold', (name, value) => {
    expect(() => read({ [name]: value })).toThrow(name)
  })
})
