/**
 * Copies objects and lists, however deep. Whatever is neither a plain object nor a list, such as the Date of a scalar in
 * this process, is taken as it is: nobody changes those.
 */
export function copyValue(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value
  if (Array.isArray(value)) return value.map(copyValue)
  return isPlain(value) ? copyObject(value) : value
}

/** A copy of an object of an answer. */
export function copyObject(object: object): Record<string, unknown> {
  // Spreading keeps a key `__proto__` of a JSON scalar what it is, and so does assigning what is there already.
  const copy: Record<string, unknown> = { ...object }
  for (const name in copy) {
    const held = copy[name]
    if (typeof held === 'object' && held !== null) copy[name] = copyValue(held)
  }
  return copy
}

/** About how many bytes a value takes in memory. */
export function bytesOf(value: unknown): number {
  if (typeof value === 'string') return 24 + value.length * 2
  if (typeof value !== 'object' || value === null) return 8
  if (Array.isArray(value)) return value.reduce((total, item) => total + bytesOf(item), 32)
  return Object.values(value).reduce((total: number, held) => total + 16 + bytesOf(held), 56)
}

function isPlain(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value)
  return prototype === Object.prototype || prototype === null
}
