import type { DataSource } from 'typeorm'

/** How long a sent event can be sent again. */
export const outboxDays = 7
/** Longer than an event can be sent again, so that what was applied is still known to be. */
export const inboxDays = 30

const rowsAtOnce = 5000

/** Deletes sent events and marks of applied ones that are past their time, in small steps that hold no long locks. */
export async function pruneEvents(source: DataSource): Promise<void> {
  const statements = [
    `delete from outbox where position in (
       select position from outbox
       where sent_at < now() - interval '${outboxDays} days' limit ${rowsAtOnce} for update skip locked)`,
    `delete from inbox where (consumer, event_id) in (
       select consumer, event_id from inbox
       where applied_at < now() - interval '${inboxDays} days' limit ${rowsAtOnce} for update skip locked)`,
  ]
  for (const statement of statements) {
    while ((await deletedBy(source, statement)) === rowsAtOnce);
  }
}

async function deletedBy(source: DataSource, statement: string): Promise<number> {
  // TypeORM answers a DELETE with the rows it returned and their number.
  const [, count]: [unknown, number] = await source.query(statement)
  return count
}
