import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { v7 } from 'uuid'
import { type Events, openEvents } from '../src/events/open-events.ts'
import { openQueues } from '../src/queues/open-queues.ts'
import { eventually } from '../src/testing/eventually.ts'
import { silentLog } from '../src/testing/silent-log.ts'
import { createTestDatabase } from '../src/testing/test-database.ts'
import { BreakableProxy } from './breakable-proxy.ts'
import { type LedgerDatabase, openLedgerDatabase, tell, writeDown } from './event-services.ts'
import { queueStores } from './queue-stores.ts'

describe.each(queueStores('events during outages'))('events on $name', ({ create }) => {
  let resources: AsyncDisposableStack
  let proxies: Record<'counter' | 'ledger' | 'queues', BreakableProxy>
  let counter: LedgerDatabase
  let ledger: LedgerDatabase
  let ledgerEvents: Events

  beforeAll(async () => {
    resources = new AsyncDisposableStack()
    const place = resources.use(await create())
    const proxyOf = async (url: string) => resources.use(await BreakableProxy.open(url))
    const databaseProxy = async (service: string) => {
      const database = await createTestDatabase(service)
      resources.defer(() => database.drop())
      return proxyOf(database.url)
    }
    proxies = {
      counter: await databaseProxy('counter'),
      ledger: await databaseProxy('ledger'),
      queues: await proxyOf(place.address.url),
    }
    const address = { ...place.address, url: proxies.queues.url }
    const queues = await openQueues({ ...address, log: silentLog, takeoverMs: 500 })
    resources.defer(() => queues.close())
    const platform = { queues, newId: () => v7(), now: () => new Date() }
    const open = async (service: 'counter' | 'ledger') => {
      const { url } = proxies[service]
      const database = await openLedgerDatabase(platform, { service, url })
      resources.defer(() => database.close())
      return database
    }
    counter = await open('counter')
    ledger = await open('ledger')
    const shared = { platform, log: silentLog }
    const counterEvents = openEvents({
      ...shared,
      service: 'counter',
      database: counter,
      consumers: [],
    })
    ledgerEvents = openEvents({
      ...shared,
      service: 'ledger',
      database: ledger,
      consumers: [writeDown],
    })
    for (const events of [counterEvents, ledgerEvents]) {
      await events.start()
      resources.defer(() => events.stop())
    }
  })
  afterAll(async () => {
    await resources.disposeAsync()
  })

  async function expectApplied(aggregateId: string): Promise<void> {
    await eventually(
      async () => expect(await ledger.reads.ledger.numbers(aggregateId)).toEqual([1]),
      { timeoutMs: 20_000 },
    )
  }

  it('reach a consumer whose database was away, without an attempt lost', async () => {
    await proxies.ledger.cut()
    await tell(counter, 'no-consumer', 1)
    await eventually(async () => {
      const unsent = await counter.source.query('select from outbox where sent_at is null')
      expect(unsent).toEqual([])
    })

    await proxies.ledger.restore()

    await expectApplied('no-consumer')
    expect(await ledgerEvents.backlog()).toMatchObject({ deadLetters: 0 })
  })

  it('wait in the outbox while the queues are away', async () => {
    await proxies.queues.cut()
    await tell(counter, 'no-queues', 1)

    await proxies.queues.restore()

    await expectApplied('no-queues')
  })

  it('are heard of after every connection was lost', async () => {
    for (const proxy of Object.values(proxies)) proxy.drop()

    await eventually(() => tell(counter, 'no-connections', 1))

    await expectApplied('no-connections')
  })

  it('are relayed after the database of the producer was away', async () => {
    await proxies.counter.cut()
    await expect(tell(counter, 'no-producer', 1)).rejects.toThrow()
    await proxies.counter.restore()

    await eventually(() => tell(counter, 'no-producer', 1))

    await expectApplied('no-producer')
  })
})
