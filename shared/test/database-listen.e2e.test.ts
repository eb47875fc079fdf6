import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { eventually } from '../src/testing/eventually.ts'
import { createTestDatabase, type TestDatabase } from '../src/testing/test-database.ts'
import { type NoteDatabase, openNotes } from './note-store.ts'

let server: TestDatabase
let database: NoteDatabase

beforeEach(async () => {
  server = await createTestDatabase('notes')
  database = await openNotes(server.url)
})

afterEach(async () => {
  await database.close()
  await server.drop()
})

function notify(...payloads: string[]): Promise<void> {
  return database.transaction(async (store) => {
    for (const payload of payloads) await store.notes.run(`notify news, '${payload}'`)
  })
}

async function countListeners(): Promise<number> {
  const [row] = await database.source.query(
    `select count(*)::int as count from pg_stat_activity
      where application_name = 'gravity-notes-listen' and datname = current_database()`,
  )
  return row.count
}

async function cutListener(): Promise<void> {
  await database.source.query(
    `select pg_terminate_backend(pid, 5000) from pg_stat_activity
      where application_name = 'gravity-notes-listen' and datname = current_database()`,
  )
}

describe('listen', () => {
  it('delivers in order what was notified after it resolved', async () => {
    const received: string[] = []
    await database.listen('news', (payload) => received.push(payload))

    await notify('one', 'two', '')

    await eventually(() => expect(received).toEqual(['one', 'two', '']))
  })

  it('uses one connection for all channels and listeners', async () => {
    const received: string[] = []
    await Promise.all([
      database.listen('news', (payload) => received.push(`a ${payload}`)),
      database.listen('news', (payload) => received.push(`b ${payload}`)),
      database.listen('Weather; "quoted"', (payload) => received.push(`w ${payload}`)),
    ])

    await database.transaction((store) => store.notes.run(`notify "Weather; ""quoted""", 'rain'`))
    await notify('one')

    await eventually(() => expect(received).toEqual(['w rain', 'a one', 'b one']))
    expect(await countListeners()).toBe(1)
  })

  it('stops for the listener that leaves, and for no other', async () => {
    const received: string[] = []
    await database.listen('news', (payload) => received.push(`stays ${payload}`))
    const leaving = await database.listen('news', (payload) => received.push(`leaves ${payload}`))

    await leaving[Symbol.asyncDispose]()
    await notify('one')

    await eventually(() => expect(received).toEqual(['stays one']))
  })

  it('can be taken up again after the last listener has left', async () => {
    const received: string[] = []
    const first = await database.listen('news', (payload) => received.push(`first ${payload}`))
    await first[Symbol.asyncDispose]()

    await database.listen('news', (payload) => received.push(`second ${payload}`))
    await notify('one')

    await eventually(() => expect(received).toEqual(['second one']))
  })

  it('survives a listener that throws', async () => {
    const received: string[] = []
    await database.listen('news', () => {
      throw new Error('a bug')
    })
    await database.listen('news', (payload) => received.push(payload))

    await notify('one', 'two')

    await eventually(() => expect(received).toEqual(['one', 'two']))
  })

  it('reconnects by itself and says so, since notifications were missed', async () => {
    const received: string[] = []
    await database.listen('news', (payload) => received.push(payload), {
      onReconnect: () => received.push('(back)'),
    })

    await cutListener()
    await notify('missed')
    await eventually(() => expect(received).toEqual(['(back)']))
    await notify('one')

    await eventually(() => expect(received).toEqual(['(back)', 'one']))
    expect(await countListeners()).toBe(1)
  })

  it('rejects after the database was closed', async () => {
    await database.close()

    await expect(database.listen('news', () => undefined)).rejects.toThrow()
  })
})
