import { rm } from 'node:fs/promises'
import { resolve } from 'node:path'
import pg from 'pg'
import { StartError } from '../config/start-error.ts'
import { errorCode } from '../errors/error-code.ts'
import type { Logger } from '../log/logger.ts'
import { clusterPassword } from './cluster-files.ts'
import { lockCluster } from './cluster-lock.ts'
import { type ClusterPlace, findPlace, refugeOf } from './cluster-place.ts'
import { createCluster, flushCluster, replacePassword } from './create-cluster.ts'
import { endLeftovers } from './leftovers.ts'
import { giveFilesBeside, openParent, ownerFor } from './process-owner.ts'
import { type SupervisedPostmaster, startSupervised } from './supervised-postmaster.ts'

export interface PostgresServerOptions {
  /** Created when it is absent or empty. Its lock and its password are kept in files beside it. */
  readonly dataDirectory: string
  /** On 127.0.0.1; any free one when absent or 0. */
  readonly port?: number
  /** PostgreSQL settings on top of the defaults, such as `{ fsync: 'off' }`. */
  readonly settings?: Readonly<Record<string, string>>
  readonly log: Logger
}

/** An embedded PostgreSQL that runs until it is stopped or this process ends. */
export interface PostgresServer {
  /** Of the superuser, to the database `postgres`. */
  readonly url: string
  readonly port: number
  /** Where the data really is; see `notice`. */
  readonly dataDirectory: string
  /** One sentence for the person at the terminal when data or programs had to be put elsewhere. */
  readonly notice?: string
  /** Ends connections, writes everything out and frees the data directory. May be called again. */
  stop(): Promise<void>
  /** Stops and deletes the data; for tests. */
  discard(): Promise<void>
}

/**
 * Starts the embedded PostgreSQL of a data directory and resolves when it accepts connections. It recovers what an
 * earlier run left behind: half-made data, a stale lock file, a crash, an orphan. A PostgreSQL that dies while it is in
 * use is started again on the same port. Throws a StartError, one sentence, when a person must act: the data is in
 * use, of another major version, damaged or somebody else's, or the port is taken.
 */
export async function startPostgres(options: PostgresServerOptions): Promise<PostgresServer> {
  const dataDirectory = resolve(options.dataDirectory)
  const owner = await ownerFor(dataDirectory)
  await openParent(dataDirectory, owner)
  const lock = lockCluster(dataDirectory)
  try {
    const place = await findPlace(dataDirectory, owner)
    const { password, fresh } = await clusterPassword(dataDirectory)
    if (owner) await giveFilesBeside(dataDirectory, owner)
    if (place.exists) {
      await endLeftovers(place.dataDirectory, options.log)
      if (fresh) await replacePassword(place, password)
    } else {
      await createCluster({ place, password, log: options.log })
    }
    const running = await startSupervised({ settings: {}, ...options, place })
    const url = `postgres://postgres:${password}@127.0.0.1:${running.port}/postgres`
    await checkPassword({ url, dataDirectory, running })
    if (!place.exists && isDurable(options)) flushLater(place, options.log)
    let stopping: Promise<void> | undefined
    const stop = (mode: 'fast' | 'immediate') => {
      stopping ??= running.stop(mode).finally(() => lock.release())
      return stopping
    }
    return {
      url,
      port: running.port,
      dataDirectory: place.dataDirectory,
      ...(place.notice !== undefined && { notice: place.notice }),
      stop: () => stop('fast'),
      discard: async () => {
        await stop('immediate')
        await removeCluster(place, dataDirectory)
      },
    }
  } catch (error) {
    lock.release()
    throw error
  }
}

async function removeCluster(place: ClusterPlace, dataDirectory: string): Promise<void> {
  const refuge = refugeOf(place, dataDirectory)
  const beside = ['', '.password', '.lock'].map((suffix) => `${dataDirectory}${suffix}`)
  for (const path of [...beside, ...(refuge ? [refuge] : [])]) {
    await rm(path, { recursive: true, force: true })
  }
}

function isDurable({ settings = {} }: PostgresServerOptions): boolean {
  const { fsync } = settings
  return fsync !== 'off'
}

function flushLater(place: ClusterPlace, log: Logger): void {
  flushCluster(place).catch((err: unknown) =>
    log.debug({ err }, 'The new data was not written out at once; the next checkpoint does it.'),
  )
}

interface PasswordCheck {
  readonly url: string
  readonly dataDirectory: string
  readonly running: SupervisedPostmaster
}

async function checkPassword({ url, dataDirectory, running }: PasswordCheck): Promise<void> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 10_000 })
  try {
    await client.connect()
    await client.end()
  } catch (error) {
    await running.stop('fast')
    if (errorCode(error) !== '28P01') throw error
    throw new StartError(
      `The password in ${dataDirectory}.password is not that of the data: delete that file and start again, which sets a new one.`,
      { cause: error },
    )
  }
}
