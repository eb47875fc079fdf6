import type { EntityManager } from 'typeorm'

/** The consumer under which an event is buried that no consumer of the service was declared for. */
export const NOBODY = 'nobody'

/** The repository of events that were applied, bound to the transaction that applies one: `new Inbox(manager)`. */
export class Inbox {
  readonly #manager: EntityManager

  constructor(manager: EntityManager) {
    this.#manager = manager
  }

  /**
   * Resolves to true for the one transaction that may apply the event, and to false when the consumer has applied it
   * before. While another transaction is applying it, waits for its end. Buries the event's dead letter, if it has one.
   */
  async claim(consumer: string, eventId: string): Promise<boolean> {
    const rows: unknown[] = await this.#manager.query(
      `with buried as (delete from dead_letters where consumer in ($1, '${NOBODY}') and event_id = $3)
       insert into inbox (consumer, event_id) values ($1, $2)
       on conflict do nothing
       returning event_id`,
      [consumer, eventId, eventId],
    )
    return rows.length === 1
  }
}
