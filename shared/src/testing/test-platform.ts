import { hkdfSync, randomBytes } from 'node:crypto'
import { v7 } from 'uuid'
import { createMemoryCache } from '../cache/memory-cache.ts'
import type { Logger } from '../log/logger.ts'
import type { Platform } from '../platform/platform.ts'
import { createMemoryPubSub } from '../pubsub/memory-pubsub.ts'
import { openQueues } from '../queues/open-queues.ts'
import { createMemoryRateLimits } from '../rate-limit/memory-rate-limits.ts'
import { silentLog } from './silent-log.ts'
import { TestClock } from './test-clock.ts'
import { createTestDatabase, LazyTestDatabases } from './test-database.ts'

export interface TestPlatformOptions {
  /** Default `none`. */
  readonly seed?: 'demo' | 'none'
  /** Default: a logger that keeps nothing. */
  readonly log?: Logger
  /** Per service, what migrates its template database; without, its database begins empty. */
  readonly migrations?: Readonly<Record<string, (url: string) => Promise<void>>>
}

/** A platform of its own for a test file: memory ports, PostgreSQL queues, and a new database for each service. */
export interface TestPlatform extends Platform, AsyncDisposable {
  readonly clock: TestClock
  /** The same connection string as `databaseUrl`, once the database is there. */
  databaseReady(service: string): Promise<string>
}

/**
 * Opens a platform over the services of the test run. `databaseUrl` answers at once and creates the database in the
 * background; `openDatabase` waits for it. `close` drops the databases; close what uses them before.
 */
export async function createTestPlatform(options: TestPlatformOptions = {}): Promise<TestPlatform> {
  const log = options.log ?? silentLog
  const clock = new TestClock()
  const secret = randomBytes(32)
  const databases = new LazyTestDatabases(options.migrations ?? {})
  const queueDatabase = await createTestDatabase('queues', async (url) => {
    const queues = await openQueues({ backend: 'postgres', url, log })
    await queues.close()
  })
  const queues = await openQueues({ backend: 'postgres', url: queueDatabase.url, log })
  const pubsub = createMemoryPubSub({ log })
  const cache = createMemoryCache()
  let sequence = 0
  const close = async () => {
    await Promise.all([queues.close(), pubsub.close(), cache.close()])
    await Promise.all([queueDatabase.drop(), databases.drop()])
  }
  return {
    environment: 'test',
    seed: options.seed ?? 'none',
    log,
    pubsub,
    cache,
    rateLimits: createMemoryRateLimits(),
    queues,
    clock,
    databaseUrl: (service) => databases.urlOf(service),
    databaseReady: (service) => databases.ready(service),
    secretFor: (purpose) => Buffer.from(hkdfSync('sha256', secret, '', purpose, 32)),
    now: () => clock.now(),
    newId() {
      sequence += 1
      return v7({ msecs: clock.now().getTime(), seq: sequence })
    },
    close,
    [Symbol.asyncDispose]: close,
  }
}
