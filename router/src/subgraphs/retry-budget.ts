import { RollingCount } from './rolling-count.ts'

export interface RetrySettings {
  /** How often a query is sent at most, the first time included; 1 switches retries off. */
  readonly attempts: number
  /** Retries within ten seconds, as a share of the calls of the same time, from 0 to 1. */
  readonly budget: number
  /** So many retries within ten seconds are always allowed. */
  readonly minimum: number
}

const windowMs = 10_000

/** Bounds the retries to one subgraph by what it is asked anyway, so that an outage is not multiplied by them. */
export class RetryBudget {
  readonly #settings: RetrySettings
  readonly #now: () => number
  readonly #calls = new RollingCount(windowMs)
  readonly #retries = new RollingCount(windowMs)

  constructor(settings: RetrySettings, now: () => number) {
    this.#settings = settings
    this.#now = now
  }

  countCall(): void {
    this.#calls.add(this.#now())
  }

  /** Whether there may be one more retry now; counts it when there may. */
  take(): boolean {
    const { budget, minimum } = this.#settings
    const now = this.#now()
    const allowed = Math.max(minimum, budget * this.#calls.total(now))
    if (this.#retries.total(now) >= allowed) return false
    this.#retries.add(now)
    return true
  }
}
