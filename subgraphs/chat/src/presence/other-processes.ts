import type { Sighting } from './presence-hints.ts'

/** How long a process is believed that says nothing more: it has died. */
export const believedMs = 50_000

interface Seen {
  readonly activeAt: number
  readonly until: number
}

/** The people who are there through other processes, as long as those say so. */
export class OtherProcesses {
  readonly #now: () => number
  readonly #seen = new Map<string, Map<string, Seen>>()

  constructor(now: () => number) {
    this.#now = now
  }

  here(processId: string, people: readonly Sighting[]): void {
    const until = this.#now() + believedMs
    for (const { userId, activeAt } of people) {
      const byProcess = this.#seen.get(userId) ?? new Map<string, Seen>()
      byProcess.set(processId, { activeAt, until })
      this.#seen.set(userId, byProcess)
    }
  }

  gone(processId: string, userIds: readonly string[]): void {
    for (const userId of userIds) {
      const byProcess = this.#seen.get(userId)
      byProcess?.delete(processId)
      if (byProcess?.size === 0) this.#seen.delete(userId)
    }
  }

  /** Forgets what is believed no longer. */
  expire(): void {
    const now = this.#now()
    for (const [userId, byProcess] of this.#seen) {
      for (const [processId, { until }] of byProcess) if (until <= now) byProcess.delete(processId)
      if (byProcess.size === 0) this.#seen.delete(userId)
    }
  }

  /** When somebody was active who is there; undefined for who is not. */
  activeAt(userId: string): number | undefined {
    const now = this.#now()
    let latest: number | undefined
    for (const { activeAt, until } of this.#seen.get(userId)?.values() ?? []) {
      if (until > now) latest = Math.max(latest ?? 0, activeAt)
    }
    return latest
  }

  userIds(): Iterable<string> {
    return this.#seen.keys()
  }
}
