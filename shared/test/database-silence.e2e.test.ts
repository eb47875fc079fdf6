import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { eventually } from '../src/testing/eventually.ts'
import { createTestDatabase, type TestDatabase } from '../src/testing/test-database.ts'
import { BreakableProxy } from './breakable-proxy.ts'
import { type NoteDatabase, openNotes } from './note-store.ts'

describe('a database whose network loses connections without a word', () => {
  let server: TestDatabase
  let network: BreakableProxy
  let database: NoteDatabase

  beforeEach(async () => {
    server = await createTestDatabase('notes')
    network = await BreakableProxy.open(server.url)
    database = await openNotes(network.url, { silenceTimeoutMs: 300 })
  })

  afterEach(async () => {
    await database.close()
    await network[Symbol.asyncDispose]()
    await server.drop()
  })

  it('rejects what waits, and works again on a new connection', async () => {
    const lost = database.transaction(async (store) => {
      network.freeze()
      await store.notes.add({ id: 1, body: null })
    })

    await expect(lost).rejects.toMatchObject({ code: 'SUBGRAPH_UNAVAILABLE' })
    expect(await database.reads.notes.all()).toEqual([])
  })

  it('listens again', async () => {
    const received: string[] = []
    await database.listen('news', (payload) => received.push(payload), {
      onReconnect: () => received.push('(back)'),
    })

    network.freeze()

    await eventually(() => expect(received).toEqual(['(back)']))
    await database.transaction((store) => store.notes.run(`notify news, 'one'`))
    await eventually(() => expect(received).toEqual(['(back)', 'one']))
  })

  it('lets a migration be silent for longer', async () => {
    class Slow1767225600009 {
      async up(runner: { query(sql: string): Promise<unknown> }): Promise<void> {
        await runner.query('select pg_sleep(0.7)')
      }
      async down(): Promise<void> {}
    }
    const { url, drop } = await createTestDatabase('notes')

    const slow = await openNotes(url, { migrations: [Slow1767225600009], silenceTimeoutMs: 300 })

    await slow.ping()
    await slow.close()
    await drop()
  })
})
