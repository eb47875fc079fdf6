/** Throws when something that cannot happen has happened. The message is for the log, never for a client. */
export function invariant(condition: unknown, message: string): asserts condition {
  if (!condition) throw new Error(`Invariant violated: ${message}`)
}
