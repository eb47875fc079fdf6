import type { IncomingHttpHeaders } from 'node:http'
import { describe, expect, it } from '@jest/globals'
import { createCorsPolicy } from './cors.ts'
import { refuseCrossSiteRequest } from './csrf.ts'

const cors = createCorsPolicy(['https://shop.example'])

function isRefused(method: string, headers: IncomingHttpHeaders, contentType = ''): boolean {
  try {
    refuseCrossSiteRequest(
      { method, headers: { host: 'api.example', ...headers }, contentType },
      cors,
    )
    return false
  } catch {
    return true
  }
}

describe('refuseCrossSiteRequest', () => {
  it('refuses a POST with a content type that a form can send', () => {
    expect(isRefused('POST', {}, 'text/plain')).toBe(true)
    expect(isRefused('POST', {}, 'multipart/form-data')).toBe(true)
    expect(isRefused('POST', {}, '')).toBe(true)
    expect(isRefused('POST', {}, 'application/json')).toBe(false)
  })

  it('believes a header that needs a preflight request', () => {
    expect(isRefused('POST', { 'gravity-csrf': '1' }, 'text/plain')).toBe(false)
    expect(isRefused('POST', { 'apollo-require-preflight': '' }, 'text/plain')).toBe(false)
    expect(isRefused('GET', { 'sec-fetch-site': 'cross-site', authorization: 'x' })).toBe(false)
  })

  it('refuses a GET that another site started', () => {
    expect(isRefused('GET', { 'sec-fetch-site': 'cross-site' })).toBe(true)
    expect(isRefused('GET', { 'sec-fetch-site': 'same-site' })).toBe(true)
    expect(isRefused('GET', { origin: 'https://evil.example' })).toBe(true)
    expect(isRefused('GET', { origin: 'null' })).toBe(true)
    expect(isRefused('GET', { cookie: 'a=b' })).toBe(true)
  })

  it('lets programs, the own pages and allowed origins get', () => {
    expect(isRefused('GET', {})).toBe(false)
    expect(isRefused('GET', { 'sec-fetch-mode': 'cors' })).toBe(false)
    expect(isRefused('GET', { 'sec-fetch-site': 'none', cookie: 'a=b' })).toBe(false)
    expect(isRefused('GET', { 'sec-fetch-site': 'same-origin' })).toBe(false)
    expect(isRefused('GET', { origin: 'https://api.example' })).toBe(false)
    expect(
      isRefused('GET', { origin: 'https://shop.example', 'sec-fetch-site': 'cross-site' }),
    ).toBe(false)
  })
})
