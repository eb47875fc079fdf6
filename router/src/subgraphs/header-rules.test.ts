import { describe, expect, it } from '@jest/globals'
import { type ClientHeaders, compileHeaderRules, type HeaderRule } from './header-rules.ts'

const client: ClientHeaders = {
  authorization: 'Bearer secret',
  cookie: 'a=b',
  'gravity-identity': 'forged',
  traceparent: 'forged',
  connection: 'keep-alive, X-Hop',
  'x-hop': '1',
  'x-shop-id': '7',
  'x-shop-lang': 'de',
  'content-length': '12',
}

function headersBy(...rules: HeaderRule[]): Record<string, string> | undefined {
  const headers = compileHeaderRules(rules)?.(client)
  return headers && { ...headers }
}

describe('header rules', () => {
  it('are nothing when there is none', () => {
    expect(compileHeaderRules([])).toBeUndefined()
  })

  it('forward by name, under another name, and with a default', () => {
    expect(
      headersBy(
        { forward: 'x-shop-id', as: 'x-tenant', default: undefined },
        { forward: 'x-shop-lang', as: undefined, default: 'en' },
        { forward: 'x-missing', as: 'x-other', default: 'none' },
        { forward: 'x-absent', as: undefined, default: undefined },
      ),
    ).toEqual({ 'x-tenant': '7', 'x-shop-lang': 'de', 'x-other': 'none' })
  })

  it('forward by pattern everything but credentials, the message’s own and the router’s own', () => {
    expect(headersBy({ forwardMatching: /./ })).toEqual({ 'x-shop-id': '7', 'x-shop-lang': 'de' })
  })

  it('forward credentials that are named', () => {
    expect(headersBy({ forward: 'authorization', as: undefined, default: undefined })).toEqual({
      authorization: 'Bearer secret',
    })
  })

  it('do not forward what the client meant for the router alone', () => {
    expect(headersBy({ forward: 'x-hop', as: undefined, default: 'ours' })).toEqual({
      'x-hop': 'ours',
    })
  })

  it('are followed in their order', () => {
    expect(
      headersBy(
        { forwardMatching: /^x-shop-/ },
        { set: 'x-shop-id', value: '8' },
        { set: 'x-key', value: 'k' },
        { removeMatching: /lang$/ },
        { remove: 'x-nothing' },
      ),
    ).toEqual({ 'x-shop-id': '8', 'x-key': 'k' })
  })

  it('take the client’s headers for nobody’s when there is no client', () => {
    const rules: HeaderRule[] = [{ forward: 'x-a', as: undefined, default: 'd' }]

    expect({ ...compileHeaderRules(rules)?.(undefined) }).toEqual({ 'x-a': 'd' })
  })
})
