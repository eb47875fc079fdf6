import { describe, expect, it } from '@jest/globals'
import { isReserved } from './reserved-usernames.ts'
import { parseUsername, skeletonOf } from './username-rules.ts'

describe('parseUsername', () => {
  it.each([
    ['Ada', 'ada'],
    ['@grace_h', 'grace_h'],
    [' x_1 ', 'x_1'],
  ])('reads %j as %j', (text, name) => {
    expect(parseUsername(text)).toBe(name)
  })

  it.each(['ab', 'a'.repeat(31), '123', '___', 'zoë', 'аda', 'a-b-c', 'a b', 'deleted-0123', ''])(
    'refuses %j',
    (text) => {
      expect(parseUsername(text)).toBeUndefined()
    },
  )
})

describe('skeletonOf', () => {
  it.each([
    ['ada', 'ada_'],
    ['bob', 'b0b'],
    ['paul', 'pau1'],
    ['mark', 'rnark'],
    ['will', 'vvill'],
    ['a_b_c', 'a__b___c'],
  ])('takes %s and %s for each other', (one, other) => {
    expect(skeletonOf(one)).toBe(skeletonOf(other))
  })

  it.each([
    ['ali', 'all'],
    ['ada1', 'ada2'],
    ['a_b', 'ab'],
  ])('tells %s from %s', (one, other) => {
    expect(skeletonOf(one)).not.toBe(skeletonOf(other))
  })
})

describe('isReserved', () => {
  it.each(['admin', 'adm1n', '_Admin_', 'supp0rt', '5taff', 'gr4vity', 'sup_port'])(
    'keeps %s from everybody',
    (name) => {
      expect(isReserved(name)).toBe(true)
    },
  )

  it.each(['ada', 'admiral', 'helper_bee'])('leaves %s to people', (name) => {
    expect(isReserved(name)).toBe(false)
  })
})
