import type { DataSource } from 'typeorm'
import { isUuid } from '../identifiers/uuid-v7.ts'
import type { Platform } from '../platform/platform.ts'
import { eventJob, eventQueueName } from './event-delivery.ts'
import { NOBODY } from './inbox.ts'

/** An event that a consumer could not apply. */
export interface DeadLetter {
  readonly id: string
  readonly consumer: string
  readonly eventId: string
  readonly eventName: string
  /** The last error, without the values that a driver may add to one. */
  readonly error: string
  /** In all, replays included. */
  readonly attempts: number
  readonly diedAt: Date
  /** When an operator last sent it on its way again; null when never. Later than `diedAt`: it is on its way now. */
  readonly replayedAt: Date | null
}

/** Whose letters they are, where they lie, and what replays them. */
export interface DeadLettersOptions {
  readonly service: string
  readonly source: DataSource
  readonly platform: Pick<Platform, 'queues' | 'newId' | 'now'>
}

/** What is known of an event when it dies. */
export interface DeadEvent {
  readonly consumer: string
  readonly event: { readonly id: string; readonly name: string }
  /** As it was received, readable or not. */
  readonly envelope: unknown
  readonly error: unknown
  readonly attempts: number
}

interface DeadLetterRow {
  readonly id: string
  readonly consumer: string
  readonly event_id: string
  readonly event_name: string
  readonly envelope: unknown
  readonly error: string
  readonly attempts: number
  readonly died_at: Date
  readonly replayed_at: Date | null
}

const longestError = 2000
const beforeAllIds = '00000000-0000-0000-0000-000000000000'

/** The events that one service could not apply, for its operator. A letter leaves when its event was applied. */
export class DeadLetters {
  readonly #options: DeadLettersOptions

  constructor(options: DeadLettersOptions) {
    this.#options = options
  }

  /** The oldest first; `after` is the id of the last one seen, and what is no id begins at the first. */
  async list(page: { readonly first: number; readonly after?: string }): Promise<DeadLetter[]> {
    const rows: DeadLetterRow[] = await this.#options.source.query(
      `select * from dead_letters where id > $2 order by id limit $1`,
      [page.first, isUuid(page.after ?? '') ? page.after : beforeAllIds],
    )
    return rows.map(toDeadLetter)
  }

  /** With the envelope as it was received; null when there is no such letter. */
  async inspect(id: string): Promise<(DeadLetter & { readonly envelope: unknown }) | null> {
    const row = await this.#find(id)
    return row ? { ...toDeadLetter(row), envelope: row.envelope } : null
  }

  /** Sends the event to its consumer again, with all attempts anew. Resolves to false when there is no such letter. */
  async replay(id: string): Promise<boolean> {
    const row = await this.#find(id)
    if (!row) return false
    const { platform, service, source } = this.#options
    // Queued first: a letter that is marked as replayed and is not on its way would be forgotten.
    await platform.queues.queue(eventQueueName(service)).add([
      eventJob(
        {
          envelope: row.envelope,
          ...(row.consumer === NOBODY ? {} : { consumer: row.consumer }),
        },
        { id: `replay-${row.id}`, name: row.event_name },
      ),
    ])
    await source.query('update dead_letters set replayed_at = $2 where id = $1', [
      id,
      platform.now(),
    ])
    return true
  }

  /** Gives the event up for good. Resolves to false when there is no such letter. */
  async discard(id: string): Promise<boolean> {
    if (!isUuid(id)) return false
    const [, count]: [unknown, number] = await this.#options.source.query(
      'delete from dead_letters where id = $1',
      [id],
    )
    return count === 1
  }

  /** Adds a letter, or brings the one of this consumer and event up to date. */
  async write(dead: DeadEvent): Promise<void> {
    await this.#options.source.query(
      `insert into dead_letters (id, consumer, event_id, event_name, envelope, error, attempts, died_at)
       values ($1, $2, $3, $4, $5, $6, $7, $8)
       on conflict (consumer, event_id) do update
       set error = excluded.error,
           attempts = dead_letters.attempts + excluded.attempts,
           died_at = excluded.died_at`,
      [
        this.#options.platform.newId(),
        dead.consumer,
        dead.event.id,
        dead.event.name,
        storableJson(dead.envelope),
        errorText(dead.error),
        dead.attempts,
        this.#options.platform.now(),
      ],
    )
  }

  async #find(id: string): Promise<DeadLetterRow | undefined> {
    if (!isUuid(id)) return undefined
    const rows: DeadLetterRow[] = await this.#options.source.query(
      'select * from dead_letters where id = $1',
      [id],
    )
    return rows[0]
  }
}

function toDeadLetter(row: DeadLetterRow): DeadLetter {
  return {
    id: row.id,
    consumer: row.consumer,
    eventId: row.event_id,
    eventName: row.event_name,
    error: row.error,
    attempts: row.attempts,
    diedAt: row.died_at,
    replayedAt: row.replayed_at,
  }
}

/** Name and message only: drivers put rows and parameters into other fields of their errors. */
function errorText(error: unknown): string {
  const text = error instanceof Error ? `${error.name}: ${error.message}` : String(error)
  return storable(text).slice(0, longestError)
}

/** PostgreSQL stores neither NUL nor half a surrogate pair; a queue on Redis may deliver both. */
function storableJson(value: unknown): string {
  return JSON.stringify(value ?? null, (_key, part: unknown) =>
    typeof part === 'string' ? storable(part) : part,
  )
}

function storable(text: string): string {
  return text.toWellFormed().replaceAll('\u0000', '\u{fffd}')
}
