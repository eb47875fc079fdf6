import type { EntityManager } from 'typeorm'
import { createTraceparent } from '../viewer/trace-context.ts'
import type { EventContract } from './event-contract.ts'

/** The channel on which a committed outbox row wakes the relay of its database. */
export const OUTBOX_CHANNEL = 'gravity_outbox'

/** Where ids and times come from; a `Platform` has both. */
export interface OutboxOptions {
  /** A new UUIDv7. */
  newId(): string
  now(): Date
}

/** What a service says when it tells an event. */
export interface NewEvent<Payload> {
  readonly aggregateId: string
  readonly aggregateVersion: number
  readonly payload: Payload
  /** Of the request or event that caused this one; default: a new trace. */
  readonly traceparent?: string
}

/**
 * The repository of events to be told, bound to the transaction that makes them true: `new Outbox(manager, platform)`.
 */
export class Outbox {
  readonly #manager: EntityManager
  readonly #options: OutboxOptions

  constructor(manager: EntityManager, options: OutboxOptions) {
    this.#manager = manager
    this.#options = options
  }

  /**
   * Writes the event down; it reaches its consumers soon after the transaction commits, and never if it rolls back.
   * Throws when the payload breaks the contract. An event that nobody consumes is kept as if it had been sent.
   */
  async add<Payload>(contract: EventContract<Payload>, event: NewEvent<Payload>): Promise<void> {
    const payload = contract.payload.parse(event.payload)
    await this.#manager.query(
      `with added as (
         insert into outbox
           (id, name, aggregate_id, aggregate_version, occurred_at, traceparent, payload, consumers, sent_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8::text[], case when cardinality($8::text[]) = 0 then now() end)
         returning sent_at)
       select pg_notify('${OUTBOX_CHANNEL}', '') from added where sent_at is null`,
      [
        this.#options.newId(),
        contract.name,
        event.aggregateId,
        event.aggregateVersion,
        this.#options.now(),
        event.traceparent ?? createTraceparent(),
        JSON.stringify(payload),
        contract.consumers,
      ],
    )
  }
}
