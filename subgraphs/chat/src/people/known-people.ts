import type { Arrivals } from '@gravity/shared/people/arrivals'
import type { KnownPeopleReads } from './known-people.repository.ts'

export interface KnownPeopleDeps {
  readonly reads: KnownPeopleReads
  readonly arrivals: Arrivals
}

/** Answers who exists, out of what the users service has told; nobody is asked for it. */
export class KnownPeople {
  readonly #deps: KnownPeopleDeps

  constructor(deps: KnownPeopleDeps) {
    this.#deps = deps
  }

  /** Those of the ids that belong to nobody. Waits a moment for people who have registered only just now. */
  async unknownAmong(ids: readonly string[], signal: AbortSignal): Promise<string[]> {
    const { arrivals, reads } = this.#deps
    const rows = await arrivals.read(ids, (wanted) => reads.byIds(wanted), signal)
    const known = new Set(rows.map((row) => row.id))
    return ids.filter((id) => !known.has(id))
  }
}
