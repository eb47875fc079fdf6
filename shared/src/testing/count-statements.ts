import pg from 'pg'

const tries = 5

/**
 * How many statements `work` sends to PostgreSQL, `begin` and `commit` included. It runs several times and the fewest
 * count, because the background of the process has statements of its own from time to time.
 */
export async function countStatements(work: () => Promise<unknown>): Promise<number> {
  const counts: number[] = []
  for (let attempt = 0; attempt < tries; attempt += 1) counts.push(await countOnce(work))
  return Math.min(...counts)
}

async function countOnce(work: () => Promise<unknown>): Promise<number> {
  const { query } = pg.Client.prototype
  let statements = 0
  pg.Client.prototype.query = function counted(this: pg.Client, ...args: unknown[]) {
    statements += 1
    return Reflect.apply(query, this, args)
  } as typeof query // The overloads of `query` cannot be written as one function.
  try {
    await work()
  } finally {
    pg.Client.prototype.query = query
  }
  return statements
}
