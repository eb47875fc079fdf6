/** What is wrong with a text that PostgreSQL, JSON and people cannot hold; null when nothing is. */
export function textFault(text: string): string | null {
  if (text.includes('\u0000')) return 'contains a null character'
  // RFC 8259 section 8.2: an unpaired surrogate has no UTF-8 form, and PostgreSQL refuses it.
  if (!text.isWellFormed()) return 'contains an unpaired surrogate'
  return null
}
