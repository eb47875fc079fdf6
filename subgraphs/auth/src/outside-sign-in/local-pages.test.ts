import { describe, expect, it } from '@jest/globals'
import { goalOf } from './local-pages.ts'

const goalAt = (to: string) => goalOf(new URLSearchParams({ to }))

describe('goalOf', () => {
  it.each(['/oauth/authorize?client_id=x&state=a+b', '/oauth/link'])('leads to %s', (to) => {
    expect(goalAt(to)).toBe(to)
  })

  it.each([
    '',
    'https://thief.example/oauth/link',
    '//thief.example/oauth/link',
    '/\\\\thief.example/oauth/link',
    '/oauth/link@thief.example',
    '/oauth/link/../../graphql',
    '/graphql',
  ])('leads not to %j', (to) => {
    expect(goalAt(to)).toBe('/oauth/sign-in')
  })

  it('has no line breaks', () => {
    expect(goalAt('/oauth/link?a\r\nset-cookie: b')).toBe('/oauth/link?aset-cookie:%20b')
  })
})
