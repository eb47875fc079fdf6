import { type InvalidInput, invalidInput } from '@gravity/shared/errors/invalid-input'

export type Appearance = 'SYSTEM' | 'LIGHT' | 'DARK'

export interface Preferences {
  /** A language tag (BCP 47) in its canonical form. */
  readonly locale: string
  /** A zone of the IANA database. */
  readonly timeZone: string
  /** ISO 4217. */
  readonly currency: string
  readonly appearance: Appearance
}

/** What is absent or null stays as it is. */
export interface PreferencesInput {
  readonly locale?: string | null | undefined
  readonly timeZone?: string | null | undefined
  readonly currency?: string | null | undefined
  readonly appearance?: Appearance | null | undefined
}

/** Of whoever has chosen nothing. */
export const defaultPreferences: Preferences = {
  locale: 'en',
  timeZone: 'UTC',
  currency: 'EUR',
  appearance: 'SYSTEM',
}

const longestText = 100
const currencies = new Set(Intl.supportedValuesOf('currency'))

/** The preferences after the changes; the input that is not acceptable otherwise. */
export function withPreferences(
  known: Preferences,
  input: PreferencesInput,
): Preferences | InvalidInput {
  const locale = input.locale == null ? known.locale : parseLocale(input.locale)
  if (locale === undefined) {
    return invalidInput(
      'locale',
      'A locale is a language tag such as `en`, `pt-BR` or `zh-Hant-TW`.',
    )
  }
  const timeZone = input.timeZone == null ? known.timeZone : parseTimeZone(input.timeZone)
  if (timeZone === undefined) {
    return invalidInput(
      'timeZone',
      'A time zone is one of the IANA names, such as `Europe/Berlin`.',
    )
  }
  const currency = input.currency == null ? known.currency : input.currency.toUpperCase()
  if (!currencies.has(currency)) {
    return invalidInput('currency', 'A currency is a code of ISO 4217, such as `EUR`.')
  }
  return { locale, timeZone, currency, appearance: input.appearance ?? known.appearance }
}

/** Well formed, and of a language that can be formatted. */
function parseLocale(text: string): string | undefined {
  if (text.length > longestText) return undefined
  try {
    return Intl.DateTimeFormat.supportedLocalesOf(text)[0]
  } catch (error) {
    if (error instanceof RangeError) return undefined
    throw error
  }
}

function parseTimeZone(text: string): string | undefined {
  // Offsets such as `+01:00` know nothing of summer time.
  if (text.length > longestText || !/^[A-Za-z]/.test(text)) return undefined
  try {
    return new Intl.DateTimeFormat('en', { timeZone: text }).resolvedOptions().timeZone
  } catch (error) {
    if (error instanceof RangeError) return undefined
    throw error
  }
}
