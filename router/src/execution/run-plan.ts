import type { CompiledPlan } from './compile-plan.ts'
import type { ExecutionRun } from './execution-run.ts'

/**
 * Runs every task as soon as those it waits for have ended. Resolves when all have; rejects only for a bug, since what
 * subgraphs fail to answer becomes faults of the run.
 */
export async function runPlan({ tasks }: CompiledPlan, run: ExecutionRun): Promise<void> {
  const [only] = tasks
  if (only && tasks.length === 1) {
    await only.task.run(run)
    return
  }
  const waiting = tasks.map((scheduled) => scheduled.waitsFor)
  const start = async (index: number): Promise<void> => {
    const scheduled = tasks[index]
    if (!scheduled) return
    await scheduled.task.run(run)
    const ready = scheduled.dependents.filter((dependent) => {
      const left = (waiting[dependent] ?? 0) - 1
      waiting[dependent] = left
      return left === 0
    })
    await Promise.all(ready.map(start))
  }
  const first = tasks.flatMap((scheduled, index) => (scheduled.waitsFor === 0 ? [index] : []))
  await Promise.all(first.map(start))
}
