/**
 * Terminology
 * - Queue: a durable list of jobs, shared by every process that opened it; delivery is at least once.
 * - Job: a name and JSON data, waiting in a queue until a worker has finished it.
 * - Worker: takes jobs of one queue, several at a time; many workers in many processes share the work.
 * - Attempt: one run of a job; a failed one is repeated after a backoff until the attempts are used up.
 * - Schedule: a rule by which the queue itself adds a job again and again.
 */

/** Named queues on PostgreSQL or Redis; opened once in a process by `openQueues`, and shared by all its subgraphs. */
export interface Queues {
  readonly backend: 'postgres' | 'redis'
  /** The queue of that name; the same object each time. Names hold letters, digits, dots and hyphens. */
  queue(name: string): Queue
  /**
   * Starts taking jobs at once. It survives restarts of the backend by itself. A job whose process died is taken
   * again after some seconds, so `run` must bear being repeated.
   */
  worker(name: string, run: JobRunner, options?: WorkerOptions): QueueWorker
  /** Rejects when jobs cannot be added now; for readiness. */
  ping(): Promise<void>
  /** Stops the workers that are still running, then disconnects. */
  close(): Promise<void>
}

/** One queue. While its store is away, every call rejects with SUBGRAPH_UNAVAILABLE. */
export interface Queue {
  readonly name: string
  /**
   * Resolves when all jobs are stored, in this order, or none. A job whose `id` is still in the queue is not added again.
   */
  add(jobs: readonly NewJob[]): Promise<void>
  /** Creates the schedule, or changes the one with this id; many processes may do it at once. */
  schedule(schedule: JobSchedule): Promise<void>
  unschedule(id: string): Promise<void>
  scheduleIds(): Promise<string[]>
  counts(): Promise<QueueCounts>
  /** Makes every delayed job due now. */
  promoteDelayed(): Promise<void>
  /** The jobs that used up their attempts or were unrecoverable, the latest first; kept for two weeks. */
  failed(first: number): Promise<FailedJob[]>
  /** Gives a failed job all its attempts anew; resolves to false when there is no such job. */
  retryFailed(id: string): Promise<boolean>
}

/** A job as it is added. */
export interface NewJob {
  readonly name: string
  /** Must survive JSON. */
  readonly data: object
  /** Default: a new id. No colon, and not only digits. */
  readonly id?: string
  /** Default 0. */
  readonly delayMs?: number
  /** Default 1. */
  readonly attempts?: number
  readonly backoff?: Backoff
  /** While a job with this deduplication id is unfinished, another one is not added. */
  readonly deduplicationId?: string
}

/** Waits `delayMs`, then twice that, and so on up to `maxDelayMs`, each shortened by chance by up to `jitter`. */
export interface Backoff {
  readonly delayMs: number
  readonly maxDelayMs: number
  /** From 0 (none) to 1 (anything between nothing and the full delay). */
  readonly jitter: number
}

/** A job that the queue adds by itself, by a rule. */
export interface JobSchedule {
  readonly id: string
  readonly job: Omit<NewJob, 'id' | 'delayMs' | 'deduplicationId'>
  readonly when: ScheduleRule
}

/**
 * `everyMs`: once when the schedule is new, then at each multiple. `cron`: five fields, or six with seconds first, in the IANA
 * time zone `timezone`, default UTC.
 */
export type ScheduleRule =
  | { readonly everyMs: number }
  | { readonly cron: string; readonly timezone?: string }

/** How many jobs are in which state. */
export interface QueueCounts {
  readonly waiting: number
  readonly active: number
  readonly delayed: number
  readonly failed: number
}

/** A job that is not tried any more. */
export interface FailedJob {
  readonly id: string
  readonly name: string
  readonly data: unknown
  readonly error: string
  readonly attempts: number
  readonly failedAt: Date
}

/**
 * Runs one attempt. Resolve: done. Throw: tried again after the backoff. Throw `UnrecoverableError`: failed at once.
 * Throw `RetryLaterError`: tried again later, and the attempt does not count.
 */
export type JobRunner = (job: ActiveJob) => Promise<void>

/** A job that a worker has taken. */
export interface ActiveJob {
  readonly id: string
  readonly name: string
  readonly data: unknown
  /** From 1; attempts that ended in `RetryLaterError` or in the death of their process are not counted. */
  readonly attempt: number
  /** How often a process died, or lost touch with the queue, during this job. */
  readonly deaths: number
  /** Aborted when the worker gives up waiting for this job as it stops. */
  readonly signal: AbortSignal
}

/** How a worker works. */
export interface WorkerOptions {
  /** Jobs in flight at once; default 1. */
  readonly concurrency?: number
}

/** A worker that runs until it is stopped. */
export interface QueueWorker {
  /**
   * Takes no more jobs and resolves when those in flight have ended, at the latest after `graceMs` (default 10,000)
   * and two seconds more; what has not ended then is taken again by another worker.
   */
  stop(graceMs?: number): Promise<void>
}
