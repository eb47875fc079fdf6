import type { Worker } from 'node:worker_threads'
import type { QueryPlan } from '@apollo/query-planner'
import { GravityError } from '@gravity/shared/errors/gravity-error'
import type { PlanOptions } from './planner.ts'
import type { ThreadMessage, ThreadRequest } from './planner-worker.ts'

/** A supergraph that threads plan for. */
export interface PlannedSupergraph {
  /** No other has it. */
  readonly number: number
  readonly sdl: string
  /** How often a thread has ended while it read it. */
  crashes: number
}

/** Something to be planned, and who waits for it. */
export interface PlanJob {
  readonly supergraph: PlannedSupergraph
  readonly text: string
  readonly options: PlanOptions
  readonly settled: PromiseWithResolvers<QueryPlan>
  /** How often a thread has ended before it was done. */
  crashes: number
}

/** What a thread left undone. */
export interface ThreadEnd {
  /** What it was planning, if that may be tried again. */
  readonly job: PlanJob | undefined
  /** The supergraph that it was reading, if that may have ended it. */
  readonly reading: PlannedSupergraph | undefined
  /** Why it ended; undefined when it was ended without a reason. */
  readonly cause: unknown
}

export interface PlannerThreadOptions {
  readonly deadlineMs: number
  /** Called when a plan is done. */
  readonly onIdle: () => void
  readonly onEnd: (end: ThreadEnd) => void
}

/** One thread that plans one operation at a time. Does not keep the process alive while it has nothing to plan. */
export class PlannerThread {
  readonly #worker: Worker
  readonly #options: PlannerThreadOptions
  /** Those that it was told to read, and not to forget. */
  readonly #supergraphs = new Set<PlannedSupergraph>()
  /** Those that it has not read yet, in its order. */
  readonly #unread: PlannedSupergraph[] = []
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

  /** Lets the thread read a supergraph, unless it was told to already. */
  open(supergraph: PlannedSupergraph): void {
    if (this.#supergraphs.has(supergraph)) return
    this.#supergraphs.add(supergraph)
    this.#unread.push(supergraph)
    this.#ask({ kind: 'open', supergraph: supergraph.number, sdl: supergraph.sdl })
  }

  /** Lets the thread forget the supergraphs that are not needed, when it has done what it was told before. */
  closeUnless(isNeeded: (supergraph: PlannedSupergraph) => boolean): void {
    for (const supergraph of this.#supergraphs) {
      if (isNeeded(supergraph)) continue
      this.#supergraphs.delete(supergraph)
      this.#ask({ kind: 'close', supergraph: supergraph.number })
    }
  }

  plan(job: PlanJob): void {
    const { supergraph, text, options } = job
    this.#job = job
    this.#worker.ref()
    this.open(supergraph)
    this.#ask({ kind: 'plan', supergraph: supergraph.number, text, options })
    this.#startClock()
  }

  /** Ends the thread, and rejects what it is planning. */
  async end(cause: unknown): Promise<void> {
    this.#isEnding = true
    this.#settle()?.settled.reject(cause)
    await this.#worker.terminate()
  }

  #ask(request: ThreadRequest): void {
    this.#worker.postMessage(request)
  }

  #receive(message: ThreadMessage): void {
    if (message.kind === 'opened') {
      this.#hasStarted = true
      this.#unread.shift()
      this.#startClock()
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

  /** How long a thread takes to start, and to read supergraphs, is not the operation's fault. */
  #startClock(): void {
    if (!this.#job || this.#deadline || this.#unread.length > 0) return
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
    this.#deadline = undefined
    this.#worker.unref()
    return job
  }

  #onExit(code: number): void {
    const wasExpected = this.#isEnding && this.#cause === undefined
    this.#isEnding = true
    const cause = this.#cause ?? new Error(`The planner thread ended with code ${code}`)
    const wasPlanning = this.#deadline !== undefined
    const job = this.#settle()
    const isTooLarge = wasPlanning && isOutOfMemory(cause)
    if (isTooLarge) job?.settled.reject(tooLarge(cause))
    this.#options.onEnd({
      job: isTooLarge ? undefined : job,
      reading: wasPlanning ? undefined : this.#unread[0],
      cause: wasExpected ? undefined : cause,
    })
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
