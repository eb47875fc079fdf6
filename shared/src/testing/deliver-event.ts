import type { EventContract } from '../events/event-contract.ts'
import { eventJob, eventQueueName } from '../events/event-delivery.ts'
import type { Platform } from '../platform/platform.ts'

export interface TestEvent<Payload> {
  readonly contract: EventContract<Payload>
  readonly payload: Payload
  readonly aggregateId: string
  /** Default 1. */
  readonly aggregateVersion?: number
}

/** Puts an event of another service into a service's queue, as that service's relay would; `times` tells how often. Returns the event's id. */
export async function deliverEvent<Payload>(
  platform: Platform,
  service: string,
  {
    contract,
    payload,
    aggregateId,
    aggregateVersion = 1,
    times = 1,
  }: TestEvent<Payload> & {
    readonly times?: number
  },
): Promise<string> {
  const envelope = {
    id: platform.newId(),
    name: contract.name,
    aggregateId,
    aggregateVersion,
    occurredAt: platform.now().toISOString(),
    traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
    payload,
  }
  const deliveries = Array.from({ length: times }, () =>
    eventJob({ envelope }, { id: platform.newId(), name: contract.name }),
  )
  await platform.queues.queue(eventQueueName(service)).add(deliveries)
  return envelope.id
}
