/** How long a subscription pauses before it reconnects. */
export interface ReconnectPolicy {
  /** The first wait is up to this long; each further one in a row doubles. 500 by default. */
  readonly firstDelayMs: number
  /** No wait is longer. 15,000 by default. */
  readonly longestDelayMs: number
}

/** Half a second at first, a quarter of a minute at most. */
export const defaultReconnectPolicy: ReconnectPolicy = { firstDelayMs: 500, longestDelayMs: 15_000 }

/**
 * How long to wait before the attempt after `failures` failures in a row: exponential, and a random half of it, so that
 * the clients of a restarted server do not all return at once.
 */
export function reconnectDelay(
  failures: number,
  policy: ReconnectPolicy,
  random: () => number = Math.random,
): number {
  const ceiling = Math.min(
    policy.longestDelayMs,
    policy.firstDelayMs * 2 ** Math.max(0, failures - 1),
  )
  return ceiling / 2 + (ceiling / 2) * random()
}

/** Resolves after a time, or as soon as the signal aborts. */
export function wait(milliseconds: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) {
      resolve()
      return
    }
    const finish = (): void => {
      clearTimeout(timer)
      signal.removeEventListener('abort', finish)
      resolve()
    }
    const timer = setTimeout(finish, milliseconds)
    signal.addEventListener('abort', finish)
  })
}
