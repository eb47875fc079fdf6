import type { GraphQLFormattedError } from 'graphql'
import type { DeferredPart, DeliveredPart, PartDelivery } from '../../graph.ts'
import type { DeferredPlace } from './deferred-places.ts'
import type { PartWriter, WrittenPart } from './part-writer.ts'
import type { PlanInParts } from './plan-in-parts.ts'

export interface DeliveriesOptions {
  readonly plan: PlanInParts
  readonly writer: PartWriter
  /** The client's labels, by the keys of the fragments. */
  readonly labels: ReadonlyMap<string, string | undefined>
  /** For a part that cannot be written because of a bug. */
  readonly describe: (cause: unknown) => GraphQLFormattedError
}

interface OpenPart {
  readonly part: DeferredPart
  readonly place: DeferredPlace
}

/** The parts of an answer that the client has been told of and has not been sent yet. */
export class Deliveries {
  readonly #options: DeliveriesOptions
  readonly #open = new Map<string, OpenPart[]>()
  readonly #fetching = new Map<string, Promise<void>>()
  readonly #fetched = new Set<string>()
  #count = 0

  constructor(options: DeliveriesOptions) {
    this.#options = options
  }

  /** Takes over what is deferred at places that the client knows; tells how to announce it. */
  open(places: readonly DeferredPlace[]): readonly DeferredPart[] {
    return places.map((place) => {
      const { fragmentKey: key, path } = place
      const part = { id: String(this.#count), label: this.#options.labels.get(key), path }
      this.#count += 1
      const open = this.#open.get(key)
      if (open) open.push({ part, place })
      else this.#await(key, { part, place })
      return part
    })
  }

  /** Delivers everything that is fetched by the time that it is asked for, until nothing is open. */
  async *deliver(): AsyncGenerator<PartDelivery, void> {
    while (this.#open.size > 0) yield await this.#next()
  }

  async #next(): Promise<PartDelivery> {
    try {
      await Promise.race(this.#fetching.values())
      return this.#take()
    } catch (cause) {
      return this.#fail(cause)
    }
  }

  #await(key: string, part: OpenPart): void {
    this.#open.set(key, [part])
    const fetching = this.#options.plan.whenFetched(key).then(() => {
      this.#fetched.add(key)
    })
    // Nobody waits for it any more when the client leaves in between.
    fetching.catch(() => undefined)
    this.#fetching.set(key, fetching)
  }

  #take(): PartDelivery {
    const delivered: DeliveredPart[] = []
    const pending: DeferredPart[] = []
    const keys = [...this.#fetched]
    this.#fetched.clear()
    for (const [index, key] of keys.entries()) {
      const written = (this.#open.get(key) ?? []).map(({ part, place }) => ({
        part,
        ...this.#options.writer.write(place),
      }))
      this.#open.delete(key)
      this.#fetching.delete(key)
      const next = this.open(written.flatMap(({ places }) => places))
      const isLast = this.#open.size === 0 && index === keys.length - 1
      delivered.push(...this.#withUnmet(written, { key, isLast, isLeaf: next.length === 0 }))
      pending.push(...next)
    }
    return { delivered, pending, hasNext: this.#open.size > 0 }
  }

  /** What went wrong out of sight is said with the last part that could have shown it. */
  #withUnmet(
    written: readonly (WrittenPart & { readonly part: DeferredPart })[],
    at: { readonly key: string; readonly isLast: boolean; readonly isLeaf: boolean },
  ): DeliveredPart[] {
    const unmet = this.#options.writer.unmetErrors(
      (fault) => at.isLast || (at.isLeaf && fault.part === at.key),
    )
    return written.map(({ part, data, errors }, index) => ({
      part,
      data,
      errors: index === written.length - 1 ? [...errors, ...unmet] : errors,
    }))
  }

  #fail(cause: unknown): PartDelivery {
    const { path: _top, ...error } = this.#options.describe(cause)
    const delivered = [...this.#open.values()].flat().map(({ part }) => ({
      part,
      data: 'null',
      errors: [{ ...error, path: part.path }],
    }))
    this.#open.clear()
    return { delivered, pending: [], hasNext: false }
  }
}
