import { readdir, readFile, rm, stat } from 'node:fs/promises'
import { createServer } from 'node:net'
import { networkInterfaces } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals'
import type { PostgresServer } from '../src/postgres/postgres-server.ts'
import { eventually } from '../src/testing/eventually.ts'
import {
  ClusterTemplate,
  newFolder,
  postmasterOf,
  query,
  start,
  startHolder,
} from './postgres-fixtures.ts'

const template = new ClusterTemplate()

afterAll(() => template.remove())

describe('a new PostgreSQL', () => {
  let folder: string
  let dataDirectory: string
  let server: PostgresServer
  let url: string

  beforeAll(async () => {
    folder = await newFolder()
    dataDirectory = join(folder, 'postgres')
    server = await start(dataDirectory)
    url = server.url
  })

  afterAll(async () => {
    await server.stop()
    await rm(folder, { recursive: true, force: true })
  })

  it('speaks UTF-8 and knows upper case, words and trigrams of every script', async () => {
    await query(url, 'create extension pg_trgm')

    const [row] = await query(
      url,
      `select upper('élan жук') as upper, similarity('жуки', 'жук') > 0 as trigram,
              to_tsvector('simple', 'Жуки 東京') @@ to_tsquery('simple', 'жуки') as word,
              pg_encoding_to_char(encoding) as encoding, datlocale as locale
         from pg_database where datname = 'postgres'`,
    )

    expect(row).toEqual({
      upper: 'ÉLAN ЖУК',
      trigram: true,
      word: true,
      encoding: 'UTF8',
      locale: 'C.UTF-8',
    })
  })

  it('asks for the password that it keeps in a file for its owner only', async () => {
    const wrong = new URL(url)
    wrong.password = 'wrong'

    await expect(query(wrong.href, 'select 1')).rejects.toMatchObject({ code: '28P01' })
    const file = `${dataDirectory}.password`
    expect((await stat(file)).mode & 0o777).toBe(0o600)
    expect((await readFile(file, 'utf8')).trim()).toBe(new URL(url).password)
  })

  it('listens on the loopback address alone', async () => {
    const others = Object.values(networkInterfaces())
      .flatMap((addresses) => addresses ?? [])
      .filter((address) => address.family === 'IPv4' && !address.internal)

    for (const { address } of others) {
      const outside = new URL(url)
      outside.hostname = address
      await expect(query(outside.href, 'select 1')).rejects.toMatchObject({ code: 'ECONNREFUSED' })
    }
    expect(new URL(url).hostname).toBe('127.0.0.1')
  })

  it('runs outside our process group, where Ctrl-C does not reach it', async () => {
    const postmaster = await postmasterOf(dataDirectory)

    const fields = (await readFile(`/proc/${postmaster}/stat`, 'utf8')).split(' ')

    expect(fields[4]).toBe(String(postmaster))
  })

  it('passes settings on to PostgreSQL', async () => {
    const [row] = await query(
      url,
      `select current_setting('fsync') as fsync, current_setting('max_connections') as connections`,
    )

    expect(row).toEqual({ fsync: 'off', connections: '400' })
  })
})

describe('startPostgres', () => {
  let folder: string
  let dataDirectory: string
  const servers: PostgresServer[] = []

  beforeEach(async () => {
    folder = await newFolder()
    dataDirectory = join(folder, 'postgres')
  })

  afterEach(async () => {
    await Promise.all(servers.splice(0).map((server) => server.stop()))
    await rm(folder, { recursive: true, force: true })
  })

  async function open(port?: number): Promise<PostgresServer> {
    const server = await start(dataDirectory, port)
    servers.push(server)
    return server
  }

  it('creates a cluster, and keeps its data from one run to the next', async () => {
    const first = await open()
    await query(first.url, `create table kept (word text); insert into kept values ('hello')`)
    await first.stop()

    const second = await open()

    expect(await query(second.url, 'select word from kept')).toEqual([{ word: 'hello' }])
  })

  it('frees everything when it is stopped, once or twice', async () => {
    await template.copyTo(folder)
    const server = await open()

    await Promise.all([server.stop(), server.stop()])
    await server.stop()

    await expect(query(server.url, 'select 1')).rejects.toMatchObject({ code: 'ECONNREFUSED' })
    await open(server.port)
  })

  it('ends open connections and their transactions when it is stopped', async () => {
    await template.copyTo(folder)
    const server = await open()
    const busy = query(server.url, 'begin; select pg_sleep(600)')
    const ended = expect(busy).rejects.toMatchObject({ code: '57P01' })
    await eventually(async () => {
      const sleeping = await query(
        server.url,
        `select from pg_stat_activity where wait_event = 'PgSleep'`,
      )
      expect(sleeping).toHaveLength(1)
    })

    await server.stop()

    await ended
  })

  it('says so when its port is taken', async () => {
    const other = createServer().listen(0, '127.0.0.1')
    await new Promise((resolve) => other.once('listening', resolve))
    const address = other.address()
    const port = typeof address === 'object' ? address?.port : undefined
    await template.copyTo(folder)

    const taken = start(dataDirectory, port)

    await expect(taken).rejects.toMatchObject({
      name: 'StartError',
      message: `Port ${port} on 127.0.0.1 is taken by another program, so PostgreSQL cannot listen there: stop that program or choose another port.`,
    })
    other.close()
    await open()
  })

  it('lets one of several starts at once have the data, in this process and in others', async () => {
    const attempts = await Promise.allSettled([start(dataDirectory), start(dataDirectory)])
    const holders = [startHolder(dataDirectory), startHolder(dataDirectory)]
    const answers = await Promise.all(holders.map((holder) => holder.answer))

    const won = attempts.flatMap((attempt) =>
      attempt.status === 'fulfilled' ? [attempt.value] : [],
    )
    servers.push(...won)
    expect(won).toHaveLength(1)
    for (const { name, error } of answers) {
      expect(name).toBe('StartError')
      expect(error).toBe(
        `The data in ${dataDirectory} is in use by another Gravity (process ${process.pid}): stop that one first, or set GRAVITY_DATA_DIR to another folder.`,
      )
    }
  })

  it('deletes what it made when it is discarded', async () => {
    await template.copyTo(folder)
    const server = await start(dataDirectory)

    await server.discard()

    expect(await readdir(folder)).toEqual([])
  })

  it('starts PostgreSQL again, at the same address, when it dies while it is in use', async () => {
    await template.copyTo(folder)
    const { url } = await open()

    process.kill(await postmasterOf(dataDirectory), 'SIGKILL')

    await eventually(async () => {
      expect(await query(url, 'select word from kept')).toEqual([{ word: 'first' }])
    })
  })

  it('can be stopped in the middle of such a restart', async () => {
    await template.copyTo(folder)
    const server = await open()
    process.kill(await postmasterOf(dataDirectory), 'SIGKILL')

    await server.stop()

    await expect(query(server.url, 'select 1')).rejects.toMatchObject({ code: 'ECONNREFUSED' })
    await open()
  })
})
