import { RefusedError } from './http-exchange.ts'

export interface ConcurrencySettings {
  /** Calls under way at once. */
  readonly concurrency: number
  /** Calls that may wait for their turn; none waits past its deadline. */
  readonly queue: number
}

/** How long a call may wait: until its client leaves, or until `endsAt` by `performance.now()`. */
export interface Patience {
  readonly signal: AbortSignal
  readonly endsAt: number
}

interface Waiter {
  enter(): void
  refuse(error: Error): void
}

/** Bounds the calls that one subgraph gets at once. Those that must wait go in the order in which they came. */
export class ConcurrencyLimit {
  readonly #settings: ConcurrencySettings
  readonly #waiting = new Set<Waiter>()
  #inFlight = 0

  constructor(settings: ConcurrencySettings) {
    this.#settings = settings
  }

  get inFlight(): number {
    return this.#inFlight
  }

  get waiting(): number {
    return this.#waiting.size
  }

  /**
   * Undefined when there is room; otherwise resolves when there is, and rejects with the signal's reason or a
   * `RefusedError`. Whoever entered must `leave`.
   */
  enter(patience: Patience): Promise<void> | undefined {
    if (this.#inFlight < this.#settings.concurrency) {
      this.#inFlight += 1
      return undefined
    }
    if (this.#waiting.size >= this.#settings.queue) return Promise.reject(overloaded())
    return this.#wait(patience)
  }

  leave(): void {
    const [next] = this.#waiting
    if (next) next.enter()
    else this.#inFlight -= 1
  }

  /** Sends all away that wait. */
  refuseWaiting(error: Error): void {
    for (const waiter of [...this.#waiting]) waiter.refuse(error)
  }

  #wait({ signal, endsAt }: Patience): Promise<void> {
    if (signal.aborted) return Promise.reject(signal.reason)
    return new Promise((resolve, reject) => {
      const settle = (): void => {
        clearTimeout(timer)
        signal.removeEventListener('abort', onAbort)
        this.#waiting.delete(waiter)
      }
      const waiter: Waiter = {
        enter() {
          settle()
          resolve()
        },
        refuse(error) {
          settle()
          reject(error)
        },
      }
      const onAbort = (): void => waiter.refuse(signal.reason)
      const left = Math.max(1, endsAt - performance.now())
      const timer = setTimeout(() => waiter.refuse(overloaded()), left)
      signal.addEventListener('abort', onAbort, { once: true })
      this.#waiting.add(waiter)
    })
  }
}

function overloaded(): RefusedError {
  return new RefusedError('OVERLOADED', 'Too many calls are under way')
}
