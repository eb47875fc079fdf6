import type { EntityManager, QueryRunner } from 'typeorm'
import { z } from 'zod'
import { type Database, openDatabase } from '../src/database/open-database.ts'
import type { Consumer } from '../src/events/consumer.ts'
import { defineConsumer } from '../src/events/consumer.ts'
import { defineEvent } from '../src/events/event-contract.ts'
import { eventMigrations } from '../src/events/event-migrations.ts'
import { Inbox } from '../src/events/inbox.ts'
import { type Events, openEvents } from '../src/events/open-events.ts'
import { Outbox } from '../src/events/outbox.ts'
import type { Platform } from '../src/platform/platform.ts'
import { silentLog } from '../src/testing/silent-log.ts'
import { createTestPlatform, type TestPlatform } from '../src/testing/test-platform.ts'

// Two services in miniature: `counter` tells that it has counted, `ledger` writes down what it was told.

export const counted = defineEvent('counter.counted.v1', {
  payload: z.object({ number: z.int() }),
  consumers: ['ledger'],
})

/** Something that no service wants to know. */
export const rested = defineEvent('counter.rested.v1', {
  payload: z.object({}),
  consumers: [],
})

export interface Entry {
  readonly number: number
  readonly aggregateId: string
  readonly version: number
}

/** The effects of events. Nothing in it is unique, so an event applied twice is there twice. */
export class Ledger {
  readonly #manager: EntityManager

  constructor(manager: EntityManager) {
    this.#manager = manager
  }

  async add({ number, aggregateId, version }: Entry): Promise<void> {
    await this.#manager.query(
      'insert into ledger (number, aggregate_id, version) values ($1, $2, $3)',
      [number, aggregateId, version],
    )
  }

  /** Keeps the latest number of an aggregate, whatever the order in which they come. */
  async keepLatest({ number, aggregateId, version }: Entry): Promise<void> {
    await this.#manager.query(
      `insert into latest (aggregate_id, version, number) values ($1, $2, $3)
       on conflict (aggregate_id) do update set version = excluded.version, number = excluded.number
       where latest.version < excluded.version`,
      [aggregateId, version, number],
    )
  }

  /** In the order in which they were written down. */
  async numbers(aggregateId: string): Promise<number[]> {
    const rows: { number: number }[] = await this.#manager.query(
      'select number from ledger where aggregate_id = $1 order by position',
      [aggregateId],
    )
    return rows.map(({ number }) => number)
  }

  async latest(aggregateId: string): Promise<number | undefined> {
    const rows: { number: number }[] = await this.#manager.query(
      'select number from latest where aggregate_id = $1',
      [aggregateId],
    )
    return rows[0]?.number
  }
}

class CreateLedger1767225600001 {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      create table ledger (
        position bigint generated always as identity primary key,
        number int not null, aggregate_id text not null, version int not null);
      create table latest (aggregate_id text primary key, version int not null, number int not null);
    `)
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('drop table latest, ledger')
  }
}

export interface LedgerStore {
  readonly outbox: Outbox
  readonly inbox: Inbox
  readonly ledger: Ledger
}

type LedgerReads = { readonly ledger: Pick<Ledger, 'numbers' | 'latest'> }

export type LedgerDatabase = Database<LedgerStore, LedgerReads>

export function openLedgerDatabase(
  platform: Pick<Platform, 'newId' | 'now'>,
  { service, url }: { readonly service: string; readonly url: string },
): Promise<LedgerDatabase> {
  return openDatabase<LedgerStore, LedgerReads>({
    service,
    url,
    entities: [],
    migrations: [...eventMigrations, CreateLedger1767225600001],
    store: (manager) => ({
      outbox: new Outbox(manager, platform),
      inbox: new Inbox(manager),
      ledger: new Ledger(manager),
    }),
    log: silentLog,
  })
}

/** Writes each number down. */
export const writeDown = defineConsumer({
  name: 'write-down',
  event: counted,
  async consume(store: LedgerStore, { aggregateId, aggregateVersion, payload }) {
    await store.ledger.add({ number: payload.number, aggregateId, version: aggregateVersion })
  },
})

/** Tells a number, as the version of its aggregate. */
export async function tell(
  database: LedgerDatabase,
  aggregateId: string,
  number: number,
): Promise<void> {
  await database.transaction(({ outbox }) =>
    outbox.add(counted, { aggregateId, aggregateVersion: number, payload: { number } }),
  )
}

/** The databases of the two services, on a platform of their own; one for a test file. */
export interface Stage extends AsyncDisposable {
  readonly platform: TestPlatform
  readonly counter: LedgerDatabase
  readonly ledger: LedgerDatabase
  /** The events of `counter`; nothing works in them before `start` or `drain`. */
  readonly counterEvents: Events
  /** The events of `ledger` with these consumers; a test that starts them stops them. */
  ledgerEvents(consumers: readonly Consumer<LedgerStore>[]): Events
}

export async function openStage(): Promise<Stage> {
  const platform = await createTestPlatform()
  const open = async (service: string) =>
    openLedgerDatabase(platform, { service, url: await platform.databaseReady(service) })
  const [counter, ledger] = await Promise.all([open('counter'), open('ledger')])
  const shared = { platform, log: silentLog }
  return {
    platform,
    counter,
    ledger,
    counterEvents: openEvents({ ...shared, service: 'counter', database: counter, consumers: [] }),
    ledgerEvents: (consumers) =>
      openEvents({ ...shared, service: 'ledger', database: ledger, consumers }),
    async [Symbol.asyncDispose]() {
      await Promise.all([counter.close(), ledger.close()])
      await platform.close()
    },
  }
}
