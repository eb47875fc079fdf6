import type { Path } from './response-tree.ts'

/**
 * Terminology
 * - Fault: something a subgraph failed to answer, already fit for the client except for its path.
 * - Placement: the value of the response tree that is missing because of a fault. The projection reports a fault
 *   where it meets the missing value, so that each error has the client's own path.
 */

/** An error as a client may see it, without its path. */
export interface FaultError {
  readonly message: string
  readonly extensions: Readonly<Record<string, unknown>>
}

/** Something that a subgraph failed to answer. */
export interface Fault extends FaultError {
  /** Where to say it happened when the projection never meets the missing value: a path in plan names. */
  readonly fallbackPath: () => Path | undefined
  /** The places where it was reported, as text. */
  readonly reported: Set<string>
  /** The key of the deferred fragment that it was fetched for. */
  readonly part: string | undefined
}

/** What an object of the response tree lacks because of a fault. */
export interface Placement {
  readonly fault: Fault
  /** Names of the holder's missing fields, or the index of its missing item. */
  readonly keys: ReadonlySet<string | number>
  /** The way from the holder to where the subgraph saw the failure, in plan names; to the missing value if left out. */
  readonly tail?: Path
}

/** The faults of one execution. Costs nothing while there are none. */
export class Faults {
  readonly all: Fault[]
  readonly #placements: Map<object, Placement[]>
  readonly #part: string | undefined

  constructor(others?: Faults, part?: string) {
    this.all = others ? others.all : []
    this.#placements = others ? others.#placements : new Map()
    this.#part = part
  }

  /** The same faults; whatever is added is one of a deferred fragment. */
  ofPart(key: string): Faults {
    return new Faults(this, key)
  }

  add(error: FaultError, fallbackPath: () => Path | undefined): Fault {
    const fault: Fault = { ...error, fallbackPath, reported: new Set(), part: this.#part }
    this.all.push(fault)
    return fault
  }

  place(holder: object, placement: Placement): void {
    const placements = this.#placements.get(holder)
    if (placements) placements.push(placement)
    else this.#placements.set(holder, [placement])
  }

  /** The faults because of which `holder` has nothing under `key`. */
  at(holder: object, key: string | number): readonly Placement[] {
    const placements = this.#placements.get(holder)
    return placements?.filter((placement) => placement.keys.has(key)) ?? []
  }

  /** Any fault that took something from `holder`. */
  of(holder: object): Fault | undefined {
    return this.#placements.get(holder)?.[0]?.fault
  }

  /** Lets the faults of an object be found at the one that it was merged into. */
  follow(merged: object, source: object): void {
    for (const placement of this.#placements.get(source) ?? []) this.place(merged, placement)
  }
}
