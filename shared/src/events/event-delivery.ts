import { z } from 'zod'
import type { Backoff, NewJob } from '../queues/queues.ts'

const backoff: Backoff = { delayMs: 500, maxDelayMs: 60_000, jitter: 0.5 }

/** The queue never gives up on an event by itself: the service does, and writes a dead letter first. */
const attempts = 1_000_000

/** Parses what an event queue holds. The payload is left to the contract. */
export const eventDeliverySchema = z.object({
  envelope: z.object({
    id: z.guid(),
    name: z.string(),
    aggregateId: z.string(),
    aggregateVersion: z.int().nonnegative(),
    occurredAt: z.iso.datetime({ offset: true }),
    traceparent: z.string(),
    payload: z.unknown(),
  }),
  /** The only consumer that is to see the event; all of the service's when absent. */
  consumer: z.string().optional(),
})

/** One event on its way to one service. */
export type EventDelivery = z.infer<typeof eventDeliverySchema>

/** The name of the queue through which a service receives the events it consumes. */
export function eventQueueName(service: string): string {
  return `events.${service}`
}

/** The job that carries an event through a queue. While one with the same id is in the queue, it is not added again. */
export function eventJob(
  delivery: { readonly envelope: unknown; readonly consumer?: string },
  options: { readonly id: string; readonly name: string },
): NewJob {
  return { ...options, data: delivery, attempts, backoff }
}
