import { describe, expect, it } from '@jest/globals'
import { formTargetOf, isExclusive, redirectUriFault, withParameters } from './redirect-uri.ts'

describe('redirectUriFault', () => {
  it.each([
    'https://shop.example/callback',
    'https://shop.example:8443/callback?from=gravity',
    'http://127.0.0.1:7000/',
    'http://localhost/back',
    'com.example.app:/back',
  ])('finds none in %s', (uri) => {
    expect(redirectUriFault(uri)).toBeUndefined()
  })

  it.each([
    'http://shop.example/callback',
    'http://127.0.0.1.example/callback',
    'https://shop.example/#here',
    'https://ada:secret@shop.example/',
    'https://*.shop.example/',
    'javascript:alert(1)',
    'data:text/html,x',
    'myapp:/back',
    '/callback',
    `https://shop.example/${'x'.repeat(512)}`,
  ])('finds one in %s', (uri) => {
    expect(redirectUriFault(uri)).toBeDefined()
  })
})

describe('withParameters', () => {
  it('keeps the query that is there', () => {
    expect(withParameters('https://a.example/?b=c', { code: 'x y', state: undefined })).toBe(
      'https://a.example/?b=c&code=x+y',
    )
    expect(withParameters('com.example.app:/back', { code: 'x' })).toBe(
      'com.example.app:/back?code=x',
    )
  })
})

describe('where a form may end', () => {
  it('is an origin, or the scheme of an application', () => {
    expect(formTargetOf('https://a.example/b?c')).toBe('https://a.example')
    expect(formTargetOf('http://127.0.0.1:7000/b')).toBe('http://127.0.0.1:7000')
    expect(formTargetOf('com.example.app:/back')).toBe('com.example.app:')
  })

  it('is one application alone where TLS says so', () => {
    expect(isExclusive('https://a.example/')).toBe(true)
    expect(isExclusive('http://127.0.0.1:7000/')).toBe(false)
  })
})
