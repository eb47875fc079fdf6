import type { z } from 'zod'

/**
 * Terminology
 * - Event: a fact about the past, such as `auth.user-registered.v1`; written in the transaction that made it true.
 * - Contract: an event's name (with its version), the shape of its payload, and the services that consume it.
 * - Envelope: one event on its way, with what every consumer needs to recognise, order and trace it.
 * - Outbox: the producer's table of events; the relay hands its rows to one queue per consuming service.
 * - Inbox: the consumer's table of event ids it has applied; it makes a second delivery do nothing.
 * - Dead letter: an event that a consumer could not apply; kept until an operator replays or discards it.
 * - Aggregate: the row whose change an event tells; its version grows by one with each change.
 */

/** `<service>.<fact-in-the-past>.v<version>`; a changed meaning is a new version, beside the old one. */
export type EventName = `${string}.${string}.v${number}`

/** What producer and consumers of one event agree on. Declared once, in `events/contracts/<producer>.ts`. */
export interface EventContract<Payload> {
  readonly name: EventName
  /** Parsed when the event is added and again when it is consumed: without transforms. */
  readonly payload: z.ZodType<Payload>
  /** The services whose queue `events.<service>` receives the event. */
  readonly consumers: readonly string[]
}

/** One event as it travels; everything in it survives JSON. */
export interface EventEnvelope<Payload> {
  /** UUIDv7; the same in every delivery of this event. */
  readonly id: string
  readonly name: string
  readonly aggregateId: string
  /** Grows with each change of the aggregate: a consumer ignores what is older than what it has applied. */
  readonly aggregateVersion: number
  /** RFC 3339, UTC. */
  readonly occurredAt: string
  /** W3C Trace Context of the request that caused the event. */
  readonly traceparent: string
  readonly payload: Payload
}

const namePattern = /^[a-z][a-z0-9-]*\.[a-z][a-z0-9-]*\.v[1-9][0-9]*$/

/**
 * Declares an event. Throws when the name is not `<service>.<fact>.v<version>`.
 *
 * `export const userRegistered = defineEvent('auth.user-registered.v1', { payload: z.object({ … }), consumers: ['users'] })`
 */
export function defineEvent<Payload>(
  name: EventName,
  contract: { readonly payload: z.ZodType<Payload>; readonly consumers: readonly string[] },
): EventContract<Payload> {
  if (!namePattern.test(name)) {
    throw new TypeError(`“${name}” is not an event name such as auth.user-registered.v1`)
  }
  return Object.freeze({ name, ...contract })
}
