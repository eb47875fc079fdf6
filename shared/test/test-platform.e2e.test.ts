import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { timeOfId } from '../src/identifiers/uuid-v7.ts'
import { eventually } from '../src/testing/eventually.ts'
import { createTestPlatform, type TestPlatform } from '../src/testing/test-platform.ts'
import { openNotes } from './note-store.ts'
import { query } from './postgres-fixtures.ts'

describe('createTestPlatform', () => {
  let platform: TestPlatform

  beforeEach(async () => {
    platform = await createTestPlatform({
      migrations: { notes: async (url) => (await openNotes(url)).close() },
    })
  })

  afterEach(() => platform.close())

  it('gives each service one database, which openDatabase waits for', async () => {
    const database = await openNotes(platform.databaseUrl('anything'))

    await database.transaction((store) => store.notes.add({ id: 1, body: 'here' }))

    expect(await query(platform.databaseUrl('anything'), 'select body from notes')).toEqual([
      { body: 'here' },
    ])
    expect(platform.databaseUrl('other')).not.toBe(platform.databaseUrl('anything'))
    await database.close()
  })

  it('clones a migrated database where it is told how to migrate', async () => {
    const url = await platform.databaseReady('notes')

    expect(url).toBe(platform.databaseUrl('notes'))
    expect(await query(url, 'select * from notes')).toEqual([])
  })

  it('shares nothing with another platform', async () => {
    await using other = await createTestPlatform()
    const received: unknown[] = []
    await other.pubsub.subscribe('news', (message) => received.push(message))

    await platform.pubsub.publish('news', 'from here')
    await platform.cache.set('key', 1, { ttlSeconds: 60 })
    await other.pubsub.publish('news', 'from there')

    await eventually(() => expect(received).toEqual(['from there']))
    expect(await other.cache.get('key')).toBeUndefined()
    expect(other.databaseUrl('notes')).not.toBe(platform.databaseUrl('notes'))
    expect(other.secretFor('tests')).not.toEqual(platform.secretFor('tests'))
  })

  it('carries jobs over PostgreSQL', async () => {
    const done: unknown[] = []
    platform.queues.worker('letters', async (job) => {
      done.push(job.data)
    })

    await platform.queues.queue('letters').add([{ name: 'send', data: { to: 'Ada' } }])

    await eventually(() => expect(done).toEqual([{ to: 'Ada' }]))
  })

  it('tells the time of its clock and makes ids of it, in order', () => {
    platform.clock.stopAt(new Date('2030-01-01T00:00:00Z'))

    const ids = Array.from({ length: 1_000 }, () => platform.newId())

    expect(platform.now()).toEqual(new Date('2030-01-01T00:00:00Z'))
    expect(timeOfId(ids[0] ?? '')).toEqual(platform.now())
    expect(ids.toSorted()).toEqual(ids)
    expect(new Set(ids).size).toBe(1_000)
  })

  it('derives a secret for each purpose, the same each time', () => {
    expect(platform.secretFor('one')).toEqual(platform.secretFor('one'))
    expect(platform.secretFor('one')).not.toEqual(platform.secretFor('two'))
    expect(platform.secretFor('one')).toHaveLength(32)
  })
})
