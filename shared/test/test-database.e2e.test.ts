import { afterEach, describe, expect, it } from '@jest/globals'
import pg from 'pg'
import { createTestDatabase, type TestDatabase } from '../src/testing/test-database.ts'

async function query(url: string, sql: string): Promise<unknown[]> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  try {
    return (await client.query(sql)).rows
  } finally {
    await client.end()
  }
}

describe('createTestDatabase', () => {
  const opened: TestDatabase[] = []

  afterEach(async () => {
    await Promise.all(opened.splice(0).map((database) => database.drop()))
  })

  async function open(...parameters: Parameters<typeof createTestDatabase>): Promise<TestDatabase> {
    const database = await createTestDatabase(...parameters)
    opened.push(database)
    return database
  }

  it('hands out databases that know nothing of each other', async () => {
    const one = await open('alone')
    const other = await open('alone')

    await query(one.url, 'create table things ()')

    expect(await query(other.url, `select to_regclass('things') as found`)).toEqual([
      { found: null },
    ])
  })

  it('migrates once for any number of databases, also when they are asked for at once', async () => {
    let migrations = 0
    const migrate = async (url: string) => {
      migrations += 1
      await query(url, 'create table migrated (id int)')
    }

    const databases = await Promise.all([1, 2, 3].map(() => open('migrated-once', migrate)))

    expect(migrations).toBe(1)
    for (const { url } of databases) expect(await query(url, 'select * from migrated')).toEqual([])
  })

  it('tries a failed migration again', async () => {
    await expect(open('failing', () => Promise.reject(new Error('no such table')))).rejects.toThrow(
      'no such table',
    )

    const { url } = await open('failing', async (template) => {
      await query(template, 'create table healed ()')
    })

    expect(await query(url, 'select * from healed')).toEqual([])
  })

  it('drops a database that is still in use', async () => {
    const { url, drop } = await createTestDatabase('in-use')
    const client = new pg.Client({ connectionString: url })
    const ended = new Promise((resolve) => client.once('end', resolve))
    client.on('error', () => undefined)
    await client.connect()

    await drop()

    await ended
    await expect(query(url, 'select 1')).rejects.toMatchObject({ code: '3D000' })
  })
})
