import type { Backoff } from './queues.ts'

/** How long to wait after the given failed attempt (from 1), in milliseconds. `random` is from 0 to 1. */
export function backoffDelay(backoff: Backoff, attempt: number, random: number): number {
  const full = Math.min(backoff.delayMs * 2 ** (attempt - 1), backoff.maxDelayMs)
  return Math.round(full * (1 - backoff.jitter * random))
}
