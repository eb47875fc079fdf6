import { describe, expect, it } from '@jest/globals'
import { type AddressText, parseAddress } from './parse-address.ts'

const home: AddressText = {
  recipient: ' Ada  Lovelace ',
  line1: '12 St James’s Square',
  city: 'London',
  postalCode: 'SW1Y 4JH',
  country: 'gb',
}

describe('parseAddress', () => {
  it('tidies what is written', () => {
    expect(parseAddress({ ...home, line2: ' ', phone: '020 7946 0958' })).toEqual({
      label: null,
      recipient: 'Ada Lovelace',
      company: null,
      line1: '12 St James’s Square',
      line2: null,
      city: 'London',
      region: null,
      postalCode: 'SW1Y 4JH',
      country: 'GB',
      phone: '+442079460958',
    })
  })

  it('reads a number of another country by its prefix', () => {
    expect(parseAddress({ ...home, phone: '+49 30 901820' })).toMatchObject({
      phone: '+4930901820',
    })
  })

  it.each([
    ['recipient', { recipient: '  ' }],
    ['line1', { line1: 'x'.repeat(101) }],
    ['city', { city: 'Lon\ndon' }],
    ['postalCode', { postalCode: '1'.repeat(21) }],
    ['country', { country: 'UK' }],
    ['phone', { phone: '12' }],
    ['phone', { phone: 'call me' }],
    ['phone', { country: 'AQ', phone: '020 7946 0958' }],
  ])('names the field %s in %j', (field, change) => {
    expect(parseAddress({ ...home, ...change })).toMatchObject({
      __typename: 'InvalidInput',
      field,
    })
  })
})
