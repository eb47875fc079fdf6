import { describe, expect, it } from '@jest/globals'
import { readRouterArguments, readRouterConfig } from './config.ts'

describe('readRouterConfig', () => {
  it('is open and local under development', () => {
    expect(readRouterConfig({})).toMatchObject({
      address: { host: '127.0.0.1', port: 8_000 },
      introspection: true,
      explorer: true,
      requestRates: { perViewer: 0, perAddress: 0 },
      corsOrigins: expect.arrayContaining(['http://localhost:*']),
    })
  })

  it('is closed and reachable in production', () => {
    expect(readRouterConfig({ NODE_ENV: 'production' })).toMatchObject({
      address: { host: '0.0.0.0', port: 8_000 },
      introspection: false,
      explorer: false,
      corsOrigins: [],
    })
    expect(readRouterConfig({ NODE_ENV: 'production' }).requestRates.perAddress).toBeGreaterThan(0)
  })

  it('reads what it is told', () => {
    const config = readRouterConfig({
      GRAVITY_CORS_ORIGINS: 'https://shop.example, http://localhost:*',
      GRAVITY_TRUSTED_PROXIES: '10.0.0.0/8,::1',
      GRAVITY_ROUTER_DEPTH: '7',
      GRAVITY_ROUTER_INTROSPECTION: 'false',
    })

    expect(config).toMatchObject({
      corsOrigins: ['https://shop.example', 'http://localhost:*'],
      trustedProxies: ['10.0.0.0/8', '::1'],
      documentLimits: { depth: 7 },
      introspection: false,
    })
  })

  it.each([
    ['PORT', '70000', 'from 0 to 65535'],
    ['GRAVITY_CORS_ORIGINS', 'shop.example', 'origins such as https://shop.example'],
    ['GRAVITY_TRUSTED_PROXIES', '10.0.0.0/64', 'CIDR ranges such as 10.0.0.0/8'],
    ['GRAVITY_ROUTER_EXPLORER', 'maybe', 'true or false'],
    ['GRAVITY_ROUTER_ALIASES', '0', 'at least 1'],
  ])('says what %s may hold when it holds %s', (name, value, expected) => {
    expect(() => readRouterConfig({ [name]: value })).toThrow(
      expect.objectContaining({
        name: 'StartError',
        message: expect.stringMatching(
          new RegExp(`^${name} is "${value}", but must be .*${expected}`),
        ),
      }),
    )
  })
})

describe('readRouterArguments', () => {
  it('reads the supergraph and the port', () => {
    expect(readRouterArguments(['--supergraph', 'a.graphql', '--port', '4000'])).toEqual({
      supergraphFile: 'a.graphql',
      port: 4_000,
    })
    expect(readRouterArguments([])).toEqual({ supergraphFile: undefined, port: undefined })
  })

  it('explains what else there is', () => {
    expect(() => readRouterArguments(['--port', 'web'])).toThrow(
      '--port is web, but must be a port',
    )
    expect(() => readRouterArguments(['--verbose'])).toThrow('takes --supergraph FILE and --port N')
  })
})
