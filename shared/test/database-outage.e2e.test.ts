import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { type PostgresServer, startPostgres } from '../src/postgres/postgres-server.ts'
import { eventually } from '../src/testing/eventually.ts'
import { silentLog } from '../src/testing/silent-log.ts'
import { createTestDatabase } from '../src/testing/test-database.ts'
import { openNotes } from './note-store.ts'

const unavailable = { code: 'SUBGRAPH_UNAVAILABLE', cause: expect.anything() }

describe('a database whose PostgreSQL goes away', () => {
  let folder: string
  let server: PostgresServer

  async function start(port: number): Promise<PostgresServer> {
    const settings = { fsync: 'off' }
    return startPostgres({
      dataDirectory: join(folder, 'postgres'),
      port,
      settings,
      log: silentLog,
    })
  }

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'gravity-outage-'))
    server = await start(0)
  })

  afterAll(async () => {
    await server.discard()
    await rm(folder, { recursive: true, force: true })
  })

  it('rejects every call with SUBGRAPH_UNAVAILABLE, and works again when it is back', async () => {
    const database = await openNotes(server.url)
    await database.transaction((store) => store.notes.add({ id: 1, body: 'kept' }))
    const received: string[] = []
    await database.listen('news', (payload) => received.push(payload))

    await server.stop()

    await expect(database.reads.notes.all()).rejects.toMatchObject(unavailable)
    await expect(database.ping()).rejects.toMatchObject(unavailable)
    await expect(database.listen('more', () => undefined)).rejects.toMatchObject(unavailable)
    let works = 0
    const lost = database.transaction(async () => {
      works += 1
    })
    await expect(lost).rejects.toMatchObject(unavailable)
    expect(works).toBe(0)

    server = await start(server.port)

    await database.ping()
    expect(await database.reads.notes.all()).toEqual([{ id: 1, body: 'kept' }])
    await eventually(async () => {
      await database.transaction((store) => store.notes.run(`notify news, 'again'`))
      expect(received).toContain('again')
    })
    await database.close()
  })

  it('is waited for at the start, and not for ever', async () => {
    await server.stop()
    const patient = openNotes(server.url)
    await expect(openNotes(server.url, { startTimeoutMs: 0 })).rejects.toMatchObject(unavailable)

    server = await start(server.port)

    const database = await patient
    await database.ping()
    await database.close()
  })
})

describe('a database whose connections are cut', () => {
  it('replaces idle ones and rejects the transaction that lost its own', async () => {
    const { url, drop } = await createTestDatabase('notes')
    const database = await openNotes(url)
    const admin = await openNotes(url, { service: 'admin' })
    const cut = () =>
      admin.source.query(
        `select pg_terminate_backend(pid, 5000) from pg_stat_activity
          where application_name = 'gravity-notes' and datname = current_database()`,
      )
    await Promise.all([1, 2, 3].map(() => database.ping()))

    await cut()
    await database.transaction((store) => store.notes.add({ id: 1, body: null }))
    const interrupted = database.transaction(async (store) => {
      await store.notes.add({ id: 2, body: null })
      await cut()
      await store.notes.add({ id: 3, body: null })
    })

    await expect(interrupted).rejects.toMatchObject(unavailable)
    expect((await database.reads.notes.all()).map((note) => note.id)).toEqual([1])
    await Promise.all([database.close(), admin.close()])
    await drop()
  })
})
