import { describe, expect, it } from '@jest/globals'
import { digestOfSupergraph, stampSupergraph, supergraphDigest } from './supergraph-digest.ts'

const auth = { name: 'auth', sdl: 'type Query { a: Int }\n' }
const users = { name: 'users', sdl: 'type Query { b: Int }\n' }

describe('supergraphDigest', () => {
  it('is the same for any order and any line ends', () => {
    const windows = { name: 'auth', sdl: 'type Query { a: Int }\r\n' }

    expect(supergraphDigest([users, windows])).toBe(supergraphDigest([auth, users]))
  })

  it('differs when an SDL or its owner differs', () => {
    const digests = [
      supergraphDigest([auth, users]),
      supergraphDigest([auth]),
      supergraphDigest([
        { ...auth, sdl: users.sdl },
        { ...users, sdl: auth.sdl },
      ]),
    ]

    expect(new Set(digests).size).toBe(3)
  })

  it('is found again in the first line of a supergraph', () => {
    const digest = supergraphDigest([auth])

    expect(digestOfSupergraph(stampSupergraph('schema { query: Query }\n', digest))).toBe(digest)
    expect(digestOfSupergraph('schema { query: Query }\n')).toBeUndefined()
  })
})
