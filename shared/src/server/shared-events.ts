import { AnswerAudience } from './answer-audience.ts'

/** Somebody who waits for the result of an event. */
export interface SharingViewer<Result> {
  /** Null when not signed in. */
  readonly userId: string | null
  /** Tells the audience for whom else the result is. */
  readonly work: (audience: AnswerAudience) => Result | Promise<Result>
}

interface SharedResult<Result> {
  readonly userId: string | null
  readonly audience: AnswerAudience
  /** A promise until it is there. */
  result: Result | Promise<Result>
}

/** Who asks for what. */
interface Sharing<Result> {
  readonly event: object
  readonly key: string
  readonly viewer: SharingViewer<Result>
}

/**
 * Work that is done once for everybody who waits for the same: the first to ask starts it, the others get what comes of
 * it, at once when it is there, and those for whom its result turns out not to be do it for themselves. It is forgotten
 * together with the event that it belongs to.
 */
export class SharedEvents<Result> {
  readonly #results = new WeakMap<object, Map<string, SharedResult<Result>>>()

  /** `key` names everything, besides the event itself and who asks, that the result depends on. */
  once(event: object, key: string, viewer: SharingViewer<Result>): Result | Promise<Result> {
    const sharing = { event, key, viewer }
    const known = this.#results.get(event)?.get(key)
    if (!known) return this.#begin(sharing)
    const { result } = known
    return result instanceof Promise
      ? result.then((settled) => this.#give(settled, known, sharing))
      : this.#give(result, known, sharing)
  }

  #begin({ event, key, viewer }: Sharing<Result>): Result | Promise<Result> {
    const audience = new AnswerAudience()
    const shared: SharedResult<Result> = {
      userId: viewer.userId,
      audience,
      result: viewer.work(audience),
    }
    const ofEvent = this.#results.get(event) ?? new Map<string, SharedResult<Result>>()
    ofEvent.set(key, shared)
    this.#results.set(event, ofEvent)
    const { result } = shared
    if (result instanceof Promise) {
      const keep = (settled: Result): void => {
        shared.result = settled
      }
      // Whoever waits for it hears of a failure.
      result.then(keep, () => undefined)
    }
    return result
  }

  #give(
    result: Result,
    known: SharedResult<Result>,
    { event, key, viewer }: Sharing<Result>,
  ): Result | Promise<Result> {
    const { audience } = known
    if (audience.isEverybody) return result
    if (audience.isPersonal || !audience.includes(viewer.userId)) {
      return viewer.work(new AnswerAudience())
    }
    if (audience.includes(known.userId)) return result
    // It was made for somebody whom it excludes: the next to come makes that of the others.
    const ofEvent = this.#results.get(event)
    if (ofEvent?.get(key) === known) ofEvent.delete(key)
    return this.once(event, key, viewer)
  }
}
