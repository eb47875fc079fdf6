import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import pg from 'pg'
import { z } from 'zod'
import { type PageArguments, readPage, toConnection } from '../src/pagination/connection.ts'
import { defineCursor } from '../src/pagination/cursor.ts'
import { keysetSql } from '../src/pagination/keyset.ts'
import { createTestDatabase } from '../src/testing/test-database.ts'

interface Entry {
  readonly id: number
  readonly at: string
}

const cursor = defineCursor('entries', z.tuple([z.string(), z.int()]))

let database: Awaited<ReturnType<typeof createTestDatabase>>
let client: pg.Client

beforeAll(async () => {
  database = await createTestDatabase('pagination')
  client = new pg.Client(database.url)
  await client.connect()
  await client.query('create table entries (id integer primary key, at timestamptz not null)')
  // Microseconds apart, and several at the same moment: what a `Date` in the cursor would skip or repeat.
  await client.query(
    `insert into entries select n, timestamptz '2026-01-01' + (n / 3) * interval '1 microsecond'
     from generate_series(1, 50) as n`,
  )
})
afterAll(async () => {
  await client.end()
  await database.drop()
})

async function readEntries(args: PageArguments, order: 'asc' | 'desc') {
  const page = readPage(args, { cursor, size: 7 })
  const sql = keysetSql(page, { columns: ['at', 'id'], order, parametersBefore: 1 })
  const { rows } = await client.query<Entry>(
    `select id, at::text from entries where id > $1 and ${sql.where}
     order by ${sql.orderBy} limit ${page.limit}`,
    [0, ...sql.parameters],
  )
  return toConnection(rows, page, (entry) => [entry.at, entry.id])
}

async function readAll(direction: 'forward' | 'backward', order: 'asc' | 'desc') {
  const ids: number[] = []
  for (let edge: string | null = null; ; ) {
    const forward = direction === 'forward'
    const { nodes, pageInfo } = await readEntries(
      forward ? { after: edge } : { last: 7, before: edge },
      order,
    )
    const read = nodes.map(({ id }) => id)
    if (forward) ids.push(...read)
    else ids.unshift(...read)
    if (!(forward ? pageInfo.hasNextPage : pageInfo.hasPreviousPage)) return ids
    edge = forward ? pageInfo.endCursor : pageInfo.startCursor
  }
}

describe('pages by sort key in PostgreSQL', () => {
  const ascending = Array.from({ length: 50 }, (_, index) => index + 1)

  it.each(['forward', 'backward'] as const)('visit every row once, %s', async (direction) => {
    expect(await readAll(direction, 'asc')).toEqual(ascending)
    expect(await readAll(direction, 'desc')).toEqual(ascending.toReversed())
  })

  it('neither skip nor repeat when rows come in between', async () => {
    const start = await readEntries({ first: 10 }, 'desc')
    await client.query(`insert into entries values (99, '2027-01-01')`)

    const next = await readEntries({ first: 10, after: start.pageInfo.endCursor }, 'desc')

    expect(next.nodes.map(({ id }) => id)).toEqual(ascending.toReversed().slice(10, 20))
    await client.query('delete from entries where id = 99')
  })

  it('use an index over the sort key', async () => {
    const page = readPage({ first: 5, after: cursor.encode(['2026-01-01', 5]) }, { cursor })
    const { where, orderBy, parameters } = keysetSql(page, { columns: ['at', 'id'] })
    await client.query('create index entries_by_time on entries (at, id)')
    await client.query('set enable_seqscan = off')

    const plan = await client.query(
      `explain select id from entries where ${where} order by ${orderBy} limit ${page.limit}`,
      [...parameters],
    )

    const text = JSON.stringify(plan.rows)
    expect(text).toMatch(/Index (Only )?Scan/)
    expect(text).not.toMatch(/Sort/)
  })
})
