import type { Logger } from '@gravity/shared/log/logger'

export interface ComparisonDeps {
  /** Compares what is kept in memory with the database. */
  readonly compare: () => Promise<void>
  readonly log: Logger
}

/** How long a lost hint can delay others. */
const intervalMs = 2_000

/** Compares again and again while it is wanted, never twice at once; a failure is left to the next time. */
export class Comparison {
  readonly #deps: ComparisonDeps
  #timer: NodeJS.Timeout | undefined
  #comparing = false

  constructor(deps: ComparisonDeps) {
    this.#deps = deps
  }

  begin(): void {
    this.#timer ??= setInterval(() => this.#compareSoon(), intervalMs).unref()
  }

  end(): void {
    clearInterval(this.#timer)
    this.#timer = undefined
  }

  #compareSoon(): void {
    if (this.#comparing) return
    this.#comparing = true
    this.#deps
      .compare()
      .catch((err: unknown) => {
        this.#deps.log.warn({ err }, 'what is live could not be compared with the database')
      })
      .finally(() => {
        this.#comparing = false
      })
  }
}
