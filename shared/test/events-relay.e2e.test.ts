import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { defineConsumer } from '../src/events/consumer.ts'
import { eventDeliverySchema } from '../src/events/event-delivery.ts'
import { inboxDays, outboxDays, pruneEvents } from '../src/events/prune-events.ts'
import { relayBatch } from '../src/events/relay-batch.ts'
import type { NewJob } from '../src/queues/queues.ts'
import { eventually } from '../src/testing/eventually.ts'
import {
  counted,
  type LedgerDatabase,
  type LedgerStore,
  openStage,
  rested,
  type Stage,
  tell,
  writeDown,
} from './event-services.ts'

let stage: Stage

beforeAll(async () => {
  stage = await openStage()
})
afterAll(async () => {
  await stage[Symbol.asyncDispose]()
})

const numbersTo = (last: number) => Array.from({ length: last }, (_, index) => index + 1)

const written = (aggregateId: string) => stage.ledger.reads.ledger.numbers(aggregateId)

/** Brings what `counter` has told to `ledger`, and applies it. */
async function deliverAll(): Promise<void> {
  await stage.counterEvents.drain()
  await stage.ledgerEvents([writeDown]).drain()
}

function outboxRows(aggregateId: string): Promise<{ name: string; sent: boolean }[]> {
  return stage.counter.source.query(
    'select name, sent_at is not null as sent from outbox where aggregate_id = $1',
    [aggregateId],
  )
}

type QueueOnly = Parameters<typeof relayBatch>[1]

/** Queues that only remember what was added. */
function recordingQueues(): { queues: QueueOnly; added: NewJob[] } {
  const added: NewJob[] = []
  return { added, queues: { queue: () => ({ add: async (jobs) => void added.push(...jobs) }) } }
}

async function relayAll(database: LedgerDatabase, queues: QueueOnly): Promise<void> {
  const unsent = 'select exists (select from outbox where sent_at is null) as any'
  while ((await database.source.query(unsent))[0].any) await relayBatch(database.source, queues)
}

function versionsByAggregate(jobs: readonly NewJob[]): number[][] {
  const envelopes = jobs.map(({ data }) => eventDeliverySchema.parse(data).envelope)
  const groups = Object.values(Object.groupBy(envelopes, ({ aggregateId }) => aggregateId))
  return groups.map((group = []) => group.map(({ aggregateVersion }) => aggregateVersion))
}

describe('event relay', () => {
  it('brings a committed event to its consumer', async () => {
    const events = [stage.counterEvents, stage.ledgerEvents([writeDown])]
    await Promise.all(events.map((each) => each.start()))

    await tell(stage.counter, 'committed', 7)

    await eventually(async () => expect(await written('committed')).toEqual([7]))
    await Promise.all(events.map((each) => each.stop()))
  })

  it('notices at its start what was committed while it did not listen', async () => {
    await tell(stage.counter, 'early', 1)

    await stage.counterEvents.start()

    await eventually(async () => {
      expect(await outboxRows('early')).toEqual([{ name: counted.name, sent: true }])
    })
    await stage.counterEvents.stop()
  })

  it('never tells what was rolled back', async () => {
    const refused = stage.counter.transaction(async ({ outbox }) => {
      await outbox.add(counted, {
        aggregateId: 'rolled-back',
        aggregateVersion: 1,
        payload: { number: 1 },
      })
      throw new Error('changed my mind')
    })
    await expect(refused).rejects.toThrow('changed my mind')

    await deliverAll()

    expect(await written('rolled-back')).toEqual([])
  })

  it('refuses a payload that breaks the contract', async () => {
    await expect(tell(stage.counter, 'broken', 0.5)).rejects.toThrow('number')

    expect(await outboxRows('broken')).toEqual([])
  })

  it('keeps an event that nobody consumes, without sending it', async () => {
    await stage.counter.transaction(({ outbox }) =>
      outbox.add(rested, { aggregateId: 'resting', aggregateVersion: 1, payload: {} }),
    )

    expect(await outboxRows('resting')).toEqual([{ name: rested.name, sent: true }])
  })

  it('does not skip an event whose transaction began first and committed last', async () => {
    const late = stage.counter.source.createQueryRunner()
    await late.startTransaction()
    await late.query(
      `insert into outbox (id, name, aggregate_id, aggregate_version, occurred_at, traceparent, payload, consumers)
       values (gen_random_uuid(), $1, 'late', 1, now(), '', '{"number": 1}', '{ledger}')`,
      [counted.name],
    )
    await tell(stage.counter, 'late', 2)
    await deliverAll()
    expect(await written('late')).toEqual([2])

    await late.commitTransaction()
    await late.release()
    await deliverAll()

    expect(await written('late')).toEqual([2, 1])
  })

  it('sends the events of each aggregate in order and once, whatever the number of relays', async () => {
    for (const number of numbersTo(120)) await tell(stage.counter, `ordered-${number % 7}`, number)
    const { queues, added } = recordingQueues()

    await Promise.all(numbersTo(4).map(() => relayAll(stage.counter, queues)))

    expect(added).toHaveLength(120)
    for (const versions of versionsByAggregate(added)) {
      expect(versions).toEqual(versions.toSorted((a, b) => a - b))
    }
  })

  it('leaves the aggregate of another relay alone, and takes the others', async () => {
    await tell(stage.counter, 'mine', 1)
    await tell(stage.counter, 'mine', 2)
    await tell(stage.counter, 'yours', 1)
    await tell(stage.counter, 'yours', 2)
    const { queues } = recordingQueues()
    const other = stage.counter.source.createQueryRunner()
    await other.startTransaction()
    await other.query(
      `select from outbox where aggregate_id = 'yours' order by position limit 1 for update`,
    )

    expect(await relayBatch(stage.counter.source, queues)).toBe(2)
    expect(await relayBatch(stage.counter.source, queues)).toBe(0)
    await other.rollbackTransaction()
    await other.release()

    expect(await relayBatch(stage.counter.source, queues)).toBe(2)
  })

  it('leaves an event unsent when the queue does not take it', async () => {
    await tell(stage.counter, 'refused', 1)
    const queue = { add: () => Promise.reject(new Error('away')) }

    await expect(relayBatch(stage.counter.source, { queue: () => queue })).rejects.toThrow('away')

    expect(await outboxRows('refused')).toEqual([{ name: counted.name, sent: false }])
  })

  it('sends again what was sent, and it is not applied again', async () => {
    await deliverAll()
    const since = new Date()
    for (const number of numbersTo(3)) await tell(stage.counter, 'again', number)
    await deliverAll()

    expect(await stage.counterEvents.resend(since)).toBe(3)
    expect((await stage.counterEvents.backlog()).unsent).toBe(3)
    await deliverAll()

    expect((await written('again')).toSorted()).toEqual([1, 2, 3])
  })

  it('passes on what a consumer tells in turn', async () => {
    const countOn = defineConsumer({
      name: 'count-on',
      event: counted,
      async consume({ ledger, outbox }: LedgerStore, { aggregateId, payload, traceparent }) {
        const { number } = payload
        await ledger.add({ number, aggregateId, version: number })
        if (number === 3) return
        const next = { aggregateId, aggregateVersion: number + 1, payload: { number: number + 1 } }
        await outbox.add(counted, { ...next, traceparent })
      },
    })
    await tell(stage.ledger, 'chain', 1)

    await stage.ledgerEvents([countOn]).drain()

    expect(await written('chain')).toEqual([1, 2, 3])
  })
})

describe('pruneEvents', () => {
  it('deletes sent events and marks of applied ones that are past their time, and nothing else', async () => {
    const { source } = stage.counter
    for (const name of ['old', 'fresh', 'unsent']) await tell(stage.counter, `prune-${name}`, 1)
    await source.query(
      `update outbox set sent_at = now() - interval '${outboxDays + 1} days' where aggregate_id = 'prune-old'`,
    )
    await source.query(`update outbox set sent_at = now() where aggregate_id = 'prune-fresh'`)
    await source.query(
      `insert into inbox (consumer, event_id, applied_at) values
       ('old', gen_random_uuid(), now() - interval '${inboxDays + 1} days'), ('fresh', gen_random_uuid(), now())`,
    )

    await pruneEvents(source)

    expect(await outboxRows('prune-old')).toEqual([])
    expect(await outboxRows('prune-fresh')).toHaveLength(1)
    expect(await outboxRows('prune-unsent')).toHaveLength(1)
    expect(await source.query('select consumer from inbox')).toEqual([{ consumer: 'fresh' }])
  })
})

describe('openEvents', () => {
  it('refuses two consumers of one name', () => {
    expect(() => stage.ledgerEvents([writeDown, writeDown])).toThrow('one name')
  })
})
