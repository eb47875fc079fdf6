import type { DataSource, EntityManager } from 'typeorm'
import type { NewJob, Queue } from '../queues/queues.ts'
import type { EventEnvelope } from './event-contract.ts'
import { eventJob, eventQueueName } from './event-delivery.ts'

interface OutboxRow {
  readonly position: string
  readonly id: string
  readonly name: string
  readonly aggregate_id: string
  readonly aggregate_version: string
  readonly occurred_at: Date
  readonly traceparent: string
  readonly payload: unknown
  readonly consumers: readonly string[]
}

const aggregatesAtOnce = 100
const rowsAtOnce = 500
/** How far a batch looks for aggregates, so that a long backlog of one aggregate does not make every batch slow. */
const rowsLookedAt = 2000

/**
 * Hands some unsent events to the queues of their consumers, and resolves to their number; 0 when there are none that
 * no other relay is working on. The rows are marked as sent after the queues have stored the events: a relay that dies
 * in between sends them again.
 */
export function relayBatch(
  source: DataSource,
  queues: { queue(name: string): Pick<Queue, 'add'> },
): Promise<number> {
  return source.transaction(async (manager) => {
    const rows = await takeUnsent(manager)
    if (rows.length === 0) return 0
    for (const [service, jobs] of groupByConsumer(rows)) {
      await queues.queue(eventQueueName(service)).add(jobs)
    }
    await manager.query('update outbox set sent_at = now() where position = any($1)', [
      rows.map(({ position }) => position),
    ])
    return rows.length
  })
}

/**
 * Whoever holds the lock on the first unsent event of an aggregate owns the aggregate until it commits, so the events of
 * one aggregate leave in order however many relays there are. No row is skipped for having a lower position than one
 * that was sent: a transaction that inserted first may commit last.
 */
function takeUnsent(manager: EntityManager): Promise<OutboxRow[]> {
  return manager.query(
    `with heads as materialized (
       select aggregate_id from outbox head
       where sent_at is null
         and position <= (
           select max(position) from (
             select position from outbox where sent_at is null order by position limit ${rowsLookedAt}
           ) looked_at)
         and not exists (
           select from outbox earlier
           where earlier.aggregate_id = head.aggregate_id
             and earlier.position < head.position
             and earlier.sent_at is null)
       order by position
       limit ${aggregatesAtOnce}
       for update skip locked)
     select position, id, name, aggregate_id, aggregate_version, occurred_at, traceparent, payload, consumers
     from outbox
     where sent_at is null and aggregate_id in (select aggregate_id from heads)
     order by position
     limit ${rowsAtOnce}
     for update skip locked`,
  )
}

function groupByConsumer(rows: readonly OutboxRow[]): Map<string, NewJob[]> {
  const jobsByService = new Map<string, NewJob[]>()
  for (const row of rows) {
    const job = eventJob({ envelope: envelopeOf(row) }, { id: row.id, name: row.name })
    for (const service of row.consumers) {
      const jobs = jobsByService.get(service) ?? []
      jobs.push(job)
      jobsByService.set(service, jobs)
    }
  }
  return jobsByService
}

function envelopeOf(row: OutboxRow): EventEnvelope<unknown> {
  return {
    id: row.id,
    name: row.name,
    aggregateId: row.aggregate_id,
    aggregateVersion: Number(row.aggregate_version),
    occurredAt: row.occurred_at.toISOString(),
    traceparent: row.traceparent,
    payload: row.payload,
  }
}
