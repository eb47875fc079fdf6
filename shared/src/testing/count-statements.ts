import { AsyncLocalStorage } from 'node:async_hooks'
import pg from 'pg'

const tries = 5

/**
 * How many statements `work` sends to PostgreSQL, `begin` and `commit` included. What others send meanwhile does not
 * count: a statement belongs to the work that awaits it.
 */
export async function countStatements(work: () => Promise<unknown>): Promise<number> {
  const belongs = new AsyncLocalStorage<true>()
  return countWhile(
    () => belongs.run(true, work),
    () => belongs.getStore() === true,
  )
}

/**
 * How many statements the whole process sends while `work` runs, for work that others do a part of. It runs several times
 * and the fewest count, because the background has statements of its own from time to time.
 */
export async function countAllStatements(work: () => Promise<unknown>): Promise<number> {
  const counts: number[] = []
  for (let attempt = 0; attempt < tries; attempt += 1) {
    counts.push(await countWhile(work, () => true))
  }
  return Math.min(...counts)
}

async function countWhile(work: () => Promise<unknown>, counts: () => boolean): Promise<number> {
  const { query } = pg.Client.prototype
  let statements = 0
  pg.Client.prototype.query = function watched(this: pg.Client, ...args: unknown[]) {
    if (counts()) statements += 1
    return Reflect.apply(query, this, args)
  } as typeof query // The overloads of `query` cannot be written as one function.
  try {
    await work()
  } finally {
    pg.Client.prototype.query = query
  }
  return statements
}
