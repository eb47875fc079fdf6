import { describe, expect, it } from '@jest/globals'
import { z } from 'zod'
import { defineCursor } from './cursor.ts'

const cursor = defineCursor('messages', z.tuple([z.string(), z.int()]))

function encoded(parts: unknown): string {
  return Buffer.from(JSON.stringify(parts)).toString('base64url')
}

describe('a cursor', () => {
  it('gives back the sort key it was made of', () => {
    expect(cursor.decode(cursor.encode(['2026-01-01 10:00:00.123456+00', 7]))).toEqual([
      '2026-01-01 10:00:00.123456+00',
      7,
    ])
  })

  it('needs no escaping in a URL or a document', () => {
    expect(cursor.encode(['??>>~~ÿÿ', 1])).toMatch(/^[\w-]+$/)
  })

  it.each([
    ['nothing', ''],
    ['other characters', 'a+b/='],
    ['something that is not JSON', Buffer.from('nonsense').toString('base64url')],
    ['something that is not UTF-8', Buffer.from([0xff, 0xfe]).toString('base64url')],
    ['something that is not a list', encoded({ version: 1 })],
    ['another version', encoded([2, 'messages', 'a', 1])],
    ['another list', encoded([1, 'users', 'a', 1])],
    ['another type', encoded([1, 'messages', 'a', 'b'])],
    ['too few values', encoded([1, 'messages', 'a'])],
    ['too many values', encoded([1, 'messages', 'a', 1, 2])],
    ['a null character', encoded([1, 'messages', 'a\u0000', 1])],
    ['an unpaired surrogate', encoded([1, 'messages', '\ud800', 1])],
  ])('that holds %s is refused', (_title, text) => {
    expect(() => cursor.decode(text)).toThrow(
      expect.objectContaining({ name: 'GravityError', code: 'BAD_USER_INPUT' }),
    )
  })
})
