import { AsyncLocalStorage } from 'node:async_hooks'
import { channel, subscribe, unsubscribe } from 'node:diagnostics_channel'

const channelName = 'gravity.database.statement'

/** Tells whoever counts that a statement goes to the database. Costs next to nothing while nobody does. */
export function createStatementTeller(): () => void {
  const statements = channel(channelName)
  return () => {
    if (statements.hasSubscribers) statements.publish(undefined)
  }
}

/** Counts the statements that a piece of work sends to the database, whatever else the process does meanwhile. */
export interface StatementCounter {
  /** Runs the work; its tally goes on counting until the work has ended. */
  run<T>(tally: { count: number }, work: () => T): T
  stop(): void
}

export function openStatementCounter(): StatementCounter {
  const tallies = new AsyncLocalStorage<{ count: number }>()
  const add = (): void => {
    const tally = tallies.getStore()
    if (tally) tally.count += 1
  }
  subscribe(channelName, add)
  return {
    run: (tally, work) => tallies.run(tally, work),
    stop: () => void unsubscribe(channelName, add),
  }
}
