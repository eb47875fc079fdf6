import { type InvalidInput, invalidInput } from '@gravity/shared/errors/invalid-input'
import { parseCountry } from '@gravity/shared/places/countries'
import { isSupportedCountry, parsePhoneNumberFromString } from 'libphonenumber-js/max'
import type { PostalAddress } from './address.repository.ts'

/** An address as a person writes it. */
export interface AddressText {
  readonly label?: string | null | undefined
  readonly recipient: string
  readonly company?: string | null | undefined
  readonly line1: string
  readonly line2?: string | null | undefined
  readonly city: string
  readonly region?: string | null | undefined
  readonly postalCode?: string | null | undefined
  readonly country: string
  readonly phone?: string | null | undefined
}

/** By field: how long it may be, and whether it must be there. */
const limits = {
  label: [50, false],
  recipient: [100, true],
  company: [100, false],
  line1: [100, true],
  line2: [100, false],
  city: [100, true],
  region: [100, false],
  postalCode: [20, false],
} as const

type TextField = keyof typeof limits

/** Trimmed, with the country in upper case and the phone number in its international form (E.164). */
export function parseAddress(input: AddressText): PostalAddress | InvalidInput {
  const texts = new Map<TextField, string>()
  for (const [field, [longest, isRequired]] of typedEntries(limits)) {
    const text = lineOf(input[field] ?? '')
    if (text === '' && isRequired) return invalidInput(field, 'This must not be empty.')
    if (text === undefined || [...text].length > longest) {
      return invalidInput(field, `This has at most ${longest} characters and no line breaks.`)
    }
    if (text !== '') texts.set(field, text)
  }
  const country = parseCountry(input.country)
  if (country === undefined) {
    return invalidInput('country', 'A country is a code of ISO 3166-1 such as DE.')
  }
  const phone = parsePhone(input.phone ?? '', country)
  if (phone === undefined) {
    return invalidInput('phone', 'This is no phone number of the country, nor one with + in front.')
  }
  const optional = (field: TextField) => texts.get(field) ?? null
  return {
    label: optional('label'),
    recipient: texts.get('recipient') ?? '',
    company: optional('company'),
    line1: texts.get('line1') ?? '',
    line2: optional('line2'),
    city: texts.get('city') ?? '',
    region: optional('region'),
    postalCode: optional('postalCode'),
    country,
    phone,
  }
}

/** Null for none; undefined for what is no number that can exist. */
function parsePhone(text: string, country: string): string | null | undefined {
  if (text.trim() === '') return null
  if (text.length > 50) return undefined
  const number = isSupportedCountry(country)
    ? parsePhoneNumberFromString(text, country)
    : parsePhoneNumberFromString(text)
  return number?.isValid() ? number.number : undefined
}

/** In Unicode's composed form, with runs of spaces as one; undefined when it is not one line. */
function lineOf(text: string): string | undefined {
  const line = text
    .normalize('NFC')
    .trim()
    .replace(/\p{Zs}+/gu, ' ')
  return /[\p{Cc}\p{Zl}\p{Zp}]/u.test(line) ? undefined : line
}

function typedEntries<Key extends string, Value>(
  object: Readonly<Record<Key, Value>>,
): [Key, Value][] {
  // Object.entries forgets the names of the keys of a closed object.
  return Object.entries(object) as [Key, Value][]
}
