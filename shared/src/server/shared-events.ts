/**
 * Work that is done once for everybody who waits for the same: the first to ask starts it, the others get its promise.
 * It is forgotten together with the event that it belongs to.
 */
export class SharedEvents<Result> {
  readonly #results = new WeakMap<object, Map<string, Promise<Result>>>()

  /** `key` names everything, besides the event itself, that the result depends on. */
  once(event: object, key: string, work: () => Promise<Result>): Promise<Result> {
    const ofEvent = this.#results.get(event) ?? new Map<string, Promise<Result>>()
    const known = ofEvent.get(key)
    if (known) return known
    const result = work()
    ofEvent.set(key, result)
    this.#results.set(event, ofEvent)
    return result
  }
}
