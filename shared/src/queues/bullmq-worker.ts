import { setTimeout as delay } from 'node:timers/promises'
import { DelayedError, type IQueueBackend, type Job, type MinimalJob, Worker } from 'bullmq'
import { endsWithin } from '../concurrency/ends-within.ts'
import { invariant } from '../errors/invariant.ts'
import type { Logger } from '../log/logger.ts'
import { backoffDelay } from './backoff.ts'
import type { QueueBackend } from './queue-backend.ts'
import type { JobRunner, QueueWorker } from './queues.ts'
import { RetryLaterError } from './retry-later-error.ts'

/** What one worker works on, and how. */
export interface BullmqWorkerOptions {
  readonly queue: string
  readonly backend: QueueBackend
  readonly log: Logger
  readonly concurrency: number
  /** A job that shows no sign of life for this long is given to another worker. */
  readonly takeoverMs: number
  readonly run: JobRunner
}

const defaultGraceMs = 10_000
const abortMs = 1000
const closeMs = 1000
const failedFetchMs = 1000
const warningsEveryMs = 30_000

/** A worker of the port, on BullMQ. */
export class BullmqWorker implements QueueWorker {
  readonly #worker: Worker<unknown, void, string, IQueueBackend, object, object>
  readonly #abort = new AbortController()
  #stopped: Promise<void> | undefined

  constructor(options: BullmqWorkerOptions) {
    const { backend, log, queue, run, takeoverMs } = options
    this.#worker = new Worker<unknown, void, string, IQueueBackend, object, object>(
      backend.storedName(queue),
      (job, token) => attempt(run, { job, token, signal: this.#abort.signal }),
      {
        connection: {},
        concurrency: options.concurrency,
        drainDelay: backend.idleSeconds,
        runRetryDelay: 500,
        lockDuration: takeoverMs,
        stalledInterval: takeoverMs / 2,
        // BullMQ would drop the job without asking; `ActiveJob.deaths` lets its owner decide.
        maxStalledCount: 1_000_000,
        settings: { backoffStrategy: (...[attempts, , , job]) => delayOf(job, attempts) },
      },
      (...call) => withPatientFetch(backend.factory(...call), backend),
    )
    const warn = repeatedlyWarning(log.child({ queue }))
    this.#worker.on('error', (error) => {
      if (!backend.isAway(error)) warn(error)
    })
    this.#worker.on('stalled', (jobId) => {
      log.info({ queue, jobId }, 'The worker of a job is gone; another one takes the job')
    })
  }

  stop(graceMs: number = defaultGraceMs): Promise<void> {
    this.#stopped ??= this.#stop(graceMs)
    return this.#stopped
  }

  async #stop(graceMs: number): Promise<void> {
    const idle = this.#worker.pause()
    if (!(await endsWithin(idle, graceMs))) {
      this.#abort.abort(new Error('The worker stops.'))
      await endsWithin(idle, abortMs)
    }
    // By force: a job that is still running must not keep its lock, so that another worker takes it.
    await endsWithin(this.#worker.close(true), closeMs)
  }
}

/** BullMQ pauses while its store is away, but with a store that refuses every call it would do nothing else than call. */
function withPatientFetch(bull: IQueueBackend, backend: QueueBackend): IQueueBackend {
  const moveToActive = bull.moveToActive.bind(bull)
  bull.moveToActive = async (...call) => {
    try {
      return await moveToActive(...call)
    } catch (error) {
      if (!backend.isAway(error)) await delay(failedFetchMs)
      throw error
    }
  }
  return bull
}

/** Says the same thing once in a while only. */
function repeatedlyWarning(log: Logger): (error: Error) => void {
  let last = { message: '', at: Number.NEGATIVE_INFINITY }
  return (error) => {
    const at = performance.now()
    if (error.message === last.message && at - last.at < warningsEveryMs) return
    last = { message: error.message, at }
    log.warn({ err: error }, 'A queue worker met an error')
  }
}

async function attempt(
  run: JobRunner,
  { job, token, signal }: { job: Job<unknown>; token: string | undefined; signal: AbortSignal },
): Promise<void> {
  invariant(job.id !== undefined, 'a job that runs has an id')
  try {
    await run({
      id: job.id,
      name: job.name,
      data: job.data,
      attempt: job.attemptsMade + 1,
      deaths: job.stalledCounter,
      signal,
    })
  } catch (error) {
    if (!(error instanceof RetryLaterError)) throw error
    await job.moveToDelayed(Date.now() + error.delayMs, token)
    throw delayed(error)
  }
}

function delayOf(job: MinimalJob | undefined, attemptsMade: number): number {
  const backoff = job?.opts.backoff
  invariant(typeof backoff === 'object', 'the job was added by this port')
  invariant(
    'maxDelayMs' in backoff && typeof backoff.maxDelayMs === 'number',
    'the backoff has a limit',
  )
  return backoffDelay(
    { delayMs: backoff.delay ?? 0, jitter: backoff.jitter ?? 0, maxDelayMs: backoff.maxDelayMs },
    attemptsMade,
    Math.random(),
  )
}

/** What tells BullMQ that the job was moved and is to be left alone. */
function delayed(cause: RetryLaterError): DelayedError {
  return Object.assign(new DelayedError(cause.message), { cause })
}
