import { describe, expect, it } from '@jest/globals'
import { deriveDatabasePassword, deriveMeshSecret, deriveSecret } from './derived-secrets.ts'

const root = 'a-secret-of-the-operator-of-64-characters-or-so'

describe('deriveSecret', () => {
  it('gives 32 bytes, the same for the same root and purpose only', () => {
    const secret = deriveSecret(root, 'cursors')

    expect(secret).toHaveLength(32)
    expect(deriveSecret(root, 'cursors')).toEqual(secret)
    expect(deriveSecret(root, 'cursor')).not.toEqual(secret)
    expect(deriveSecret(`${root} `, 'cursors')).not.toEqual(secret)
  })

  it('stays what it is, or every database password would change with an update', () => {
    expect(deriveDatabasePassword(root, 'chat')).toBe('IX1DYhqEnyYP4lMqtsFBsntJz1FKvoHuOiGup30slsc')
    expect(deriveMeshSecret(root)).toBe('x5mt50z3qZWFnnmmIopTlFfG7nUHMEdU3bHusbsCHf8')
  })
})
