/** Time for tests: it runs like the real one, may be moved forward, and may be stopped. */
export class TestClock {
  #offsetMs = 0
  #stoppedAt: number | undefined

  now(): Date {
    return new Date((this.#stoppedAt ?? Date.now()) + this.#offsetMs)
  }

  /** Moves the clock forward, or back when negative; whether it is stopped stays as it is. */
  advance(ms: number): void {
    this.#offsetMs += ms
  }

  /** Stops the clock at a time, or at the present one. */
  stopAt(time: Date = this.now()): void {
    this.#stoppedAt = time.getTime()
    this.#offsetMs = 0
  }
}
