import { isRecentId } from '@gravity/shared/identifiers/uuid-v7'

/**
 * A registration answers before the event that creates the profile has arrived. Whoever asks for such a fresh
 * profile waits here until it is there, or until it is too late to be worth waiting.
 */
export class ProfileArrivals {
  readonly #patienceMs: number
  readonly #waiting = new Map<string, Set<() => void>>()

  constructor(options: { readonly patienceMs: number }) {
    this.#patienceMs = options.patienceMs
  }

  /** Wakes those who wait for this id. */
  arrived(id: string): void {
    for (const wake of this.#waiting.get(id) ?? []) wake()
    this.#waiting.delete(id)
  }

  /** True when an account of this id can have been registered so lately that its profile is still on its way. */
  isExpected(id: string, now: Date): boolean {
    return isRecentId(id, now, this.#patienceMs)
  }

  /** Resolves when the profile arrives, and also when patience ends or the signal aborts. Start it before looking. */
  wait(id: string, signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const waiting = this.#waiting.get(id) ?? new Set()
      const done = () => {
        clearTimeout(timer)
        signal.removeEventListener('abort', done)
        waiting.delete(done)
        if (waiting.size === 0 && this.#waiting.get(id) === waiting) this.#waiting.delete(id)
        resolve()
      }
      const timer = setTimeout(done, this.#patienceMs)
      if (signal.aborted) return done()
      signal.addEventListener('abort', done)
      waiting.add(done)
      this.#waiting.set(id, waiting)
    })
  }
}
