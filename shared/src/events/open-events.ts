import { setTimeout as delay } from 'node:timers/promises'
import type { DataSource } from 'typeorm'
import type { Database } from '../database/open-database.ts'
import type { Logger } from '../log/logger.ts'
import type { Platform } from '../platform/platform.ts'
import type { Queue, QueueWorker } from '../queues/queues.ts'
import type { Consumer } from './consumer.ts'
import { DeadLetters } from './dead-letters.ts'
import { eventQueueName } from './event-delivery.ts'
import { EventReceiver } from './event-receiver.ts'
import { EventRelay } from './event-relay.ts'
import type { Inbox } from './inbox.ts'
import { OUTBOX_CHANNEL } from './outbox.ts'

/** What the events of a service work with. */
export interface OpenEventsOptions<Store extends { readonly inbox: Inbox }> {
  readonly service: string
  readonly platform: Pick<Platform, 'queues' | 'newId' | 'now'>
  readonly database: Pick<Database<Store, unknown>, 'transaction' | 'listen' | 'ping' | 'source'>
  /** Every consumer of the service; its name is unique among them. */
  readonly consumers: readonly Consumer<Store>[]
  readonly log: Logger
  /**
   * Events applied at once in this process; those of one aggregate take turns. Default 4: a slow event does not hold up
   * the others. With 1, a single process applies all events in the order in which they were relayed.
   */
  readonly concurrency?: number
}

/** What a monitor wants to know of a service's events. */
export interface EventBacklog {
  /** Committed, and not yet handed to the queues. */
  readonly unsent: number
  readonly oldestUnsentAt: Date | null
  /** Handed to this service's queue, and not yet applied. */
  readonly unapplied: number
  readonly deadLetters: number
}

interface BacklogRow {
  readonly unsent: string
  readonly oldest_unsent_at: Date | null
  readonly dead_letters: string
}

const drainMs = 30_000
const defaultConcurrency = 4

/**
 * Connects a service's database with the queues: what it tells (relay) and what it is told (consumers). Nothing works
 * before `start`. Throws when two consumers have one name.
 */
export function openEvents<Store extends { readonly inbox: Inbox }>(
  options: OpenEventsOptions<Store>,
): Events {
  const { consumers, database, log, platform, service } = options
  const names = consumers.map(({ name }) => name)
  if (new Set(names).size < names.length) {
    throw new TypeError(`Two consumers of ${service} have one name: ${names.join(', ')}`)
  }
  const { queues } = platform
  const { source } = database
  const deadLetters = new DeadLetters({ service, source, platform })
  const receiver = new EventReceiver({ database, consumers, deadLetters, log })
  const queueName = eventQueueName(service)
  return new Events({
    deadLetters,
    relay: new EventRelay({ service, database, queues, log }),
    queue: queues.queue(queueName),
    source,
    openWorker: () =>
      queues.worker(queueName, (job) => receiver.receive(job), {
        concurrency: options.concurrency ?? defaultConcurrency,
      }),
  })
}

interface EventsDeps {
  readonly deadLetters: DeadLetters
  readonly relay: EventRelay
  readonly queue: Queue
  readonly source: DataSource
  openWorker(): QueueWorker
}

/** The events of one service. */
export class Events {
  readonly deadLetters: DeadLetters
  readonly #deps: EventsDeps
  #worker: QueueWorker | undefined

  constructor(deps: EventsDeps) {
    this.deadLetters = deps.deadLetters
    this.#deps = deps
  }

  /** Starts the relay and the consumers. Rejects when the database is away. */
  async start(): Promise<void> {
    await this.#deps.relay.start()
    this.#worker ??= this.#deps.openWorker()
  }

  /** Finishes what is in flight, in twelve seconds at most; what is not finished then is done by the next process. */
  async stop(): Promise<void> {
    const worker = this.#worker
    this.#worker = undefined
    await Promise.all([this.#deps.relay.stop(), worker?.stop()])
  }

  /**
   * For tests, before or after `start`: relays and consumes, without waiting for a backoff, until nothing that this
   * service told or was told is left. Other services drain for themselves. Rejects after thirty seconds.
   */
  async drain(): Promise<void> {
    const worker = this.#worker ?? this.#deps.openWorker()
    const giveUpAt = performance.now() + drainMs
    try {
      while (!(await this.#settle())) {
        if (performance.now() > giveUpAt) throw new Error('The events did not drain in time.')
        await delay(5)
      }
    } finally {
      if (worker !== this.#worker) await worker.stop()
    }
  }

  /**
   * Sends every event again that was sent since then, at most seven days ago; for a queue that has lost its content.
   * What was applied is not applied again. Resolves to the number of events.
   */
  async resend(since: Date): Promise<number> {
    const rows: { count: string }[] = await this.#deps.source.query(
      `with again as (
         update outbox set sent_at = null
         where sent_at >= $1 and cardinality(consumers) > 0
         returning position)
       select count(*) as count, pg_notify('${OUTBOX_CHANNEL}', '') from again`,
      [since],
    )
    return Number(rows[0]?.count ?? 0)
  }

  async backlog(): Promise<EventBacklog> {
    const [rows, counts] = await Promise.all([this.#readBacklog(), this.#deps.queue.counts()])
    const [row] = rows
    return {
      unsent: Number(row?.unsent ?? 0),
      oldestUnsentAt: row?.oldest_unsent_at ?? null,
      unapplied: counts.waiting + counts.active + counts.delayed,
      deadLetters: Number(row?.dead_letters ?? 0),
    }
  }

  #readBacklog(): Promise<BacklogRow[]> {
    return this.#deps.source.query(
      `select count(*) as unsent, min(occurred_at) as oldest_unsent_at,
         (select count(*) from dead_letters) as dead_letters
       from outbox where sent_at is null`,
    )
  }

  async #settle(): Promise<boolean> {
    const { queue, relay } = this.#deps
    await relay.flush()
    await queue.promoteDelayed()
    const { active, delayed, waiting } = await queue.counts()
    return active + delayed + waiting === 0 && !(await relay.hasUnsent())
  }
}
