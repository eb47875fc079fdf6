import { RollingCount } from './rolling-count.ts'

export type CircuitState = 'closed' | 'open' | 'half-open'

/** How a call ended, as far as it tells whether the subgraph is well. `abandoned` tells nothing: its caller has left. */
export type CallOutcome = 'answered' | 'failed' | 'abandoned'

export interface CircuitSettings {
  /** The share of failures, from 0 to 1, at which the circuit opens. */
  readonly failureRate: number
  /** So many calls must have ended within the window before their share counts. */
  readonly minimumCalls: number
  readonly windowMs: number
  /** How long the circuit stays open at first; twice as long after each probe that fails. */
  readonly openMs: number
  readonly longestOpenMs: number
}

export interface CircuitSurroundings {
  /** Milliseconds that never go back. */
  readonly now: () => number
  readonly onChange: (state: CircuitState) => void
}

/**
 * Stops calling a subgraph that fails, so that callers need not wait for what will not come and the subgraph has room to
 * recover. While the circuit is open every call is refused; after that one call goes through as a probe, and its end
 * decides. Written here, because the libraries know two ends of a call and this needs three: a probe whose client left
 * must neither close the circuit nor keep it open. Nothing is allocated for a call.
 */
export class CircuitBreaker {
  readonly #settings: CircuitSettings
  readonly #surroundings: CircuitSurroundings
  readonly #calls: RollingCount
  readonly #failures: RollingCount
  #state: CircuitState = 'closed'
  /** Grows with every change of the state: what was admitted before says nothing about what is now. */
  #epoch = 0
  #openMs: number
  #openUntil = 0

  constructor(settings: CircuitSettings, surroundings: CircuitSurroundings) {
    this.#settings = settings
    this.#surroundings = surroundings
    this.#calls = new RollingCount(settings.windowMs)
    this.#failures = new RollingCount(settings.windowMs)
    this.#openMs = settings.openMs
  }

  get state(): CircuitState {
    return this.#state
  }

  /** True while `admit` would refuse. */
  get refuses(): boolean {
    if (this.#state === 'closed') return false
    return this.#state === 'half-open' || this.#surroundings.now() < this.#openUntil
  }

  /** A ticket for one call, to be settled when the call has ended; undefined when the call is refused. */
  admit(): number | undefined {
    if (this.refuses) return undefined
    if (this.#state === 'open') this.#change('half-open')
    return this.#epoch
  }

  settle(ticket: number, outcome: CallOutcome): void {
    if (ticket !== this.#epoch) return
    if (this.#state === 'half-open') this.#settleProbe(outcome)
    else if (outcome !== 'abandoned') this.#count(outcome)
  }

  #settleProbe(outcome: CallOutcome): void {
    if (outcome === 'answered') {
      this.#openMs = this.#settings.openMs
      this.#calls.clear()
      this.#failures.clear()
      this.#change('closed')
    } else if (outcome === 'failed') {
      this.#openMs = Math.min(this.#openMs * 2, this.#settings.longestOpenMs)
      this.#open(this.#openMs)
    } else {
      this.#open(0)
    }
  }

  #count(outcome: CallOutcome): void {
    const { failureRate, minimumCalls, openMs } = this.#settings
    const now = this.#surroundings.now()
    this.#calls.add(now)
    if (outcome === 'answered') return
    this.#failures.add(now)
    const calls = this.#calls.total(now)
    if (calls < minimumCalls || this.#failures.total(now) < calls * failureRate) return
    this.#openMs = openMs
    this.#open(openMs)
  }

  #open(forMs: number): void {
    this.#openUntil = this.#surroundings.now() + forMs
    this.#change('open')
  }

  #change(state: CircuitState): void {
    this.#state = state
    this.#epoch += 1
    this.#surroundings.onChange(state)
  }
}
