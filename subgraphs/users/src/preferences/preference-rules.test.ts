import { describe, expect, it } from '@jest/globals'
import { defaultPreferences, withPreferences } from './preference-rules.ts'

describe('withPreferences', () => {
  it.each([
    [{ locale: 'PT-br' }, { locale: 'pt-BR' }],
    [{ locale: 'zh-hant-tw' }, { locale: 'zh-Hant-TW' }],
    [{ timeZone: 'europe/berlin' }, { timeZone: 'Europe/Berlin' }],
    [{ timeZone: 'UTC' }, { timeZone: 'UTC' }],
    [{ currency: 'jpy' }, { currency: 'JPY' }],
    [{ appearance: 'DARK' as const }, { appearance: 'DARK' }],
    [{ locale: null, currency: undefined }, {}],
  ])('accepts %j', (input, changed) => {
    expect(withPreferences(defaultPreferences, input)).toEqual({
      ...defaultPreferences,
      ...changed,
    })
  })

  it.each([
    ['locale', { locale: '' }],
    ['locale', { locale: 'not a tag' }],
    ['locale', { locale: 'xx-YY' }],
    ['locale', { locale: `en-x-${'a'.repeat(200)}` }],
    ['timeZone', { timeZone: 'Europe/Atlantis' }],
    ['timeZone', { timeZone: '+01:00' }],
    ['timeZone', { timeZone: '' }],
    ['currency', { currency: 'EURO' }],
    ['currency', { currency: 'ZZZ' }],
  ])('refuses the %s of %j', (field, input) => {
    expect(withPreferences(defaultPreferences, input)).toMatchObject({
      __typename: 'InvalidInput',
      field,
    })
  })
})
