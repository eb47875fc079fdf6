import type { PlanJob } from './planner-thread.ts'

/** How many short jobs are taken before the oldest one is. */
const shortInARow = 3

/**
 * What waits to be planned. Long documents take the longest, and anybody can send them: short ones may overtake them,
 * but not for ever.
 */
export class PlanQueue {
  readonly #maximum: number
  readonly #jobs: PlanJob[] = []
  #taken = 0

  constructor(maximum: number) {
    this.#maximum = maximum
  }

  get isEmpty(): boolean {
    return this.#jobs.length === 0
  }

  get isFull(): boolean {
    return this.#jobs.length >= this.#maximum
  }

  get jobs(): readonly PlanJob[] {
    return this.#jobs
  }

  add(job: PlanJob): void {
    this.#jobs.push(job)
  }

  /** Puts a job before those that have waited. */
  addFirst(job: PlanJob): void {
    this.#jobs.unshift(job)
  }

  take(): PlanJob | undefined {
    this.#taken += 1
    const takesOldest = this.#taken % (shortInARow + 1) === 0
    const [job] = this.#jobs.splice(takesOldest ? 0 : this.#shortest(), 1)
    return job
  }

  takeAll(): readonly PlanJob[] {
    return this.#jobs.splice(0)
  }

  #shortest(): number {
    let shortest = 0
    let length = Number.POSITIVE_INFINITY
    for (const [index, { text }] of this.#jobs.entries()) {
      if (text.length >= length) continue
      shortest = index
      length = text.length
    }
    return shortest
  }
}
