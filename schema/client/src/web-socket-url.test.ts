import { describe, expect, it } from '@jest/globals'
import { webSocketUrlFor } from './web-socket-url.ts'

describe('webSocketUrlFor', () => {
  it.each([
    ['http://127.0.0.1:8000/graphql', 'ws://127.0.0.1:8000/graphql'],
    ['https://shop.example/api/graphql?v=1', 'wss://shop.example/api/graphql?v=1'],
    ['wss://live.example/graphql', 'wss://live.example/graphql'],
  ])('gives %s the address %s', (url, expected) => {
    expect(webSocketUrlFor(url)).toBe(expected)
  })

  it('refuses a relative address where there is no page', () => {
    expect(() => webSocketUrlFor('/graphql')).toThrow('Invalid URL')
  })
})
