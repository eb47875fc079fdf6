const pattern = /^[0-9a-f]{8}-[0-9a-f]{4}-([0-9a-f])[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/i

/** True for the text form of a UUID (RFC 9562) of any version. A foreign id that is none cannot name a row. */
export function isUuid(text: string): boolean {
  return pattern.test(text)
}

/** When a UUIDv7 was made, to the millisecond; undefined for anything else. */
export function timeOfId(id: string): Date | undefined {
  if (pattern.exec(id)?.[1] !== '7') return undefined
  return new Date(Number.parseInt(id.slice(0, 8) + id.slice(9, 13), 16))
}

/** True when a UUIDv7 was made within the last `withinMs` milliseconds. */
export function isRecentId(id: string, now: Date, withinMs: number): boolean {
  const made = timeOfId(id)
  if (!made) return false
  const age = now.getTime() - made.getTime()
  // Clocks of two machines may differ a little.
  return age < withinMs && age > -1_000
}
