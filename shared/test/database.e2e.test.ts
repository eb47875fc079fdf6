import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import type { QueryRunner } from 'typeorm'
import {
  createTestDatabase,
  LazyTestDatabases,
  type TestDatabase,
} from '../src/testing/test-database.ts'
import {
  CreateNotes1767225600000,
  type NoteDatabase,
  type NoteOptions,
  openNotes,
} from './note-store.ts'

let server: TestDatabase
const opened: NoteDatabase[] = []

beforeEach(async () => {
  server = await createTestDatabase('notes')
})

afterEach(async () => {
  await Promise.all(opened.splice(0).map((database) => database.close()))
  await server.drop()
})

async function open(options?: NoteOptions): Promise<NoteDatabase> {
  const database = await openNotes(server.url, options)
  opened.push(database)
  return database
}

describe('openDatabase', () => {
  it('migrates once when several processes open the database at once', async () => {
    const databases = await Promise.all([open(), open(), open(), open()])

    for (const database of databases) expect(await database.reads.notes.all()).toEqual([])
    const ran = await databases[0]?.source.query('select name from migrations')
    expect(ran).toEqual([{ name: 'CreateNotes1767225600000' }])
  })

  it('runs only what is new', async () => {
    await open()
    class AddNote1767225600001 {
      async up(runner: QueryRunner): Promise<void> {
        await runner.query(`insert into notes values (1, 'from the migration')`)
      }
      async down(): Promise<void> {}
    }

    const database = await open({ migrations: [CreateNotes1767225600000, AddNote1767225600001] })

    expect(await database.reads.notes.all()).toEqual([{ id: 1, body: 'from the migration' }])
  })

  it('undoes a migration that fails, rejects with its error and leaves nothing open', async () => {
    class Broken1767225600002 {
      async up(runner: QueryRunner): Promise<void> {
        await runner.query('create table half ()')
        await runner.query('create table half ()')
      }
      async down(): Promise<void> {}
    }

    await expect(open({ migrations: [Broken1767225600002] })).rejects.toMatchObject({
      code: '42P07',
    })

    const database = await open()
    const [found] = await database.source.query(
      `select to_regclass('half') as half, (select count(*)::int from pg_stat_activity
         where datname = current_database() and pid <> pg_backend_pid() and application_name = 'gravity-notes'
         and state <> 'idle') as busy`,
    )
    expect(found).toEqual({ half: null, busy: 0 })
  })

  it('waits for a database that is provisioned a moment later', async () => {
    const databases = new LazyTestDatabases({})

    const database = await openNotes(databases.urlOf('late'))

    expect(await database.reads.notes.all()).toEqual([])
    await database.close()
    await databases.drop()
  })

  it('rejects at once when the password is wrong', async () => {
    const url = new URL(server.url)
    url.password = 'wrong'

    await expect(openNotes(url.href)).rejects.toMatchObject({ code: '28P01' })
  })

  it('names its connections and limits statements and idle transactions', async () => {
    const { reads } = await open()

    expect(await reads.notes.setting('application_name')).toBe('gravity-notes')
    expect(await reads.notes.setting('statement_timeout')).toBe('15s')
    expect(await reads.notes.setting('idle_in_transaction_session_timeout')).toBe('15s')
  })
})

describe('transaction', () => {
  it('keeps everything or nothing', async () => {
    const database = await open()

    await database.transaction(async (store) => {
      await store.notes.add({ id: 1, body: null })
      await store.notes.add({ id: 2, body: 'two' })
    })
    const failure = database.transaction(async (store) => {
      await store.notes.add({ id: 3, body: null })
      throw new Error('changed my mind')
    })

    await expect(failure).rejects.toThrow('changed my mind')
    expect((await database.reads.notes.all()).map((note) => note.id)).toEqual([1, 2])
  })

  it('returns what the work returns, and its violations as they are', async () => {
    const database = await open()

    expect(await database.transaction(() => Promise.resolve('done'))).toBe('done')
    const twice = database.transaction(async (store) => {
      await store.notes.add({ id: 1, body: null })
      await store.notes.add({ id: 1, body: null })
    })

    await expect(twice).rejects.toMatchObject({ code: '23505' })
  })

  it('runs the work again after a deadlock', async () => {
    const database = await open()
    await database.transaction(async (store) => {
      await store.notes.add({ id: 1, body: '' })
      await store.notes.add({ id: 2, body: '' })
    })
    const first = Promise.withResolvers<void>()
    const second = Promise.withResolvers<void>()
    let attempts = 0
    const lockBoth = (mine: number, other: number, [have, wait]: [() => void, Promise<void>]) =>
      database.transaction(async (store) => {
        attempts += 1
        await store.notes.run(`set local deadlock_timeout = '20ms'`)
        await store.notes.run(`update notes set body = body || 'x' where id = ${mine}`)
        have()
        await wait
        await store.notes.run(`update notes set body = body || 'x' where id = ${other}`)
      })

    await Promise.all([
      lockBoth(1, 2, [first.resolve, second.promise]),
      lockBoth(2, 1, [second.resolve, first.promise]),
    ])

    expect(attempts).toBe(3)
    expect((await database.reads.notes.all()).map((note) => note.body)).toEqual(['xx', 'xx'])
  })

  it('gives up on a serialization failure that never ends', async () => {
    const database = await open()
    let attempts = 0

    const hopeless = database.transaction(async (store) => {
      attempts += 1
      await store.notes.run(`do $$ begin raise sqlstate '40001'; end $$`)
    })

    await expect(hopeless).rejects.toMatchObject({ code: '40001' })
    expect(attempts).toBe(5)
  })
})
