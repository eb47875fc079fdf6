import { invariant } from '../errors/invariant.ts'

/** The JSON text of a value. Throws TypeError for what JSON cannot carry: undefined, functions, cycles, bigints. */
export function encodeValue(value: unknown): string {
  const text: string | undefined = JSON.stringify(value)
  if (text === undefined) throw new TypeError('A cached value must survive JSON.')
  return text
}

/** The value in a text, a new copy each time. Throws SyntaxError when it is no JSON. */
export function decodeValue<T>(text: string): T {
  // A parse boundary: only `set` writes these keys, and its caller and that of `get` agree on the type by the key.
  return JSON.parse(text) as T
}

/** A time to live in milliseconds, at least one. */
export function toMilliseconds({ ttlSeconds }: { readonly ttlSeconds: number }): number {
  invariant(Number.isFinite(ttlSeconds) && ttlSeconds > 0, 'a time to live is a positive number')
  return Math.ceil(ttlSeconds * 1_000)
}
