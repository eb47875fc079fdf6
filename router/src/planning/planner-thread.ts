import type { Worker } from 'node:worker_threads'
import type { QueryPlan } from '@apollo/query-planner'
import { GravityError } from '@gravity/shared/errors/gravity-error'
import type { PlanOptions } from './planner.ts'
import type { ThreadMessage } from './planner-worker.ts'

/** Something to be planned, and who waits for it. */
export interface PlanJob {
  readonly text: string
  readonly options: PlanOptions
  readonly settled: PromiseWithResolvers<QueryPlan>
  /** How often a thread has ended before it was done. */
  crashes: number
}

export interface PlannerThreadOptions {
  readonly deadlineMs: number
  /** Called when a plan is done. */
  readonly onIdle: () => void
  /** Called when the thread has ended, with what it was planning, if that may be tried again, and why it ended. */
  readonly onEnd: (job: PlanJob | undefined, cause: unknown) => void
}

/** One thread that plans one operation at a time. Does not keep the process alive while it has nothing to plan. */
export class PlannerThread {
  readonly #worker: Worker
  readonly #options: PlannerThreadOptions
  #job: PlanJob | undefined
  #deadline: NodeJS.Timeout | undefined
  #cause: unknown
  #hasStarted = false
  #isEnding = false

  constructor(worker: Worker, options: PlannerThreadOptions) {
    this.#worker = worker
    this.#options = options
    worker.unref()
    worker.on('message', (message: ThreadMessage) => this.#receive(message))
    worker.on('error', (cause) => {
      this.#cause ??= cause
    })
    worker.on('exit', (code) => this.#onExit(code))
  }

  get isIdle(): boolean {
    return this.#job === undefined && !this.#isEnding
  }

  /** True once it was able to plan. */
  get hasStarted(): boolean {
    return this.#hasStarted
  }

  plan(job: PlanJob): void {
    this.#job = job
    this.#worker.ref()
    this.#worker.postMessage({ text: job.text, options: job.options })
    if (this.#hasStarted) this.#startClock()
  }

  /** Ends the thread, and rejects what it is planning. */
  async end(cause: unknown): Promise<void> {
    this.#isEnding = true
    this.#settle()?.settled.reject(cause)
    await this.#worker.terminate()
  }

  #receive(message: ThreadMessage): void {
    if (message.kind === 'started') {
      this.#hasStarted = true
      if (this.#job) this.#startClock()
      return
    }
    const settled = this.#settle()?.settled
    switch (message.kind) {
      case 'planned':
        settled?.resolve(message.plan)
        break
      case 'refused':
        settled?.reject(new GravityError('BAD_USER_INPUT', message.reason))
        break
      case 'failed':
        settled?.reject(message.cause)
    }
    this.#options.onIdle()
  }

  /** How long a thread takes to start is not the operation's fault. */
  #startClock(): void {
    this.#deadline = setTimeout(() => {
      const overdue = new GravityError(
        'BAD_USER_INPUT',
        `The operation takes longer than ${this.#options.deadlineMs / 1_000} s to be planned: select less, or on fewer types.`,
      )
      this.#cause = overdue
      void this.end(overdue)
    }, this.#options.deadlineMs)
  }

  #settle(): PlanJob | undefined {
    const job = this.#job
    this.#job = undefined
    clearTimeout(this.#deadline)
    this.#worker.unref()
    return job
  }

  #onExit(code: number): void {
    const wasExpected = this.#isEnding && this.#cause === undefined
    this.#isEnding = true
    const cause = this.#cause ?? new Error(`The planner thread ended with code ${code}`)
    const job = this.#settle()
    if (job && this.#hasStarted && isOutOfMemory(cause)) {
      job.settled.reject(tooLarge(cause))
      this.#options.onEnd(undefined, cause)
    } else this.#options.onEnd(job, wasExpected ? undefined : cause)
  }
}

function isOutOfMemory(cause: unknown): boolean {
  if (typeof cause !== 'object' || cause === null || !('code' in cause)) return false
  return cause.code === 'ERR_WORKER_OUT_OF_MEMORY'
}

function tooLarge(cause: unknown): GravityError {
  const message = 'The operation takes more memory than there is to be planned: select less.'
  return new GravityError('BAD_USER_INPUT', message, { cause })
}
