import type { Logger } from '../log/logger.ts'

/** Tells an outage in two lines, however many calls fail during it. */
export class OutageLog {
  readonly #log: Logger
  readonly #what: string
  #away = false

  constructor(log: Logger, what: string) {
    this.#log = log
    this.#what = what
  }

  away(error: unknown): void {
    if (this.#away) return
    this.#away = true
    this.#log.warn({ err: error }, `${this.#what} is away; trying again until it is back`)
  }

  back(): void {
    if (!this.#away) return
    this.#away = false
    this.#log.info(`${this.#what} is back`)
  }
}
