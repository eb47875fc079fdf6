import pg from 'pg'

/** How many statements this process sends to PostgreSQL while `work` runs, `begin` and `commit` included. */
export async function countStatements(work: () => Promise<unknown>): Promise<number> {
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
