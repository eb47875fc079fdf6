import type { Planner } from './planner.ts'

/**
 * Told when a document is parsed, validated or planned, which happens when it is met first; the returned function is
 * told when that has ended, and whether it failed.
 */
export type ObservePreparation = (kind: 'parse' | 'validate' | 'plan') => (failed: boolean) => void

/** How often an operation was known when it was asked for, and how often not, since the start. */
export interface PlanCacheCounts {
  hits: number
  misses: number
}

/** Does some of the work of a preparation, and tells the observer. */
export function observed<T>(
  observe: ObservePreparation | undefined,
  kind: 'parse' | 'validate',
  work: () => T,
): T {
  if (!observe) return work()
  const ended = observe(kind)
  try {
    const result = work()
    ended(false)
    return result
  } catch (error) {
    ended(true)
    throw error
  }
}

/** A planner whose plans are told to an observer. */
export function observePlanner(planner: Planner, observe: ObservePreparation | undefined): Planner {
  if (!observe) return planner
  return {
    async plan(document, options) {
      const ended = observe('plan')
      try {
        const plan = await planner.plan(document, options)
        ended(false)
        return plan
      } catch (error) {
        ended(true)
        throw error
      }
    },
    retire: () => planner.retire(),
  }
}

/** Tells several observers. */
export function observeAll(
  observers: readonly (ObservePreparation | undefined)[],
): ObservePreparation | undefined {
  const present = observers.filter((observe) => observe !== undefined)
  if (present.length < 2) return present[0]
  return (kind) => {
    const ends = present.map((observe) => observe(kind))
    return (failed) => {
      for (const end of ends) end(failed)
    }
  }
}
