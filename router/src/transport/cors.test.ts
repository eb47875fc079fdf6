import { describe, expect, it } from '@jest/globals'
import { createCorsPolicy } from './cors.ts'

function allowedOrigin(origins: readonly string[], origin: string): string | undefined {
  const headers = createCorsPolicy(origins).headersFor(origin)
  const at = headers.indexOf('access-control-allow-origin')
  return at === -1 ? undefined : headers[at + 1]
}

describe('createCorsPolicy', () => {
  it('names the origin that it allows', () => {
    expect(allowedOrigin(['https://shop.example'], 'https://shop.example')).toBe(
      'https://shop.example',
    )
    expect(allowedOrigin(['https://shop.example'], 'https://shop.example.evil')).toBeUndefined()
    expect(allowedOrigin([], 'https://shop.example')).toBeUndefined()
    expect(allowedOrigin(['*'], 'https://shop.example')).toBe('*')
  })

  it('allows any port where it is told so, and nothing but a port', () => {
    const origins = ['http://localhost:*']

    expect(allowedOrigin(origins, 'http://localhost:5173')).toBe('http://localhost:5173')
    expect(allowedOrigin(origins, 'http://localhost')).toBe('http://localhost')
    expect(allowedOrigin(origins, 'http://localhost:5173.evil.example')).toBeUndefined()
    expect(allowedOrigin(origins, 'https://localhost:5173')).toBeUndefined()
  })

  it('varies by origin whenever the answer depends on it', () => {
    const { headersFor } = createCorsPolicy(['https://shop.example'])

    expect(headersFor(undefined)).toEqual(['vary', 'origin'])
    expect(headersFor('https://shop.example')).toEqual(expect.arrayContaining(['vary', 'origin']))
  })

  it('answers a preflight request with what was asked for', () => {
    const { preflightHeadersFor } = createCorsPolicy(['https://shop.example'])

    const headers = preflightHeadersFor({
      origin: 'https://shop.example',
      'access-control-request-headers': 'content-type, x-mine',
    })

    expect(headers).toMatchObject({
      'access-control-allow-origin': 'https://shop.example',
      'access-control-allow-headers': 'content-type, x-mine',
      'access-control-max-age': '7200',
    })
  })
})
