import {
  type BackoffOptions,
  Queue as BullQueue,
  type IQueueBackend,
  type Job,
  type JobsOptions,
} from 'bullmq'
import { GravityError } from '../errors/gravity-error.ts'
import type { QueueBackend } from './queue-backend.ts'
import type { Backoff, FailedJob, JobSchedule, NewJob, Queue, QueueCounts } from './queues.ts'

/** The name by which a worker knows the backoff of this port. */
export const BACKOFF_TYPE = 'gravity'

/** A backoff as BullMQ keeps it with the job. */
export interface StoredBackoff extends BackoffOptions {
  readonly maxDelayMs: number
}

type Bull = BullQueue<unknown, unknown, string, unknown, unknown, string, IQueueBackend, object>

/** A queue of the port, on BullMQ. Calls reject with SUBGRAPH_UNAVAILABLE while the store is away. */
export class BullmqQueue implements Queue {
  readonly name: string
  readonly #backend: QueueBackend
  readonly #bull: Bull

  constructor(name: string, backend: QueueBackend) {
    this.name = name
    this.#backend = backend
    this.#bull = new BullQueue<
      unknown,
      unknown,
      string,
      unknown,
      unknown,
      string,
      IQueueBackend,
      object
    >(
      backend.storedName(name),
      // Nobody reads BullMQ's own event stream, so next to nothing of it is kept.
      { connection: {}, streams: { events: { maxLen: 100 } } },
      backend.factory,
    )
    // Errors reach the callers; the backend logs outages.
    this.#bull.on('error', () => undefined)
  }

  async add(jobs: readonly NewJob[]): Promise<void> {
    const [first] = jobs
    if (!first) return
    await this.#reach(async () => {
      // One job goes a shorter way than a list of one.
      if (jobs.length === 1) await this.#bull.add(first.name, first.data, optionsOf(first))
      else {
        await this.#bull.addBulk(
          jobs.map((job) => ({ name: job.name, data: job.data, opts: optionsOf(job) })),
        )
      }
    })
  }

  async schedule({ id, job, when }: JobSchedule): Promise<void> {
    const rule =
      'everyMs' in when
        ? { every: when.everyMs }
        : { pattern: when.cron, tz: when.timezone ?? 'UTC' }
    const template = { name: job.name, data: job.data, opts: optionsOf(job) }
    // On PostgreSQL, BullMQ's statement deadlocks with itself, or schedules the job twice.
    await this.#reach(() =>
      this.#backend.alone(`schedule ${this.name} ${id}`, () =>
        this.#bull.upsertJobScheduler(id, rule, template),
      ),
    )
  }

  async unschedule(id: string): Promise<void> {
    await this.#reach(() => this.#bull.removeJobScheduler(id))
  }

  async scheduleIds(): Promise<string[]> {
    const schedulers = await this.#reach(() => this.#bull.getJobSchedulers())
    return schedulers.map(({ key }) => key)
  }

  async counts(): Promise<QueueCounts> {
    const {
      wait = 0,
      prioritized = 0,
      active = 0,
      delayed = 0,
      failed = 0,
    } = await this.#reach(() =>
      this.#bull.getJobCounts('wait', 'prioritized', 'active', 'delayed', 'failed'),
    )
    return { waiting: wait + prioritized, active, delayed, failed }
  }

  async promoteDelayed(): Promise<void> {
    await this.#reach(() => this.#bull.promoteJobs())
  }

  async failed(first: number): Promise<FailedJob[]> {
    const jobs = await this.#reach(() => this.#bull.getFailed(0, first - 1))
    return jobs.map(failedJob)
  }

  async retryFailed(id: string): Promise<boolean> {
    const job = await this.#reach(() => this.#bull.getJob(id))
    if (!job || !(await this.#reach(() => job.isFailed()))) return false
    await this.#reach(() =>
      job.retry('failed', { resetAttemptsMade: true, resetAttemptsStarted: true }),
    )
    return true
  }

  close(): Promise<void> {
    return this.#bull.close()
  }

  async #reach<T>(call: () => Promise<T>): Promise<T> {
    try {
      return await call()
    } catch (error) {
      if (!this.#backend.isAway(error)) throw error
      throw unavailable(error)
    }
  }
}

function optionsOf(job: Omit<NewJob, 'name' | 'data'>): JobsOptions {
  return {
    attempts: job.attempts ?? 1,
    delay: job.delayMs ?? 0,
    removeOnComplete: true,
    removeOnFail: { age: 14 * 24 * 3600, count: 10_000 },
    stackTraceLimit: 1,
    ...(job.id === undefined ? {} : { jobId: job.id }),
    ...(job.backoff === undefined ? {} : { backoff: storedBackoff(job.backoff) }),
    ...(job.deduplicationId === undefined ? {} : { deduplication: { id: job.deduplicationId } }),
  }
}

function storedBackoff(backoff: Backoff): StoredBackoff {
  return {
    type: BACKOFF_TYPE,
    delay: backoff.delayMs,
    jitter: backoff.jitter,
    maxDelayMs: backoff.maxDelayMs,
  }
}

function failedJob(job: Job<unknown>): FailedJob {
  return {
    id: job.id ?? '',
    name: job.name,
    data: job.data,
    error: job.failedReason,
    attempts: job.attemptsMade,
    failedAt: new Date(job.finishedOn ?? job.timestamp),
  }
}

function unavailable(cause: unknown): GravityError {
  return new GravityError('SUBGRAPH_UNAVAILABLE', 'Work cannot be queued now.', { cause })
}
