import type pg from 'pg'
import { type DataSource, MigrationExecutor, type MigrationInterface } from 'typeorm'
import { limitSilence } from './silence-limit.ts'

/** A plain class with SQL in `up` and `down`; its name ends in a 13-digit timestamp, which is its place in the order. */
export type MigrationClass = new () => MigrationInterface

// Any constant works, as advisory locks are per database; this one spells "gravity" when read as bytes.
const migrationLock = '29117685525214329'

/**
 * Runs the pending migrations in order, each in its own transaction, and returns their names. An advisory lock makes
 * processes that start together take turns: the later ones find nothing pending. Rejects with the first error; what
 * ran before it stays. The lock then goes with the connection, so the caller closes the source.
 */
export async function runMigrations(source: DataSource): Promise<string[]> {
  const runner = source.createQueryRunner()
  try {
    // A migration, and waiting for another process's, may take longer than any request.
    const client: pg.PoolClient = await runner.connect()
    const limitAgain = limitSilence(client, 0)
    await runner.query('set statement_timeout = 0')
    await runner.query('select pg_advisory_lock($1)', [migrationLock])
    const executor = new MigrationExecutor(source, runner)
    executor.transaction = 'each'
    const migrations = await executor.executePendingMigrations()
    await runner.query('select pg_advisory_unlock($1)', [migrationLock])
    await runner.query('reset statement_timeout')
    limitAgain()
    return migrations.map((migration) => migration.name)
  } finally {
    await runner.release()
  }
}
