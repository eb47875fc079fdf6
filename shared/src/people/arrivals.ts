import { isRecentId } from '../identifiers/uuid-v7.ts'

export interface ArrivalsOptions {
  /** How long a person may be on the way after registering, in milliseconds; nobody waits longer. */
  readonly patienceMs: number
  readonly now: () => Date
}

/**
 * A registration answers before the events that tell other services of it have arrived. Whoever reads a person who is
 * that fresh waits here until they are there, or until it is too late to be worth waiting.
 */
export class Arrivals {
  readonly #options: ArrivalsOptions
  readonly #waiting = new Map<string, Set<() => void>>()

  constructor(options: ArrivalsOptions) {
    this.#options = options
  }

  /** Wakes those who wait for this id. */
  arrived(id: string): void {
    for (const wake of this.#waiting.get(id) ?? []) wake()
    this.#waiting.delete(id)
  }

  /**
   * The rows of these ids that exist, by `load`, which is called again when some that were missing may have arrived.
   * Ids are UUIDs in lower case. Waits only for those that, by the time in a UUIDv7, were made within the patience; it
   * waits no longer than that, nor when the signal aborts.
   */
  async read<Row extends { readonly id: string }>(
    ids: readonly string[],
    load: (ids: readonly string[]) => Promise<Row[]>,
    signal: AbortSignal,
  ): Promise<Row[]> {
    const now = this.#options.now()
    const fresh = ids.filter((id) => isRecentId(id, now, this.#options.patienceMs))
    if (fresh.length === 0) return load(ids)

    const waiting = new AbortController()
    const either = AbortSignal.any([signal, waiting.signal])
    // Begun before the first look, so that an arrival in between is not missed.
    const arriving = new Map(fresh.map((id) => [id, this.#wait(id, either)]))
    try {
      const rows = await load(ids)
      for (const row of rows) arriving.delete(row.id)
      if (arriving.size === 0) return rows
      await Promise.all(arriving.values())
      return await load(ids)
    } finally {
      waiting.abort()
    }
  }

  /** Resolves when the person arrives, and also when patience ends or the signal aborts. */
  #wait(id: string, signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const waiting = this.#waiting.get(id) ?? new Set()
      const leave = () => {
        clearTimeout(timer)
        signal.removeEventListener('abort', leave)
        waiting.delete(leave)
        if (waiting.size === 0 && this.#waiting.get(id) === waiting) this.#waiting.delete(id)
        resolve()
      }
      const timer = setTimeout(leave, this.#options.patienceMs)
      if (signal.aborted) return leave()
      signal.addEventListener('abort', leave)
      waiting.add(leave)
      this.#waiting.set(id, waiting)
    })
  }
}
