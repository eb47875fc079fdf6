/** Goes round a list that changes, so many entries at a time. */
export class Rounds {
  readonly #size: number
  #at = 0

  constructor(size: number) {
    this.#size = size
  }

  next<Entry>(entries: readonly Entry[]): Entry[] {
    const from = this.#at < entries.length ? this.#at : 0
    this.#at = from + this.#size
    return entries.slice(from, this.#at)
  }
}
