import type { Logger } from '../log/logger.ts'
import { BullmqQueue } from './bullmq-queue.ts'
import { BullmqWorker } from './bullmq-worker.ts'
import { openPostgresQueueBackend } from './postgres-queue-backend.ts'
import type { QueueBackend } from './queue-backend.ts'
import type { JobRunner, Queues, QueueWorker, WorkerOptions } from './queues.ts'
import { openRedisQueueBackend } from './redis-queue-backend.ts'

/** Where the queues are kept. */
export type OpenQueuesOptions = {
  readonly log: Logger
  /** How long after the death of a process its jobs are given to others, about; default 10,000. */
  readonly takeoverMs?: number
} & (
  | {
      readonly backend: 'postgres'
      readonly url: string
      /** Connections for all queues and workers together, and one more that listens; default 6. */
      readonly poolSize?: number
    }
  | {
      readonly backend: 'redis'
      readonly url: string
      /** In front of every key; default `gravity`. */
      readonly prefix?: string
    }
)

/**
 * Connects, and on PostgreSQL brings BullMQ's schema up to date; several processes may do it at once. Rejects when the
 * store cannot be reached for some fifteen seconds.
 */
export async function openQueues(options: OpenQueuesOptions): Promise<Queues> {
  return new BullmqQueues(await openBackend(options), options)
}

function openBackend(options: OpenQueuesOptions): Promise<QueueBackend> {
  const { log, url } = options
  return options.backend === 'postgres'
    ? openPostgresQueueBackend({ url, log, poolSize: options.poolSize ?? 6 })
    : openRedisQueueBackend({ url, log, prefix: options.prefix ?? 'gravity' })
}

class BullmqQueues implements Queues {
  readonly #backend: QueueBackend
  readonly #options: { readonly log: Logger; readonly takeoverMs?: number }
  readonly #queues = new Map<string, BullmqQueue>()
  readonly #workers = new Set<BullmqWorker>()

  constructor(
    backend: QueueBackend,
    options: { readonly log: Logger; readonly takeoverMs?: number },
  ) {
    this.#backend = backend
    this.#options = options
  }

  get backend(): 'postgres' | 'redis' {
    return this.#backend.kind
  }

  queue(name: string): BullmqQueue {
    const known = this.#queues.get(name)
    if (known) return known
    const queue = new BullmqQueue(name, this.#backend)
    this.#queues.set(name, queue)
    return queue
  }

  worker(name: string, run: JobRunner, options: WorkerOptions = {}): QueueWorker {
    const worker = new BullmqWorker({
      queue: name,
      backend: this.#backend,
      log: this.#options.log,
      concurrency: options.concurrency ?? 1,
      takeoverMs: this.#options.takeoverMs ?? 10_000,
      run,
    })
    this.#workers.add(worker)
    return worker
  }

  ping(): Promise<void> {
    return this.#backend.ping()
  }

  async close(): Promise<void> {
    await Promise.all([...this.#workers].map((worker) => worker.stop()))
    await Promise.all([...this.#queues.values()].map((queue) => queue.close()))
    await this.#backend.close()
  }
}
