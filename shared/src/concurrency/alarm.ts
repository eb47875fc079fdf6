/** Sleep that another part of the program may end. A ring while nobody sleeps ends the next sleep at once. */
export class Alarm {
  #rung = false
  #wake: () => void = () => undefined

  ring(): void {
    this.#rung = true
    this.#wake()
  }

  /** Resolves to true when the alarm rang, and to false after `ms`. */
  async sleep(ms: number): Promise<boolean> {
    if (!this.#rung) {
      const { promise, resolve } = Promise.withResolvers<void>()
      const timer = setTimeout(resolve, ms)
      this.#wake = resolve
      await promise
      clearTimeout(timer)
    }
    const rung = this.#rung
    this.#rung = false
    return rung
  }
}
