import type { Worker } from 'node:worker_threads'
import type { QueryPlan } from '@apollo/query-planner'
import { GravityError } from '@gravity/shared/errors/gravity-error'
import type { Logger } from '@gravity/shared/log/logger'
import { type DocumentNode, print } from 'graphql'
import { withParsedFetches } from './plan-fetches.ts'
import { PlanQueue } from './plan-queue.ts'
import type { Planner, PlanOptions } from './planner.ts'
import { type PlanJob, type PlannedSupergraph, PlannerThread } from './planner-thread.ts'
import { startThread } from './spare-thread.ts'

export interface PlannerThreadsOptions {
  /** How many plans are made at the same time; at least 1. */
  readonly threads: number
  /** How long one plan may take; then the operation is refused and its thread replaced. */
  readonly deadlineMs: number
  readonly log: Logger
  /** Starts a thread with the program `planner-worker.ts`; another than that of `startThread`, for instance a spare one. */
  readonly start?: (() => Worker) | undefined
}

/** More documents than this are not met for the first time by accident. */
const mostWaiting = 1_000

/**
 * Threads that plan, so that no plan stops the event loop; the same for all supergraphs that are served, since a thread
 * costs more than a supergraph on it. They start in the background with the first supergraph. A thread that takes too
 * long, or dies, is replaced; what it was planning is refused, or tried once more.
 */
export class PlannerThreads {
  readonly #options: PlannerThreadsOptions
  readonly #threads = new Set<PlannerThread>()
  readonly #waiting = new PlanQueue(mostWaiting)
  /** Those that have not retired. */
  readonly #supergraphs = new Set<PlannedSupergraph>()
  #numbers = 0
  #stopped: GravityError | undefined

  constructor(options: PlannerThreadsOptions) {
    this.#options = options
  }

  /**
   * A planner for a supergraph, which the threads begin to read. One that cannot be read has plans for nothing. What is
   * asked for after the supergraph has retired is still planned, but the supergraph is read anew for it.
   */
  plannerFor(sdl: string): Planner {
    const supergraph = { number: this.#numbers++, sdl, crashes: 0 }
    this.#supergraphs.add(supergraph)
    while (this.#threads.size < this.#options.threads) this.#start()
    for (const thread of this.#threads) thread.open(supergraph)
    return {
      plan: (document, options = {}) => this.#plan(supergraph, document, options),
      retire: () => {
        this.#supergraphs.delete(supergraph)
        this.#next()
      },
    }
  }

  /** Ends the threads and rejects what they are planning. */
  async stop(): Promise<void> {
    const stopped = new GravityError('SUBGRAPH_UNAVAILABLE', 'The router stops.')
    this.#stopped = stopped
    for (const job of this.#waiting.takeAll()) job.settled.reject(stopped)
    await Promise.all([...this.#threads].map((thread) => thread.end(stopped)))
  }

  async #plan(
    supergraph: PlannedSupergraph,
    document: DocumentNode,
    options: PlanOptions,
  ): Promise<QueryPlan> {
    if (this.#stopped) throw this.#stopped
    if (this.#waiting.isFull) throw tooManyWaiting()
    const settled = Promise.withResolvers<QueryPlan>()
    this.#waiting.add({ supergraph, text: print(document), options, settled, crashes: 0 })
    this.#next()
    return withParsedFetches(await settled.promise)
  }

  #start(): PlannerThread {
    const { deadlineMs, log, start = startThread } = this.#options
    const thread: PlannerThread = new PlannerThread(start(), {
      deadlineMs,
      onIdle: () => this.#next(),
      onEnd: ({ job, reading, cause }) => {
        this.#threads.delete(thread)
        const document = job && loggable(job)
        if (cause) log.warn({ err: cause, document }, 'A planner thread was replaced.')
        if (job) this.#retry(job, cause)
        if (reading) reading.crashes += 1
        // The next operation should not have to wait for a start.
        if (thread.hasStarted && this.#mayStart) this.#start()
        this.#next()
      },
    })
    this.#threads.add(thread)
    for (const supergraph of this.#supergraphs) {
      // What ended a thread once must not take the other supergraphs' threads too.
      if (supergraph.crashes === 0) thread.open(supergraph)
    }
    return thread
  }

  get #mayStart(): boolean {
    return !this.#stopped && this.#threads.size < this.#options.threads
  }

  #retry(job: PlanJob, cause: unknown): void {
    job.crashes += 1
    if (job.crashes > 1 || this.#stopped) job.settled.reject(this.#stopped ?? cause)
    else this.#waiting.addFirst(job)
  }

  #next(): void {
    while (!this.#waiting.isEmpty) {
      const thread = this.#idleThread()
      if (!thread) break
      const job = this.#waiting.take()
      if (job) thread.plan(job)
    }
    const needed = new Set(this.#waiting.jobs.map(({ supergraph }) => supergraph))
    for (const thread of this.#threads) {
      thread.closeUnless(
        (supergraph) => this.#supergraphs.has(supergraph) || needed.has(supergraph),
      )
    }
  }

  #idleThread(): PlannerThread | undefined {
    const idle = [...this.#threads].find((thread) => thread.isIdle)
    return idle ?? (this.#mayStart ? this.#start() : undefined)
  }
}

function tooManyWaiting(): GravityError {
  const message = 'Too many operations that were not asked for before wait to be planned.'
  return new GravityError('RATE_LIMITED', message, { extensions: { retryAfterSeconds: 5 } })
}

/** Texts that were written into a document may be somebody's secrets. */
function loggable({ text }: PlanJob): string | undefined {
  return text.includes('"') ? undefined : text
}
