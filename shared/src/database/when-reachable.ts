import { setTimeout as delay } from 'node:timers/promises'
import { isConnectionFailure } from './connection-failure.ts'

export interface WhenReachableOptions {
  /** How long to go on trying. Default 15 s. */
  readonly timeoutMs?: number | undefined
  /** What passes by itself besides a server that cannot be reached; nothing by default. */
  readonly alsoWaitsFor?: (error: unknown) => boolean
  /** Told of every attempt that failed and is made again. */
  readonly onWait?: (error: unknown) => void
}

const firstPauseMs = 25
const longestPauseMs = 1_000

/**
 * Connects to a PostgreSQL that may still be starting, or recovering from a crash: tries again until it takes
 * connections. Rejects with the last attempt's error.
 */
export async function whenReachable<Connected>(
  connect: () => Promise<Connected>,
  { timeoutMs = 15_000, alsoWaitsFor, onWait }: WhenReachableOptions = {},
): Promise<Connected> {
  const giveUpAt = performance.now() + timeoutMs
  for (let pause = firstPauseMs; ; pause = Math.min(pause * 2, longestPauseMs)) {
    try {
      return await connect()
    } catch (error) {
      const passes = isConnectionFailure(error) || alsoWaitsFor?.(error)
      if (!passes || performance.now() > giveUpAt) throw error
      onWait?.(error)
      await delay(pause)
    }
  }
}
