import type { CompiledPlan } from '../compile-plan.ts'
import type { ExecutionRun } from '../execution-run.ts'
import { runPlan } from '../run-plan.ts'

/** A plan that is being run, and what of it is done. */
export interface PlanInParts {
  /** Resolves when what a deferred fragment waits for has ended, or what nothing was deferred of; rejects for a bug. */
  whenFetched(fragmentKey: string | undefined): Promise<void>
}

/** Starts a plan whose fetches belong to parts of the answer. */
export function runInParts(plan: CompiledPlan, run: ExecutionRun): PlanInParts {
  const parts = new Map([...plan.parts].map(([key, tasks]) => [key, new FetchedPart(tasks)]))
  const numbers = plan.tasks.flatMap(({ part }, task) => (part === undefined ? [task] : []))
  const primary = new FetchedPart(numbers)
  const all = [primary, ...parts.values()]
  const tasks = plan.tasks.map((scheduled, number) => {
    const { task, part } = scheduled
    const own = part === undefined ? run : { ...run, faults: run.faults.ofPart(part) }
    return {
      ...scheduled,
      task: {
        operation: task.operation,
        async run() {
          await task.run(own)
          for (const fetched of all) fetched.end(number)
        },
      },
    }
  })
  runPlan({ ...plan, tasks }, run).catch((cause: unknown) => {
    for (const fetched of all) fetched.fail(cause)
  })
  return {
    whenFetched: async (key) => (key === undefined ? primary : parts.get(key))?.whenFetched,
  }
}

/** What one part waits for. */
class FetchedPart {
  readonly #tasks: Set<number>
  readonly #settled = Promise.withResolvers<void>()

  constructor(tasks: Iterable<number>) {
    this.#tasks = new Set(tasks)
    this.#resolveWhenDone()
    // Whoever waits is told; a part that nobody waits for any more may fail in silence.
    this.#settled.promise.catch(() => undefined)
  }

  get whenFetched(): Promise<void> {
    return this.#settled.promise
  }

  end(task: number): void {
    if (this.#tasks.delete(task)) this.#resolveWhenDone()
  }

  fail(cause: unknown): void {
    this.#settled.reject(cause)
  }

  #resolveWhenDone(): void {
    if (this.#tasks.size === 0) this.#settled.resolve()
  }
}
