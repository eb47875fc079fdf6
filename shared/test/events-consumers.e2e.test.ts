import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { type ConsumerDefinition, defineConsumer } from '../src/events/consumer.ts'
import type { DeadLetter } from '../src/events/dead-letters.ts'
import type { Events } from '../src/events/open-events.ts'
import { UnrecoverableError } from '../src/queues/unrecoverable-error.ts'
import { deliverEvent } from '../src/testing/deliver-event.ts'
import {
  counted,
  type LedgerStore,
  openStage,
  rested,
  type Stage,
  writeDown,
} from './event-services.ts'

let stage: Stage

beforeAll(async () => {
  stage = await openStage()
})
afterAll(async () => {
  await stage[Symbol.asyncDispose]()
})

type Consume = ConsumerDefinition<LedgerStore, { number: number }>['consume']

/** A consumer that calls `consume` before it writes the number down. */
function consumer(name: string, consume: Consume) {
  return defineConsumer<LedgerStore, { number: number }>({
    name,
    event: counted,
    async consume(store, envelope, call) {
      const { aggregateId, aggregateVersion: version, payload } = envelope
      await store.ledger.add({ number: payload.number, aggregateId, version })
      await consume(store, envelope, call)
    },
  })
}

function deliver(
  aggregateId: string,
  { number = 1, version = 1, times = 1 } = {},
): Promise<string> {
  return deliverEvent(stage.platform, 'ledger', {
    contract: counted,
    payload: { number },
    aggregateId,
    aggregateVersion: version,
    times,
  })
}

const written = (aggregateId: string) => stage.ledger.reads.ledger.numbers(aggregateId)

async function letterOf(events: Events, eventId: string): Promise<DeadLetter | undefined> {
  const letters = await events.deadLetters.list({ first: 100 })
  return letters.find((letter) => letter.eventId === eventId)
}

describe('event consumer', () => {
  it('applies an event once that is delivered twice', async () => {
    await deliver('twice', { number: 5, times: 2 })

    await stage.ledgerEvents([writeDown]).drain()

    expect(await written('twice')).toEqual([5])
  })

  it('applies an event once in each of two consumers', async () => {
    const other = consumer('other-writer', async () => undefined)
    await deliver('two-consumers', { times: 2 })

    await stage.ledgerEvents([writeDown, other]).drain()

    expect(await written('two-consumers')).toEqual([1, 1])
  })

  it('does not repeat the consumer that succeeded when another one has to be', async () => {
    let failures = 0
    const clumsy = consumer('clumsy', async () => {
      failures += 1
      if (failures < 3) throw new Error('not yet')
    })
    await deliver('one-clumsy')

    await stage.ledgerEvents([writeDown, clumsy]).drain()

    expect(failures).toBe(3)
    expect(await written('one-clumsy')).toEqual([1, 1])
  })

  it('takes nothing of a failed attempt into the next one', async () => {
    let attempts = 0
    const stumbling = consumer('stumbling', async ({ outbox }, { aggregateId }) => {
      await outbox.add(rested, { aggregateId, aggregateVersion: 1, payload: {} })
      attempts += 1
      if (attempts < 4) throw new Error(`stumbled ${attempts}`)
    })
    await deliver('stumbled')

    await stage.ledgerEvents([stumbling]).drain()

    expect(await written('stumbled')).toEqual([1])
    expect(
      await stage.ledger.source.query(`select from outbox where aggregate_id = 'stumbled'`),
    ).toHaveLength(1)
  })

  it('can keep the latest state when events come in the wrong order', async () => {
    const keepLatest = defineConsumer({
      name: 'keep-latest',
      event: counted,
      async consume({ ledger }: LedgerStore, { aggregateId, aggregateVersion, payload }) {
        await ledger.keepLatest({ number: payload.number, aggregateId, version: aggregateVersion })
      },
    })
    for (const version of [2, 4, 1, 3])
      await deliver('reordered', { number: version * 10, version })

    await stage.ledgerEvents([keepLatest]).drain()

    expect(await stage.ledger.reads.ledger.latest('reordered')).toBe(40)
  })

  it('applies the events of one aggregate one after the other', async () => {
    let running = 0
    const alone = consumer('alone', async () => {
      running += 1
      expect(running).toBe(1)
      await stage.ledger.source.query('select pg_sleep(0.002)')
      running -= 1
    })
    for (let version = 1; version <= 12; version++) await deliver('one-by-one', { version })

    await stage.ledgerEvents([alone]).drain()

    expect(await written('one-by-one')).toHaveLength(12)
  })

  it('ignores fields that a later version of the contract added', async () => {
    const payload = { number: 3, colour: 'blue' }
    await deliverEvent(stage.platform, 'ledger', {
      contract: counted,
      payload,
      aggregateId: 'extended',
    })

    await stage.ledgerEvents([writeDown]).drain()

    expect(await written('extended')).toEqual([3])
  })
})

describe('dead letters', () => {
  it('receive an event after ten attempts, with the error', async () => {
    let attempts = 0
    const failing = consumer('failing', async () => {
      attempts += 1
      throw new RangeError(`attempt ${attempts} went wrong`)
    })
    const events = stage.ledgerEvents([failing])
    const eventId = await deliver('failed', { number: 9 })

    await events.drain()

    const letter = await letterOf(events, eventId)
    expect(attempts).toBe(10)
    expect(letter).toMatchObject({
      consumer: 'failing',
      eventName: counted.name,
      error: 'RangeError: attempt 10 went wrong',
      attempts: 10,
      replayedAt: null,
    })
    expect(await events.deadLetters.inspect(letter?.id ?? '')).toMatchObject({
      envelope: { id: eventId, aggregateId: 'failed', payload: { number: 9 } },
    })
    expect(await written('failed')).toEqual([])
  })

  it('are replayed, and leave when the event was applied', async () => {
    let broken = true
    const repaired = consumer('repaired', async () => {
      if (broken) throw new UnrecoverableError('broken')
    })
    const events = stage.ledgerEvents([repaired, writeDown])
    const eventId = await deliver('repaired')
    await events.drain()
    const letter = await letterOf(events, eventId)
    broken = false

    expect(await events.deadLetters.replay(letter?.id ?? '')).toBe(true)
    await events.drain()

    expect(await letterOf(events, eventId)).toBeUndefined()
    expect(await written('repaired')).toEqual([1, 1])
  })

  it('stay when the replay fails, with the number of attempts in all', async () => {
    const hopeless = consumer('hopeless', () => Promise.reject(new UnrecoverableError('no way')))
    const events = stage.ledgerEvents([hopeless])
    const eventId = await deliver('hopeless')
    await events.drain()
    const letter = await letterOf(events, eventId)

    await events.deadLetters.replay(letter?.id ?? '')
    await events.drain()

    const again = await letterOf(events, eventId)
    expect(again).toMatchObject({ id: letter?.id, attempts: 2, replayedAt: expect.any(Date) })
  })

  it('receive an event with an invalid payload at once, without its values in the error', async () => {
    const events = stage.ledgerEvents([writeDown])
    const eventId = await deliverEvent(stage.platform, 'ledger', {
      contract: counted,
      payload: { number: 0.123456789 },
      aggregateId: 'invalid',
    })

    await events.drain()

    const letter = await letterOf(events, eventId)
    expect(letter).toMatchObject({ attempts: 1, error: expect.stringContaining('number') })
    expect(letter?.error).not.toContain('0.123456789')
  })

  it('receive what is not an event at all', async () => {
    const events = stage.ledgerEvents([writeDown])
    await stage.platform.queues
      .queue('events.ledger')
      .add([{ id: 'rubbish', name: 'x', data: { rubbish: true } }])

    await events.drain()

    const letter = await letterOf(events, 'rubbish')
    expect(letter).toMatchObject({ consumer: 'nobody', attempts: 1 })
  })

  it('receive an event that no consumer was declared for, and bring it to one that was declared since', async () => {
    const eventId = await deliver('unexpected', { number: 8 })
    const before = stage.ledgerEvents([])
    await before.drain()
    const letter = await letterOf(before, eventId)
    expect(letter).toMatchObject({ consumer: 'nobody' })
    const after = stage.ledgerEvents([writeDown])

    await after.deadLetters.replay(letter?.id ?? '')
    await after.drain()

    expect(await written('unexpected')).toEqual([8])
    expect(await letterOf(after, eventId)).toBeUndefined()
  })

  it('are listed page by page, counted, and discarded', async () => {
    const bad = consumer('bad', () => Promise.reject(new UnrecoverableError('bad')))
    const events = stage.ledgerEvents([bad])
    const { deadLetters } = events
    for (const aggregateId of ['page-1', 'page-2', 'page-3']) await deliver(aggregateId)
    await events.drain()

    const all = await deadLetters.list({ first: 100 })
    const [first] = await deadLetters.list({ first: 1 })
    const rest = await deadLetters.list({ first: 100, after: first?.id ?? '' })
    expect([first, ...rest]).toEqual(all)
    expect((await events.backlog()).deadLetters).toBe(all.length)
    expect(await deadLetters.discard(first?.id ?? '')).toBe(true)

    expect(await deadLetters.list({ first: 100 })).toEqual(rest)
  })

  it('know nothing of an id that is not theirs', async () => {
    const { deadLetters } = stage.ledgerEvents([])

    for (const id of [stage.platform.newId(), 'not-an-id', '']) {
      expect(await deadLetters.inspect(id)).toBeNull()
      expect(await deadLetters.replay(id)).toBe(false)
      expect(await deadLetters.discard(id)).toBe(false)
    }
  })
})
