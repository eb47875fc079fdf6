import { describe, expect, it } from '@jest/globals'
import { cacheControlText, readCachePolicy } from './cache-policy.ts'

describe('readCachePolicy', () => {
  it.each([
    ['max-age=60, public', { maxAge: 60, scope: 'PUBLIC' }],
    ['max-age=60', { maxAge: 60, scope: 'PUBLIC' }],
    ['Private, Max-Age="60"', { maxAge: 60, scope: 'PRIVATE' }],
    ['max-age=60, s-maxage=5', { maxAge: 5, scope: 'PUBLIC' }],
    ['no-store', undefined],
    ['max-age=60, no-cache', undefined],
    ['max-age=0, public', undefined],
    ['public', undefined],
    ['max-age=soon', undefined],
    [undefined, undefined],
  ])('reads %s', (cacheControl, policy) => {
    expect(readCachePolicy({ cacheControl })).toEqual(policy)
  })

  it('takes off the age that the answer already has', () => {
    expect(readCachePolicy({ cacheControl: 'max-age=60', age: '20' })?.maxAge).toBe(40)
    expect(readCachePolicy({ cacheControl: 'max-age=60', age: '60' })).toBeUndefined()
  })

  it('keeps nothing that varies by what it does not know, and only for the viewer what varies by them', () => {
    const policyFor = (vary: string) => readCachePolicy({ cacheControl: 'max-age=60', vary })

    expect(policyFor('Origin, Accept-Encoding')?.scope).toBe('PUBLIC')
    expect(policyFor('authorization')?.scope).toBe('PRIVATE')
    expect(policyFor('accept-language')).toBeUndefined()
    expect(policyFor('*')).toBeUndefined()
  })

  it('reads what cacheControlText writes', () => {
    const policy = { maxAge: 7, scope: 'PRIVATE' } as const

    expect(readCachePolicy({ cacheControl: cacheControlText(policy) })).toEqual(policy)
  })
})
