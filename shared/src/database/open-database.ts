import { setTimeout as delay } from 'node:timers/promises'
import type pg from 'pg'
import { DataSource, type EntityManager, type EntitySchema } from 'typeorm'
import type { Logger } from '../log/logger.ts'
import {
  databaseErrorCode,
  isConnectionFailure,
  translateConnectionFailure,
  translatingFailures,
} from './connection-failure.ts'
import { ListenConnection, type ListenOptions } from './listen-connection.ts'
import { prepareStatements, staleStatementCode } from './prepared-statements.ts'
import { createQueryLog, slowStatementMs } from './query-log.ts'
import { type MigrationClass, runMigrations } from './run-migrations.ts'
import { limitSilence } from './silence-limit.ts'
import { whenReachable } from './when-reachable.ts'

/**
 * Terminology
 * - Store: the repositories of one service, bound to one `EntityManager`.
 * - Reads: the same repositories outside a transaction, typed with their reading methods only.
 */

/** The limits of every connection that `openDatabase` makes. Milliseconds. */
export const connectionDefaults = {
  /** Connections per service and process. They are made on demand and closed after 25 s without work. */
  poolSize: 10,
  /** How long a caller waits for a free or new connection before it gets SUBGRAPH_UNAVAILABLE. */
  connectTimeoutMs: 5_000,
  /** The server cancels a statement after this; longer than the router's deadline, so that it never decides first. */
  statementTimeoutMs: 15_000,
  /** The server ends a session that sits in an open transaction, so that a stalled process does not hold locks. */
  idleInTransactionTimeoutMs: 15_000,
  /** A connection that is silent for longer is idle, or lost without a word: it is ended. More than the other two. */
  silenceTimeoutMs: 25_000,
} as const

// After serialization_failure and deadlock_detected PostgreSQL asks for the whole transaction again.
const retriedCodes: ReadonlySet<string | undefined> = new Set([
  '40001',
  '40P01',
  staleStatementCode,
])
const longestAttempts = 5
// invalid_catalog_name: whoever provisions the databases has not come to this one yet.
const missingDatabase = '3D000'

export interface OpenDatabaseOptions<Store extends object, Reads extends object> {
  /** Names the connections (`application_name`) and the log lines. */
  readonly service: string
  readonly url: string
  readonly entities: readonly EntitySchema[]
  readonly migrations: readonly MigrationClass[]
  /** Binds the repositories to a manager; called once for `reads` and once per attempt of a transaction. */
  readonly store: (manager: EntityManager) => Store & Reads
  readonly log: Logger
  /** Default `connectionDefaults.poolSize`. */
  readonly poolSize?: number
  /** Default `connectionDefaults.silenceTimeoutMs`. */
  readonly silenceTimeoutMs?: number
  /** How long to wait at the start for a PostgreSQL, or a database in it, that is not there yet. Default 15 s. */
  readonly startTimeoutMs?: number
}

/** A service's own database. Every method rejects with SUBGRAPH_UNAVAILABLE while PostgreSQL is away, and recovers by itself. */
export interface Database<Store, Reads> {
  /**
   * Runs `work` in one transaction (read committed) and returns its result. After a serialization failure or a
   * deadlock the whole of `work` runs again, up to five times: it must not have effects outside the store. When the
   * connection is lost during the commit, the outcome is unknown and the call rejects.
   */
  transaction<T>(work: (store: Store) => Promise<T>): Promise<T>
  readonly reads: Reads
  /**
   * LISTEN on one dedicated connection that reconnects by itself; disposing leaves. Notifications sent while it is
   * away are lost, and `onReconnect` tells when it is back.
   */
  listen(
    channel: string,
    listener: (payload: string) => void,
    options?: ListenOptions,
  ): Promise<AsyncDisposable>
  /** Rejects when a statement cannot be run now; for readiness. */
  ping(): Promise<void>
  close(): Promise<void>
  /** For SQL outside the repositories: the relay, maintenance. Its errors are not translated. */
  readonly source: DataSource
}

/**
 * Connects, runs the pending migrations under an advisory lock, and returns. Rejects with the driver's error when the
 * credentials are refused, and with the migration's when one fails; nothing stays open then.
 */
export async function openDatabase<Store extends object, Reads extends object>(
  options: OpenDatabaseOptions<Store, Reads>,
): Promise<Database<Store, Reads>> {
  const { service, log } = options
  const source = createSource(options)
  await connect(source, options)
  try {
    const migrated = await runMigrations(source)
    if (migrated.length > 0)
      log.info({ service, migrations: migrated }, 'The database was migrated.')
  } catch (error) {
    await source.destroy()
    throw translateConnectionFailure(error)
  }
  const listening = new ListenConnection({
    url: options.url,
    applicationName: `gravity-${service}-listen`,
    log,
    silenceTimeoutMs: options.silenceTimeoutMs ?? connectionDefaults.silenceTimeoutMs,
  })
  return {
    source,
    reads: translatingFailures(options.store(source.manager)),
    transaction: (work) => runTransaction(source, (manager) => work(options.store(manager))),
    listen: (channel, listener, listenOptions) =>
      listening.listen(channel, listener, listenOptions),
    ping: () => ping(source),
    close: async () => {
      await listening.close()
      if (source.isInitialized) await source.destroy()
    },
  }
}

function createSource({
  service,
  url,
  entities,
  migrations,
  log,
  poolSize = connectionDefaults.poolSize,
  silenceTimeoutMs = connectionDefaults.silenceTimeoutMs,
}: Omit<OpenDatabaseOptions<object, object>, 'store'>): DataSource {
  return new DataSource({
    type: 'postgres',
    url,
    applicationName: `gravity-${service}`,
    entities: [...entities],
    migrations: [...migrations],
    migrationsTableName: 'migrations',
    synchronize: false,
    logging: ['warn'],
    logger: createQueryLog(log),
    maxQueryExecutionTime: slowStatementMs,
    installExtensions: false,
    poolSize,
    connectTimeoutMS: connectionDefaults.connectTimeoutMs,
    poolErrorHandler: (error: unknown) =>
      log.warn(
        // Not the error itself, which carries the whole client with the key that cancels its statements.
        { service, reason: error instanceof Error ? error.message : String(error) },
        'An idle database connection failed; the pool replaces it.',
      ),
    extra: {
      statement_timeout: connectionDefaults.statementTimeoutMs,
      idle_in_transaction_session_timeout: connectionDefaults.idleInTransactionTimeoutMs,
      // Before silence is taken for death.
      idleTimeoutMillis: Math.ceil(silenceTimeoutMs * 0.8),
      onConnect(client: pg.PoolClient) {
        limitSilence(client, silenceTimeoutMs)
        prepareStatements(client)
      },
      keepAlive: true,
      keepAliveInitialDelayMillis: 10_000,
    },
  })
}

async function connect(
  source: DataSource,
  options: Pick<OpenDatabaseOptions<object, object>, 'service' | 'log' | 'startTimeoutMs'>,
): Promise<void> {
  const { service, log, startTimeoutMs } = options
  try {
    await whenReachable(() => source.initialize(), {
      timeoutMs: startTimeoutMs,
      alsoWaitsFor: (error) => databaseErrorCode(error) === missingDatabase,
      onWait: (err) => log.debug({ service, err }, 'The database cannot be reached yet.'),
    })
  } catch (error) {
    throw translateConnectionFailure(error)
  }
}

async function runTransaction<T>(
  source: DataSource,
  work: (manager: EntityManager) => Promise<T>,
): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    let begun = false
    const askedAt = performance.now()
    try {
      return await source.transaction((manager) => {
        begun = true
        return work(manager)
      })
    } catch (error) {
      // A pooled connection may have died unnoticed; before BEGIN has succeeded, trying a new one is free of effects.
      const diedUnnoticed = !begun && attempt === 1 && performance.now() - askedAt < 1_000
      const again =
        retriedCodes.has(databaseErrorCode(error)) || (diedUnnoticed && isConnectionFailure(error))
      if (!again || attempt === longestAttempts) throw translateConnectionFailure(error)
      await delay(2 ** attempt * 5 * Math.random())
    }
  }
}

async function ping(source: DataSource): Promise<void> {
  try {
    await source.query('select 1')
  } catch (error) {
    throw translateConnectionFailure(error)
  }
}
