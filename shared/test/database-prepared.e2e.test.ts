import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { createTestDatabase, type TestDatabase } from '../src/testing/test-database.ts'
import { type NoteDatabase, openNotes } from './note-store.ts'

let server: TestDatabase
let database: NoteDatabase

beforeEach(async () => {
  server = await createTestDatabase('notes')
  database = await openNotes(server.url, { poolSize: 1 })
  await database.source.query(`insert into notes values (1, 'one')`)
})

afterEach(async () => {
  await database.close()
  await server.drop()
})

async function read(): Promise<unknown> {
  return database.reads.notes.byId(1)
}

async function addColumn(): Promise<void> {
  await database.source.query(`alter table notes add column colour text default 'red'`)
}

describe('prepared statements', () => {
  it('are prepared once for each text with parameters', async () => {
    await read()
    await read()
    await database.source.query('select 1')

    const prepared = await database.source.query(
      `select statement from pg_prepared_statements where statement like 'select * from notes%'`,
    )
    expect(prepared).toHaveLength(1)
  })

  it('go on when a migration changes what they answer', async () => {
    await read()
    await addColumn()

    expect(await read()).toEqual([{ id: 1, body: 'one', colour: 'red' }])
    expect(await read()).toEqual([{ id: 1, body: 'one', colour: 'red' }])
  })

  it('repeat the transaction in which they find it out', async () => {
    await read()
    await addColumn()
    let attempts = 0

    await database.transaction(async ({ notes }) => {
      attempts += 1
      await notes.byId(1)
    })

    expect(attempts).toBe(2)
  })

  it('reject with the first error when the statement itself is refused', async () => {
    await expect(
      database.source.query('select nothing from notes where id = $1', [1]),
    ).rejects.toMatchObject({
      code: '42703',
    })
  })
})
