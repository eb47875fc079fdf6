import { Alarm } from '../concurrency/alarm.ts'
import { endsWithin } from '../concurrency/ends-within.ts'
import type { Database } from '../database/open-database.ts'
import type { Logger } from '../log/logger.ts'
import { createOutageLog, type OutageLog } from '../log/outage-log.ts'
import type { Queues } from '../queues/queues.ts'
import { OUTBOX_CHANNEL } from './outbox.ts'
import { pruneEvents } from './prune-events.ts'
import { relayBatch } from './relay-batch.ts'

/** Whose outbox is emptied, and into which queues. */
export interface EventRelayOptions {
  readonly service: string
  readonly database: Pick<Database<object, object>, 'listen' | 'source'>
  readonly queues: Queues
  readonly log: Logger
}

/** The safety net for a lost notification; an idle service pays one short statement. */
const pollMs = 5000
const retryMs = 1000
const pruneMs = 3_600_000
const stopMs = 10_000

/** Hands the outbox of one database to the queues, woken by each commit. Any number may work on one outbox. */
export class EventRelay {
  readonly #options: EventRelayOptions
  readonly #outage: OutageLog
  readonly #alarm = new Alarm()
  #stop: (() => Promise<void>) | undefined
  #prunedAt = 0

  constructor(options: EventRelayOptions) {
    this.#options = options
    this.#outage = createOutageLog(options.log, {
      away: `The events of ${options.service} cannot be told; trying again until they can.`,
      back: `The events of ${options.service} are told again.`,
    })
  }

  async start(): Promise<void> {
    if (this.#stop) return
    const wake = () => this.#alarm.ring()
    const listening = await this.#options.database.listen(OUTBOX_CHANNEL, wake, {
      onReconnect: wake,
    })
    const stopping = new AbortController()
    const loop = this.#loop(stopping.signal)
    this.#stop = async () => {
      stopping.abort()
      this.#alarm.ring()
      await endsWithin(Promise.all([listening[Symbol.asyncDispose](), loop]), stopMs)
    }
  }

  /** Finishes the batch in flight, in ten seconds at most; a batch that is cut off is relayed by the next process. */
  async stop(): Promise<void> {
    const stop = this.#stop
    this.#stop = undefined
    await stop?.()
  }

  /** Relays until there is nothing left that this relay may take. Rejects when the database or a queue is away. */
  async flush(signal?: AbortSignal): Promise<void> {
    const { database, queues } = this.#options
    while (!signal?.aborted && (await relayBatch(database.source, queues)) > 0);
  }

  async hasUnsent(): Promise<boolean> {
    const rows: { unsent: boolean }[] = await this.#options.database.source.query(
      'select exists (select from outbox where sent_at is null) as unsent',
    )
    return rows[0]?.unsent ?? false
  }

  async #loop(signal: AbortSignal): Promise<void> {
    let woken = true
    while (!signal.aborted) {
      const pause = await this.#pass(woken, signal)
      woken = signal.aborted || (await this.#alarm.sleep(pause))
    }
  }

  /** Resolves to the milliseconds after which to look again without being woken. */
  async #pass(woken: boolean, signal: AbortSignal): Promise<number> {
    try {
      if (woken || (await this.hasUnsent())) await this.flush(signal)
      await this.#prune()
      this.#outage.succeeded()
      return pollMs * (0.75 + Math.random() / 2)
    } catch (error) {
      this.#outage.failed(error)
      return retryMs
    }
  }

  async #prune(): Promise<void> {
    if (Date.now() - this.#prunedAt < pruneMs) return
    await pruneEvents(this.#options.database.source)
    this.#prunedAt = Date.now()
  }
}
