import type { Worker } from 'node:worker_threads'
import type { QueryPlan } from '@apollo/query-planner'
import { GravityError } from '@gravity/shared/errors/gravity-error'
import type { Logger } from '@gravity/shared/log/logger'
import { type DocumentNode, print } from 'graphql'
import { withParsedFetches } from './plan-fetches.ts'
import type { Planner, PlanOptions } from './planner.ts'
import { type PlanJob, PlannerThread } from './planner-thread.ts'
import { becomePlanner, startThread } from './spare-thread.ts'

export interface PlannerThreadsOptions {
  /** The supergraph to plan for. */
  readonly sdl: string
  /** How many plans are made at the same time; at least 1. */
  readonly threads: number
  /** How long one plan may take; then the operation is refused and its thread replaced. */
  readonly deadlineMs: number
  readonly log: Logger
  /** Starts a thread with the program `planner-worker.ts`; another than that of `startThread`, for instance a spare one. */
  readonly start?: () => Worker
}

/**
 * A planner on threads of its own, so that no plan stops the event loop. The threads start at once and in the
 * background. A thread that takes too long, or dies, is replaced; what it was planning is refused, or tried once more.
 */
export class PlannerThreads implements Planner {
  readonly #options: PlannerThreadsOptions
  readonly #threads = new Set<PlannerThread>()
  readonly #waiting: PlanJob[] = []
  #isRetired = false

  constructor(options: PlannerThreadsOptions) {
    this.#options = options
    for (let thread = 0; thread < options.threads; thread += 1) this.#start()
  }

  async plan(document: DocumentNode, options: PlanOptions = {}): Promise<QueryPlan> {
    const settled = Promise.withResolvers<QueryPlan>()
    this.#waiting.push({ text: print(document), options, settled, crashes: 0 })
    this.#next()
    return withParsedFetches(await settled.promise)
  }

  /** What is asked for afterwards is still planned, by a thread that is started for it. */
  retire(): void {
    this.#isRetired = true
    this.#next()
  }

  async stop(): Promise<void> {
    this.#isRetired = true
    const stopped = new GravityError('SUBGRAPH_UNAVAILABLE', 'The router stops.')
    for (const job of this.#waiting.splice(0)) job.settled.reject(stopped)
    await Promise.all([...this.#threads].map((thread) => thread.end(stopped)))
  }

  #start(): PlannerThread {
    const { sdl, deadlineMs, log, start = startThread } = this.#options
    const thread: PlannerThread = new PlannerThread(becomePlanner(start(), sdl), {
      deadlineMs,
      onIdle: () => this.#next(),
      onEnd: (job, cause) => {
        this.#threads.delete(thread)
        if (cause) log.warn({ err: cause, document: job?.text }, 'A planner thread was replaced.')
        if (job) this.#retry(job, cause)
        // The next operation should not have to wait for a start.
        if (thread.hasStarted && !this.#isRetired && this.#threads.size < this.#options.threads) {
          this.#start()
        }
        this.#next()
      },
    })
    this.#threads.add(thread)
    return thread
  }

  #retry(job: PlanJob, cause: unknown): void {
    job.crashes += 1
    if (job.crashes > 1) job.settled.reject(cause)
    else this.#waiting.unshift(job)
  }

  #next(): void {
    while (this.#waiting.length > 0) {
      const thread = this.#idleThread()
      if (!thread) return
      const job = this.#waiting.shift()
      if (job) thread.plan(job)
    }
    if (!this.#isRetired) return
    for (const thread of this.#threads) if (thread.isIdle) void thread.end(undefined)
  }

  #idleThread(): PlannerThread | undefined {
    const idle = [...this.#threads].find((thread) => thread.isIdle)
    if (idle) return idle
    return this.#threads.size < this.#options.threads ? this.#start() : undefined
  }
}
