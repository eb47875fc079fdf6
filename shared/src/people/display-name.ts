/** Trimmed, in Unicode's composed form (NFC), with runs of spaces as one; undefined when it is not a usable name: 1 to 80 characters, no control characters. */
export function parseDisplayName(text: string): string | undefined {
  const name = text
    .normalize('NFC')
    .trim()
    .replace(/\p{Zs}+/gu, ' ')
  const length = [...name].length
  if (length < 1 || length > 80 || /[\p{Cc}\p{Cs}\p{Zl}\p{Zp}]/u.test(name)) return undefined
  return name
}

/** What to tell a person whose display name was refused. */
export const displayNameRule = 'A display name has 1 to 80 characters and no line breaks.'
