const slots = 10

/** How often something happened within the last `windowMs`, to a tenth of that time. */
export class RollingCount {
  readonly #slotMs: number
  readonly #counts = new Float64Array(slots)
  #slot = 0
  #total = 0

  constructor(windowMs: number) {
    this.#slotMs = windowMs / slots
  }

  /** Counts one at `nowMs`, which never goes back. */
  add(nowMs: number): void {
    this.#advance(nowMs)
    const place = this.#slot % slots
    this.#counts[place] = (this.#counts[place] ?? 0) + 1
    this.#total += 1
  }

  total(nowMs: number): number {
    this.#advance(nowMs)
    return this.#total
  }

  clear(): void {
    this.#counts.fill(0)
    this.#total = 0
  }

  #advance(nowMs: number): void {
    const slot = Math.floor(nowMs / this.#slotMs)
    const passed = slot - this.#slot
    if (passed <= 0) return
    if (passed >= slots) this.clear()
    else {
      for (let step = 1; step <= passed; step += 1) {
        const place = (this.#slot + step) % slots
        this.#total -= this.#counts[place] ?? 0
        this.#counts[place] = 0
      }
    }
    this.#slot = slot
  }
}
