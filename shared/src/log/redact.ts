import { HIDDEN, redactText } from './redact-text.ts'

const deepest = 8
const mostEntries = 100

/** The end of a property's name, in lower case and without `-`, `_` and blanks, that marks its value as a secret. */
const secretEnding =
  /(?:passw(?:or)?d|pwd|passphrase|secret|tokens?|authorization|cookies?|apikey|accesskey|privatekey|secretkey|signingkey|credentials?|(?:password|token|secret|code)hash|recoverycodes?|gravityidentity|dsn|connectionstring|jwt|cardnumber)$/
/** Short names that are secrets only when they are the whole name. */
const secretNames = new Set(['pass', 'auth', 'otp', 'totp', 'pin', 'cvv', 'cvc'])
/** A limit named `tokens` or a flag named `hasPassword` is no secret; a one-time code is one even as a number. */
const secretNumbers = new Set(['secretkey', 'otp', 'totp', 'pin', 'cvv', 'cvc'])

/**
 * A copy of a value that may be logged: properties named like secrets are hidden at any depth, and secrets inside
 * texts as `redactText` finds them. Errors become objects with their stack, cause and own properties; headers, maps
 * and sets are read; cycles, bytes and what lies deeper than eight levels are named instead of shown. Never throws.
 */
export function redact(value: unknown): unknown {
  return copy(value, [])
}

/** `above`: the objects that contain the value, outermost first. */
function copy(value: unknown, above: readonly object[]): unknown {
  if (typeof value === 'string') return redactText(value)
  if (typeof value === 'function' || typeof value === 'symbol') return undefined
  if (typeof value !== 'object' || value === null) return value
  if (above.includes(value)) return '[circular]'
  if (above.length >= deepest) return '[deeper]'
  try {
    return copyObject(value, [...above, value])
  } catch (error) {
    // A getter or toJSON of the logged object threw; a log call must not break what it reports on.
    return `[unreadable: ${error instanceof Error ? redactText(error.message) : typeof error}]`
  }
}

function copyObject(value: object, path: readonly object[]): unknown {
  if (value instanceof Error) return copyError(value, path)
  if (value instanceof Date)
    return Number.isNaN(value.getTime()) ? 'Invalid Date' : value.toISOString()
  if (value instanceof URL || value instanceof RegExp) return redactText(String(value))
  if (ArrayBuffer.isView(value) || value instanceof ArrayBuffer)
    return `[${value.byteLength} bytes]`
  if (Array.isArray(value)) return copyList(value, path)
  if (value instanceof Set) return copyList([...value], path)
  if (value instanceof Map || value instanceof Headers || value instanceof URLSearchParams) {
    return copyEntries([...value], path)
  }
  if ('toJSON' in value && typeof value.toJSON === 'function') return copy(value.toJSON(), path)
  return copyEntries(Object.entries(value), path)
}

function copyList(list: readonly unknown[], path: readonly object[]): unknown[] {
  const items = list.slice(0, mostEntries).map((item, index) => {
    // Raw headers and pairs: the element after a name is its value.
    const before = list[index - 1]
    if (typeof before === 'string' && isSecret(before, item)) return HIDDEN
    return copy(item, path)
  })
  if (list.length > mostEntries) items.push(`[${list.length - mostEntries} more]`)
  return items
}

function copyEntries(
  entries: readonly (readonly [unknown, unknown])[],
  path: readonly object[],
): Record<string, unknown> {
  const result: Record<string, unknown> = {}
  for (const [key, value] of entries.slice(0, mostEntries)) {
    const name = String(key)
    // Not an assignment, because `__proto__` may be among the names.
    Object.defineProperty(result, name, {
      value: isSecret(name, value) ? HIDDEN : copy(value, path),
      enumerable: true,
    })
  }
  if (entries.length > mostEntries) result['…'] = `${entries.length - mostEntries} more`
  return result
}

function copyError(error: Error, path: readonly object[]): Record<string, unknown> {
  const known = new Set(['name', 'message', 'stack', 'cause', 'errors'])
  const own = Object.entries(error).filter(([name]) => !known.has(name))
  return {
    type: String(error.name),
    message: redactText(String(error.message)),
    ...(typeof error.stack === 'string' && { stack: redactText(error.stack) }),
    ...copyEntries(own, path),
    ...(error.cause !== undefined && { cause: copy(error.cause, path) }),
    ...(error instanceof AggregateError && { errors: copyList(error.errors, path) }),
  }
}

function isSecret(name: string, value: unknown): boolean {
  if (value === undefined || value === null || value === '' || typeof value === 'boolean')
    return false
  const plain = name.toLowerCase().replace(/[-_\s]/g, '')
  if (typeof value === 'number' || typeof value === 'bigint') return secretNumbers.has(plain)
  if (secretNames.has(plain)) return typeof value === 'string'
  return secretEnding.test(plain)
}
