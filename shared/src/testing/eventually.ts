import { setTimeout as delay } from 'node:timers/promises'

export interface EventuallyOptions {
  /** Default 10 s: a limit for a broken program, not an expectation of how long a sound one takes. */
  readonly timeoutMs?: number
  /** Default 10 ms. */
  readonly intervalMs?: number
}

/**
 * Repeats `check` until it does not throw, and returns its result. After the timeout it rejects with the last error,
 * so that the failure reads like that of a plain assertion.
 *
 * @example await eventually(() => expect(received).toEqual(['hello']))
 */
export async function eventually<T>(
  check: () => Promise<T> | T,
  { timeoutMs = 10_000, intervalMs = 10 }: EventuallyOptions = {},
): Promise<T> {
  const giveUpAt = performance.now() + timeoutMs
  for (;;) {
    try {
      return await check()
    } catch (error) {
      if (performance.now() > giveUpAt) throw error
      await delay(intervalMs)
    }
  }
}
