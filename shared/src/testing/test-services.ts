import { chmod, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startPostgres } from '../postgres/postgres-server.ts'
import { startRedisServer } from '../redis/redis-server.ts'
import { silentLog } from './silent-log.ts'
import { removeStaleTestFolders, testFolderPrefix } from './stale-test-folders.ts'

export interface TestServices {
  readonly databaseUrl: string
  /** Absent when there is no Redis to be had. */
  readonly redisUrl?: string
  stop(): Promise<void>
}

// Nothing of a test run must survive a power failure.
const fastSettings = {
  fsync: 'off',
  synchronous_commit: 'off',
  full_page_writes: 'off',
  autovacuum: 'off',
  io_method: 'sync',
  max_wal_size: '2GB',
  checkpoint_timeout: '1h',
} as const

/**
 * Starts what the tests of one run share: an embedded PostgreSQL (or the one of GRAVITY_TEST_DATABASE_URL, a superuser's
 * URL) and a Redis (or the one of GRAVITY_TEST_REDIS_URL, or none).
 */
export async function startTestServices(env: NodeJS.ProcessEnv): Promise<TestServices> {
  const { GRAVITY_TEST_DATABASE_URL: databaseUrl, GRAVITY_TEST_REDIS_URL: redisUrl } = env
  const [database, redis] = await Promise.all([startDatabase(databaseUrl), startRedis(redisUrl)])
  return {
    databaseUrl: database.url,
    ...(redis && { redisUrl: redis.url }),
    stop: async () => {
      await Promise.all([database.stop(), redis?.stop()])
    },
  }
}

async function startDatabase(
  given: string | undefined,
): Promise<{ url: string; stop(): Promise<void> }> {
  if (given) return { url: given, stop: () => Promise.resolve() }
  await removeStaleTestFolders()
  const directory = await mkdtemp(join(tmpdir(), testFolderPrefix))
  // The user that PostgreSQL runs as when root runs the tests must be able to enter.
  await chmod(directory, 0o755)
  const dataDirectory = join(directory, 'postgres')
  const server = await startPostgres({ dataDirectory, settings: fastSettings, log: silentLog })
  return {
    url: server.url,
    stop: async () => {
      await server.discard()
      await rm(directory, { recursive: true, force: true })
    },
  }
}

async function startRedis(
  given: string | undefined,
): Promise<{ url: string; stop(): Promise<void> } | undefined> {
  if (given) return { url: given, stop: () => Promise.resolve() }
  return startRedisServer()
}
