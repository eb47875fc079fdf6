import { setTimeout as delay } from 'node:timers/promises'
import { isPgPool, type PgPool } from 'bullmq'
import type pg from 'pg'
import { isConnectionFailure } from '../database/connection-failure.ts'
import { invariant } from '../errors/invariant.ts'
import type { Logger } from '../log/logger.ts'
import { createOutageLog } from '../log/outage-log.ts'

/** What is made patient, and who wants to know. */
export interface PatientPoolOptions {
  readonly pool: pg.Pool
  readonly log: Logger
  /** Called after every failure, when the database can be used again: a wake-up call may have been lost. */
  readonly onRecovered: () => void
}

/** A pool for BullMQ, whose errors BullMQ can live with. */
export interface PatientPool {
  readonly view: PgPool
  /** For failures that were noticed elsewhere, such as on an idle connection. */
  failed(error: unknown): void
  /** Ends the attempts to reach the database again. */
  close(): void
}

const recoveryMs = 250

/**
 * BullMQ pauses before it tries again only after an ECONNREFUSED, and spins after every other error; a PostgreSQL that
 * stops, starts or drops connections answers with many others, which all become one.
 */
export function createPatientPool({ pool, log, onRecovered }: PatientPoolOptions): PatientPool {
  const outage = createOutageLog(log, {
    away: 'The PostgreSQL database of the queues is away; trying again until it is back.',
    back: 'The PostgreSQL database of the queues is back.',
  })
  const closing = new AbortController()
  let recovering = false
  const recover = async () => {
    do await delay(recoveryMs)
    while (!closing.signal.aborted && !(await isReachable(pool)))
    recovering = false
    if (closing.signal.aborted) return
    outage.succeeded()
    onRecovered()
  }
  const failed = (error: unknown) => {
    outage.failed(error)
    if (recovering || closing.signal.aborted) return
    recovering = true
    void recover()
  }
  const attempt = async <T>(call: () => Promise<T>): Promise<T> => {
    try {
      return await call()
    } catch (error) {
      if (!isConnectionFailure(error)) throw error
      failed(error)
      throw connectionRefused(error)
    }
  }
  return { view: viewOf(pool, attempt), failed, close: () => closing.abort() }
}

type Attempt = <T>(call: () => Promise<T>) => Promise<T>

function viewOf(pool: pg.Pool, attempt: Attempt): PgPool {
  const view: object = {
    connect: () => attempt(async () => sharedClient(await pool.connect())),
    query: (text: string, values: readonly unknown[] = []) =>
      attempt(() => pool.query(text, [...values])),
    end: () => pool.end(),
    on: () => view,
    removeAllListeners: () => view,
  }
  invariant(isPgPool(view), 'the view has the methods that BullMQ calls')
  return view
}

/**
 * The client with which all workers listen: their statements take turns. BullMQ finds no socket in it whose keep-alive it
 * could set (the pool has done that), and therefore lets no worker sleep for longer than ten seconds after an error.
 */
function sharedClient(client: pg.PoolClient): object {
  client.setMaxListeners(0)
  let last: Promise<unknown> = Promise.resolve()
  const view = {
    query(text: string, values: readonly unknown[] = []) {
      const turn = last.then(() => client.query(text, [...values]))
      last = turn.catch(() => undefined)
      return turn
    },
    on(event: 'notification' | 'error', listener: () => void) {
      client.on(event, listener)
      return view
    },
    removeListener(event: 'notification' | 'error', listener: () => void) {
      client.removeListener(event, listener)
      return view
    },
    removeAllListeners(event?: string) {
      client.removeAllListeners(event)
      return view
    },
    release: (destroy?: boolean) => client.release(destroy),
  }
  return view
}

async function isReachable(pool: pg.Pool): Promise<boolean> {
  return pool.query('select 1').then(
    () => true,
    () => false,
  )
}

function connectionRefused(cause: unknown): Error {
  return Object.assign(new Error('PostgreSQL is away', { cause }), { code: 'ECONNREFUSED' })
}
