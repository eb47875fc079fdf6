import type { SubgraphResponse } from './subgraph-client.ts'

/** A listener's view: the response that stands for all that are equal to the given one. */
export type MergeEvent = (response: SubgraphResponse) => SubgraphResponse

interface KeptEvent {
  readonly response: SubgraphResponse
  readonly takenBy: Set<object>
}

/** How long an event is kept for the listeners that get it after the first. */
const keptMs = 1_000

/**
 * Gives listeners with equal questions one response object for one event, so that it is completed once. Every listener
 * keeps a subscription of its own at the subgraph, which decides for each viewer at each event whether it may be seen;
 * only what has been sent to a listener is compared. Two events of the same text are different events to a listener
 * that gets both.
 */
export class EqualEvents {
  readonly #kept = new Map<string, KeptEvent>()

  /** `key` names everything, besides the event, that its completion depends on. */
  listen(key: string): MergeEvent {
    const listener = {}
    return (response) => {
      if (!response.data || response.errors.length > 0) return response
      const text = `${key}\n${JSON.stringify(response.data)}`
      const kept = this.#kept.get(text)
      if (kept && !kept.takenBy.has(listener)) {
        kept.takenBy.add(listener)
        return kept.response
      }
      this.#keep(text, { response, takenBy: new Set([listener]) })
      return response
    }
  }

  #keep(text: string, event: KeptEvent): void {
    this.#kept.set(text, event)
    setTimeout(() => {
      if (this.#kept.get(text) === event) this.#kept.delete(text)
    }, keptMs).unref()
  }
}
