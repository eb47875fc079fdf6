import { describe, expect, it } from '@jest/globals'
import { usernameCandidates } from './username.ts'

const id = '0199e7a0-1111-7abc-8def-0123456789ab'

describe('usernameCandidates', () => {
  it('starts with the plain letters of the display name', () => {
    expect([...usernameCandidates('Zoë Åström', id)].slice(0, 2)).toEqual([
      'zoeastrom',
      'zoeastrom2',
    ])
  })

  it('never offers a reserved name', () => {
    expect([...usernameCandidates('Admin', id)][0]).toBe('admin2')
  })

  it('falls back to the id when the name has no Latin letters', () => {
    expect([...usernameCandidates('李雷', id)]).toEqual(['_0123456789ab'])
  })

  it('stays within thirty characters', () => {
    for (const name of usernameCandidates('x'.repeat(80), id)) {
      expect(name).toMatch(/^[a-z0-9_]{3,30}$/)
    }
  })
})
