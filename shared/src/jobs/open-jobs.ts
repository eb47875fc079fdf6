import { z } from 'zod'
import type { Logger } from '../log/logger.ts'
import type { Platform } from '../platform/platform.ts'
import type { ActiveJob, FailedJob, Queue, QueueWorker } from '../queues/queues.ts'
import { UnrecoverableError } from '../queues/unrecoverable-error.ts'
import type { Job } from './define-job.ts'

/** What the jobs of a service work with. */
export interface OpenJobsOptions<Context> {
  readonly service: string
  readonly platform: Pick<Platform, 'queues'>
  /** Every job of the service. */
  readonly jobs: readonly Job<unknown, Context>[]
  readonly context: Context
  readonly log: Logger
  /** Jobs that run at once in this process; default 4. */
  readonly concurrency?: number
}

/** When a job runs, and whether it does beside another one. */
export interface EnqueueOptions {
  /** Default 0. */
  readonly delayMs?: number
  /** While a job with this id is waiting or running, enqueueing it again does nothing. */
  readonly deduplicationId?: string
}

const defaultConcurrency = 4
/** Of the process, while it was running the job: then the job is the suspect. */
const mostDeaths = 5

/** Connects a service's jobs with its queue `jobs.<service>`. Nothing runs before `start`. Throws when two jobs have one name. */
export function openJobs<Context>(options: OpenJobsOptions<Context>): Jobs<Context> {
  const { jobs, platform, service } = options
  const jobsByName = new Map(jobs.map((job) => [job.name, job]))
  if (jobsByName.size < jobs.length) throw new TypeError(`Two jobs of ${service} have one name`)
  return new Jobs({ ...options, jobsByName, queue: platform.queues.queue(`jobs.${service}`) })
}

interface JobsDeps<Context> extends OpenJobsOptions<Context> {
  readonly jobsByName: ReadonlyMap<string, Job<unknown, Context>>
  readonly queue: Queue
}

/** The jobs of one service. */
export class Jobs<Context> {
  readonly #deps: JobsDeps<Context>
  #worker: QueueWorker | undefined

  constructor(deps: JobsDeps<Context>) {
    this.#deps = deps
  }

  /**
   * Stores the job; it runs in whichever process is first to take it. Throws a `ZodError` when the input breaks the
   * job's schema, and rejects with SUBGRAPH_UNAVAILABLE when the queue is away.
   */
  async enqueue<Payload>(
    job: Job<Payload, Context>,
    input: Payload,
    options: EnqueueOptions = {},
  ): Promise<void> {
    const { attempts, backoff, name } = job
    const data = { input: job.parse(input) }
    await this.#deps.queue.add([{ name, data, attempts, backoff, ...options }])
  }

  /** Brings the schedules in the queue in line with the declared ones, and starts to run jobs. */
  async start(): Promise<void> {
    await this.#arrangeSchedules()
    const { concurrency = defaultConcurrency, platform, queue } = this.#deps
    this.#worker ??= platform.queues.worker(queue.name, (job) => this.#run(job), { concurrency })
  }

  /** Finishes the runs in flight, in twelve seconds at most, aborting their signal after ten. */
  async stop(): Promise<void> {
    const worker = this.#worker
    this.#worker = undefined
    await worker?.stop()
  }

  /** The jobs that failed for good, the latest first. */
  failed(first: number): Promise<FailedJob[]> {
    return this.#deps.queue.failed(first)
  }

  /** Gives a failed job all its attempts anew; resolves to false when there is no such job. */
  retryFailed(id: string): Promise<boolean> {
    return this.#deps.queue.retryFailed(id)
  }

  async #arrangeSchedules(): Promise<void> {
    const { jobs, queue } = this.#deps
    const declared = new Set<string>()
    for (const { attempts, backoff, name, schedule } of jobs) {
      if (!schedule) continue
      declared.add(name)
      await queue.schedule({
        id: name,
        when: schedule,
        job: { name, data: { input: schedule.input }, attempts, backoff },
      })
    }
    for (const id of await queue.scheduleIds()) {
      if (!declared.has(id)) await queue.unschedule(id)
    }
  }

  async #run(active: ActiveJob): Promise<void> {
    const log = this.#deps.log.child({ job: active.name, jobId: active.id })
    try {
      const job = this.#deps.jobsByName.get(active.name)
      if (!job) throw new UnrecoverableError('This service has no such job.')
      if (active.deaths >= mostDeaths) {
        throw new UnrecoverableError(`The process died ${active.deaths} times during this job.`)
      }
      const { context } = this.#deps
      await job.run({ input: parseInput(job, active.data), context, log, signal: active.signal })
    } catch (error) {
      log.warn({ err: error, attempt: active.attempt }, 'A job failed')
      throw error
    }
  }
}

/** What a job queue holds; the input is left to the job's own schema. */
const jobDataSchema = z.object({ input: z.unknown() })

function parseInput<Payload>(job: Job<Payload, never>, data: unknown): Payload {
  try {
    return job.parse(jobDataSchema.parse(data).input)
  } catch (error) {
    throw new UnrecoverableError(`The payload does not fit the job ${job.name}.`, { cause: error })
  }
}
