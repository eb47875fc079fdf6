const quote = 0x22
const backslash = 0x5c
const firstPrintable = 0x20
const firstSurrogate = 0xd800
const lastSurrogate = 0xdfff

/** Up to this length a loop is faster than a regular expression (measured on V8 13.6). */
const longestLooped = 40
// biome-ignore lint/suspicious/noControlCharactersInRegex: RFC 8259 section 7 wants control characters escaped.
const unsafe = /["\\\u0000-\u001f\ud800-\udfff]/

/** The text of a JSON string, equal to `JSON.stringify` and more than twice as fast for what needs no escape. */
export function stringText(value: string): string {
  if (value.length > longestLooped) {
    return unsafe.test(value) ? JSON.stringify(value) : `"${value}"`
  }
  for (let index = 0; index < value.length; index += 1) {
    const unit = value.charCodeAt(index)
    const plain = unit >= firstPrintable && unit !== quote && unit !== backslash
    if (!plain || (unit >= firstSurrogate && unit <= lastSurrogate)) return JSON.stringify(value)
  }
  return `"${value}"`
}

/** The JSON text of any value as a subgraph may give it; undefined for what JSON cannot carry. */
export function valueText(value: unknown): string | undefined {
  switch (typeof value) {
    case 'string':
      return stringText(value)
    case 'number':
      return Number.isFinite(value) ? String(value) : 'null'
    case 'boolean':
      return value ? 'true' : 'false'
    case 'object':
      return value === null ? 'null' : JSON.stringify(value)
    default:
      return undefined
  }
}
