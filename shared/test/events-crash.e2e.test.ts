import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { v7 } from 'uuid'
import { openEvents } from '../src/events/open-events.ts'
import { openQueues } from '../src/queues/open-queues.ts'
import { silentLog } from '../src/testing/silent-log.ts'
import { createTestDatabase, type TestDatabase } from '../src/testing/test-database.ts'
import { type CrashPlan, crashPoints, takeoverMs } from './crashing-services.ts'
import { openLedgerDatabase, writeDown } from './event-services.ts'
import { type QueuePlace, queueStores } from './queue-stores.ts'

const program = fileURLToPath(new URL('./crashing-services.ts', import.meta.url))

/** Runs the services until they die; kills them when they have applied so many events, if they still live then. */
async function runUntilDeath(plan: CrashPlan, killAfter = Number.POSITIVE_INFINITY): Promise<void> {
  const child = spawn(process.execPath, [program, JSON.stringify(plan)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const exited = once(child, 'exit')
  let applied = 0
  createInterface(child.stdout).on('line', () => {
    applied += 1
    if (applied === killAfter) child.kill('SIGKILL')
  })
  const [, signal] = await exited
  expect(signal).toBe('SIGKILL')
}

describe.each(queueStores('events across crashes'))('events on $name', ({ create }) => {
  let place: QueuePlace
  let counter: TestDatabase
  let ledger: TestDatabase
  let firstNumber = 1

  beforeAll(async () => {
    place = await create()
    counter = await createTestDatabase('counter')
    ledger = await createTestDatabase('ledger')
  })
  afterAll(async () => {
    await Promise.all([counter.drop(), ledger.drop()])
    await place[Symbol.asyncDispose]()
  })

  const nextNumbers = () => {
    firstNumber += 100_000
    return firstNumber
  }
  const plan = (crash?: CrashPlan['crash']): CrashPlan => ({
    counterUrl: counter.url,
    ledgerUrl: ledger.url,
    queues: place.address,
    firstNumber: nextNumbers(),
    ...(crash && { crash }),
  })

  /** Starts the services once more, lets them finish what the dead left, and compares. */
  async function expectEachAppliedOnce(): Promise<void> {
    const queues = await openQueues({ ...place.address, log: silentLog, takeoverMs })
    const platform = { queues, newId: () => v7(), now: () => new Date() }
    const open = (service: string, url: string) => openLedgerDatabase(platform, { service, url })
    await using resources = new AsyncDisposableStack()
    resources.defer(() => queues.close())
    const databases = {
      counter: resources.adopt(await open('counter', counter.url), (each) => each.close()),
      ledger: resources.adopt(await open('ledger', ledger.url), (each) => each.close()),
    }
    for (const service of ['counter', 'ledger'] as const) {
      const consumers = service === 'ledger' ? [writeDown] : []
      const database = databases[service]
      await openEvents({ service, platform, database, consumers, log: silentLog }).drain()
    }
    const told = await databases.counter.source.query(
      `select (payload ->> 'number')::int as number from outbox order by number`,
    )
    const applied = await databases.ledger.source.query('select number from ledger order by number')
    expect(told.length).toBeGreaterThan(0)
    expect(applied).toEqual(told)
    expect(await databases.ledger.source.query('select from dead_letters')).toEqual([])
  }

  it('are applied once, whatever the point at which the process dies', async () => {
    for (const [index, point] of crashPoints.entries()) {
      await runUntilDeath(plan({ point, time: 1 + 4 * index }))
    }
    for (const killAfter of [1, 1 + Math.floor(Math.random() * 60)]) {
      await runUntilDeath(plan(), killAfter)
    }

    await expectEachAppliedOnce()
  }, 120_000)
})
