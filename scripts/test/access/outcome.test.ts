import { describe, expect, it } from '@jest/globals'
import { expectedOf, foreignExpected, outcomeAt } from './outcome.ts'

function refusedWith(code: string) {
  return { data: null, errors: [{ message: '', extensions: { code } }] }
}

describe('outcomeAt', () => {
  it.each([
    ['UNAUTHENTICATED', refusedWith('UNAUTHENTICATED')],
    ['FORBIDDEN', refusedWith('FORBIDDEN')],
    ['declined', refusedWith('NOT_FOUND')],
    ['broken', refusedWith('INTERNAL_SERVER_ERROR')],
    ['null', { data: { room: null } }],
    ['null', { data: { room: { name: null } } }],
    ['answered', { data: { room: { name: '' } } }],
  ])('reads %s', (outcome, answer) => {
    expect(outcomeAt(answer, ['room', 'name'])).toBe(outcome)
  })
})

describe('what a cell of the matrix expects', () => {
  const one = { persona: 'customer', mayBeRefused: false }

  it('is a refusal of the right kind where it says no', () => {
    expect(expectedOf('no', one)).toEqual(['FORBIDDEN'])
    expect(expectedOf('no', { ...one, persona: 'anonymous' })).toEqual(['UNAUTHENTICATED'])
  })

  it('is no refusal where it says yes, and never a fault', () => {
    for (const cell of ['yes', 'own', 'null', 'no']) {
      expect(expectedOf(cell, one)).not.toContain('broken')
    }
    expect(expectedOf('yes', one)).not.toContain('FORBIDDEN')
    expect(expectedOf('own', one)).not.toContain('FORBIDDEN')
  })

  it('is nothing to see of somebody else where a relation is needed', () => {
    expect(foreignExpected('own', 'customer')).not.toContain('answered')
    expect(foreignExpected('null', 'customer')).toEqual(['null'])
    expect(foreignExpected('yes', 'customer')).toContain('answered')
  })
})
