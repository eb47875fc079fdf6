import { randomUUID } from 'node:crypto'
import { openQueues } from '../src/queues/open-queues.ts'
import { silentLog } from '../src/testing/silent-log.ts'
import { createTestDatabase } from '../src/testing/test-database.ts'
import { redisFor } from './memory-and-redis.ts'

/** Where queues may be kept, for `describe.each`. */
export interface QueueStore {
  readonly name: 'postgres' | 'redis'
  /** A new, empty place. */
  create(): Promise<QueuePlace>
}

export interface QueuePlace extends AsyncDisposable {
  readonly address: QueueAddress
}

export type QueueAddress =
  | { readonly backend: 'postgres'; readonly url: string }
  | { readonly backend: 'redis'; readonly url: string; readonly prefix: string }

const postgres: QueueStore = {
  name: 'postgres',
  async create() {
    const { url, drop } = await createTestDatabase('queues', async (template) => {
      const queues = await openQueues({ backend: 'postgres', url: template, log: silentLog })
      await queues.close()
    })
    return { address: { backend: 'postgres', url }, [Symbol.asyncDispose]: drop }
  },
}

function redis(url: string): QueueStore {
  return {
    name: 'redis',
    async create() {
      const prefix = `test-${randomUUID()}`
      return {
        address: { backend: 'redis', url, prefix },
        [Symbol.asyncDispose]: () => Promise.resolve(),
      }
    },
  }
}

/** PostgreSQL, and Redis where there is one; the console tells when there is none. */
export function queueStores(subject: string): readonly QueueStore[] {
  const url = redisFor(subject)
  return url === undefined ? [postgres] : [postgres, redis(url)]
}
