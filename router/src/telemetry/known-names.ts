/** Longer names are one with those that are too many; strangers may send them as long as documents. */
export const LONGEST_NAME = 100

/** Codes of errors are few, unless a plugin or a subgraph makes them up as it goes. */
export const MOST_ERROR_TYPES = 50

/** The first names that are met, up to a number; all others are one. */
export class KnownNames {
  readonly #most: number
  readonly #names = new Set<string>()

  constructor(most: number) {
    this.#most = most
  }

  /** The name itself, or `_OTHER`, which is what the semantic conventions call the rest. */
  known(name: string): string {
    if (this.#names.has(name)) return name
    if (this.#names.size >= this.#most || name.length > LONGEST_NAME) return '_OTHER'
    this.#names.add(name)
    return name
  }
}
