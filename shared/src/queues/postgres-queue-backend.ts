import { setTimeout as delay } from 'node:timers/promises'
import { PostgresConnection, PostgresQueueBackend, runMigrations } from 'bullmq'
import pg from 'pg'
import { Turns } from '../concurrency/turns.ts'
import { isConnectionFailure } from '../database/connection-failure.ts'
import type { Logger } from '../log/logger.ts'
import { createPatientPool } from './patient-pool.ts'
import type { QueueBackend } from './queue-backend.ts'

/** Which database keeps the queues. */
export interface PostgresQueueOptions {
  readonly url: string
  readonly log: Logger
  /** Connections for all queues and workers of the process together, apart from the one that listens. */
  readonly poolSize: number
}

const idleSeconds = 30
const startMs = 15_000

/**
 * BullMQ gives every queue and worker a pool and a listening connection of its own. Here all of them share one pool and
 * one listener: thirteen services in a process would otherwise hold more than a hundred connections.
 */
export async function openPostgresQueueBackend(
  options: PostgresQueueOptions,
): Promise<QueueBackend> {
  const { log, poolSize, url } = options
  const pool = new pg.Pool({
    connectionString: url,
    max: poolSize + 1,
    keepAlive: true,
    connectionTimeoutMillis: 5_000,
    query_timeout: 15_000,
    application_name: 'gravity-queues',
    options: '-c search_path=bullmq',
  })
  const workers = new Set<PostgresQueueBackend>()
  // One lock at a time: locks that wait must not take all the connections that the work needs.
  const turns = new Turns()
  const rearmAll = () => workers.forEach(rearm)
  const patient = createPatientPool({ pool, log, onRecovered: rearmAll })
  pool.on('error', patient.failed)
  try {
    await migrateWhenReachable(pool)
  } catch (error) {
    patient.close()
    await pool.end()
    throw error
  }
  const connection = new PostgresConnection(patient.view)
  connection.on('error', patient.failed)
  connection.on('listenerinvalidated', rearmAll)
  await connection.waitUntilReady()
  return {
    kind: 'postgres',
    idleSeconds,
    storedName: (queue) => queue,
    alone: (key, work) => turns.take('', () => withLock(pool, key, work)),
    isAway: isConnectionFailure,
    factory(name, queueOptions, need) {
      const backend = new PostgresQueueBackend(
        connection,
        name,
        { ...queueOptions, connection: patient.view },
        false,
      )
      if (need?.withBlockingConnection) workers.add(backend)
      backend.close = async () => void workers.delete(backend)
      return backend
    },
    async ping() {
      await pool.query('select 1')
    },
    async close() {
      patient.close()
      await connection.close()
      await pool.end()
    },
  }
}

/** Makes a worker listen anew, for the listening connection may be another one, and look for jobs at once. */
function rearm(worker: PostgresQueueBackend): void {
  void worker.disconnectBlocking()
  void worker.reconnectBlocking()
}

async function withLock<T>(pool: pg.Pool, key: string, work: () => Promise<T>): Promise<T> {
  const client = await pool.connect()
  let unlocked = false
  try {
    await client.query('select pg_advisory_lock(hashtext($1))', [key])
    const result = await work()
    await client.query('select pg_advisory_unlock(hashtext($1))', [key])
    unlocked = true
    return result
  } finally {
    // A connection that is closed gives its locks back.
    client.release(!unlocked)
  }
}

/** Another part of the platform may only be starting the server. */
async function migrateWhenReachable(pool: pg.Pool): Promise<void> {
  const giveUpAt = performance.now() + startMs
  for (;;) {
    try {
      await migrate(pool)
      return
    } catch (error) {
      if (!isConnectionFailure(error) || performance.now() > giveUpAt) throw error
      await delay(250)
    }
  }
}

async function migrate(pool: pg.Pool): Promise<void> {
  const client = await pool.connect()
  try {
    await runMigrations(client)
  } finally {
    client.release()
  }
}
