import { AnswerAudience } from './answer-audience.ts'

/** Somebody who waits for the result of an event. */
export interface SharingViewer<Result> {
  /** Null when not signed in. */
  readonly userId: string | null
  /** Tells the audience for whom else the result is. */
  readonly work: (audience: AnswerAudience) => Promise<Result>
}

interface SharedResult<Result> {
  readonly userId: string | null
  readonly audience: AnswerAudience
  readonly result: Promise<Result>
}

/**
 * Work that is done once for everybody who waits for the same: the first to ask starts it, the others get its promise,
 * and those for whom its result turns out not to be do it for themselves. It is forgotten together with the event that it
 * belongs to.
 */
export class SharedEvents<Result> {
  readonly #results = new WeakMap<object, Map<string, SharedResult<Result>>>()

  /** `key` names everything, besides the event itself and who asks, that the result depends on. */
  once(event: object, key: string, viewer: SharingViewer<Result>): Promise<Result> {
    const ofEvent = this.#results.get(event) ?? new Map<string, SharedResult<Result>>()
    const known = ofEvent.get(key)
    if (!known) {
      const audience = new AnswerAudience()
      const { userId } = viewer
      const shared = { userId, audience, result: viewer.work(audience) }
      ofEvent.set(key, shared)
      this.#results.set(event, ofEvent)
      return shared.result
    }
    return known.result.then((result) => {
      const { audience } = known
      if (audience.isEverybody) return result
      if (audience.isPersonal || !audience.includes(viewer.userId)) {
        return viewer.work(new AnswerAudience())
      }
      if (audience.includes(known.userId)) return result
      // It was made for somebody whom it excludes: the next to come makes that of the others.
      if (ofEvent.get(key) === known) ofEvent.delete(key)
      return this.once(event, key, viewer)
    })
  }
}
