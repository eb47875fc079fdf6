import { describe, expect, it } from '@jest/globals'
import pg from 'pg'
import { openQueues } from '../src/queues/open-queues.ts'
import type { Queues } from '../src/queues/queues.ts'
import { eventually } from '../src/testing/eventually.ts'
import { silentLog } from '../src/testing/silent-log.ts'
import { createTestDatabase, testServerUrl } from '../src/testing/test-database.ts'

async function connectionsTo(url: string): Promise<number> {
  const admin = new pg.Client({ connectionString: testServerUrl() })
  await admin.connect()
  try {
    const { rows } = await admin.query(
      'select count(*)::int as count from pg_stat_activity where datname = $1',
      [new URL(url).pathname.slice(1)],
    )
    return rows[0].count
  } finally {
    await admin.end()
  }
}

describe('queues on postgres', () => {
  it('can be opened for the first time by several processes at once', async () => {
    const database = await createTestDatabase('first_queues')
    const open = () => openQueues({ backend: 'postgres', url: database.url, log: silentLog })

    const all: Queues[] = await Promise.all(Array.from({ length: 6 }, open))

    await all[0]?.queue('first').add([{ name: 'job', data: {} }])
    expect(await all[5]?.queue('first').counts()).toMatchObject({ waiting: 1 })
    await Promise.all(all.map((queues) => queues.close()))
    await database.drop()
  })

  it('need few connections for many queues and workers', async () => {
    const database = await createTestDatabase('many_queues')
    const url = database.url
    const queues = await openQueues({ backend: 'postgres', url, log: silentLog, poolSize: 3 })
    const ran: string[] = []
    const names = Array.from({ length: 26 }, (_, index) => `queue-${index}`)
    for (const name of names) queues.worker(name, async () => void ran.push(name))

    await Promise.all(names.map((name) => queues.queue(name).add([{ name: 'job', data: {} }])))
    await eventually(() => expect(ran).toHaveLength(26))

    expect(await connectionsTo(url)).toBeLessThanOrEqual(4)
    await queues.close()
    expect(await connectionsTo(url)).toBe(0)
    await database.drop()
  })

  it('say at once when the server refuses them', async () => {
    const url = new URL(testServerUrl())
    url.pathname = '/there-is-no-such-database'

    const opening = openQueues({ backend: 'postgres', url: url.href, log: silentLog })

    await expect(opening).rejects.toThrow('does not exist')
  })
})
