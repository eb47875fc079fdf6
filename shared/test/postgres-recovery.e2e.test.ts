import { spawn } from 'node:child_process'
import { mkdir, readdir, rm, truncate, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import type { PostgresServer } from '../src/postgres/postgres-server.ts'
import { eventually } from '../src/testing/eventually.ts'
import {
  ClusterTemplate,
  type Holder,
  newFolder,
  postmasterOf,
  processesOf,
  query,
  start,
  startHolder,
  watcherOf,
} from './postgres-fixtures.ts'

const template = new ClusterTemplate()
let folder: string
let dataDirectory: string
const servers: PostgresServer[] = []

beforeEach(async () => {
  folder = await newFolder()
  dataDirectory = await template.copyTo(folder)
})

afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => server.stop()))
  await rm(folder, { recursive: true, force: true })
})

afterAll(() => template.remove())

async function open(): Promise<PostgresServer> {
  const server = await start(dataDirectory)
  servers.push(server)
  return server
}

async function words(url: string): Promise<unknown[]> {
  return (await query(url, 'select word from kept')).map((row) => row['word'])
}

async function kill(holder: Holder): Promise<void> {
  holder.child.kill('SIGKILL')
  await holder.exited
}

/** A run that has written and whose process is still alive. */
async function aRun(): Promise<{ holder: Holder; url: string; postmaster: number }> {
  const holder = startHolder(dataDirectory)
  const { url } = await holder.answer
  await query(url, `insert into kept values ('second')`)
  return { holder, url, postmaster: await postmasterOf(dataDirectory) }
}

describe('startPostgres after a run that did not stop cleanly', () => {
  it('recovers what was committed when everything was killed', async () => {
    const { holder, postmaster } = await aRun()
    process.kill(await watcherOf(postmaster), 'SIGKILL')
    await kill(holder)
    process.kill(postmaster, 'SIGKILL')

    const { url } = await open()

    expect(await words(url)).toEqual(['first', 'second'])
  })

  it('ends the orphan of a killed parent', async () => {
    const { holder, postmaster } = await aRun()
    process.kill(await watcherOf(postmaster), 'SIGKILL')
    await kill(holder)

    const { url } = await open()

    expect(await postmasterOf(dataDirectory)).not.toBe(postmaster)
    expect(await words(url)).toEqual(['first', 'second'])
  })

  it('does not need to: a PostgreSQL whose parent is killed shuts down by itself', async () => {
    const { holder } = await aRun()

    await kill(holder)

    await eventually(async () => expect(await processesOf(dataDirectory)).toEqual([]))
    expect(await readdir(dataDirectory)).not.toContain('postmaster.pid')
  })

  it('ends a process that outlived its killed postmaster', async () => {
    const { holder, url, postmaster } = await aRun()
    const stuck = query(url, 'select pg_backend_pid(), pg_sleep(600)').catch(() => undefined)
    const [backend] = await eventually(async () => {
      const found = await query<{ pid: number }>(
        url,
        `select pid from pg_stat_activity where wait_event = 'PgSleep'`,
      )
      expect(found).toHaveLength(1)
      return found.map((row) => row.pid)
    })
    process.kill(Number(backend), 'SIGSTOP')
    process.kill(await watcherOf(postmaster), 'SIGKILL')
    await kill(holder)
    process.kill(postmaster, 'SIGKILL')

    const next = await open()

    expect(await words(next.url)).toEqual(['first', 'second'])
    expect(await processesOf(dataDirectory)).not.toContain(Number(backend))
    await stuck
  })

  it('is not deceived by a lock file whose number belongs to another program now', async () => {
    const stranger = spawn('sleep', ['600'])
    await writeFile(
      join(dataDirectory, 'postmaster.pid'),
      `${stranger.pid}\n${dataDirectory}\n1700000000\n5432\n\n127.0.0.1\n  5432001 0\nready   \n`,
    )

    const { url } = await open()

    expect(await words(url)).toEqual(['first'])
    expect(stranger.exitCode).toBeNull()
    stranger.kill()
  })

  it('is not deceived by a lock file that names nobody, or is torn', async () => {
    for (const content of ['999999999\n/nowhere\n', '', 'garbage']) {
      await writeFile(join(dataDirectory, 'postmaster.pid'), content)

      const server = await start(dataDirectory)

      expect(await words(server.url)).toEqual(['first'])
      await server.stop()
    }
  })

  it('finishes a creation that was killed at any moment', async () => {
    dataDirectory = join(folder, 'fresh')
    for (const moment of [50, 200, 500, 900]) {
      const holder = startHolder(dataDirectory)
      holder.answer.catch(() => undefined)
      // Not a wait for a condition: the moment is the point.
      await new Promise((resolve) => setTimeout(resolve, moment))
      await kill(holder)
    }

    const { url } = await open()

    expect(await query(url, 'select 1 as one')).toEqual([{ one: 1 }])
    expect((await readdir(folder)).filter((name) => name.includes('draft'))).toEqual([])
  })

  it('sets a new password when the file with it is lost', async () => {
    await rm(`${dataDirectory}.password`)

    const { url } = await open()

    expect(await words(url)).toEqual(['first'])
  })
})

describe('startPostgres with data that it cannot use', () => {
  async function refusal(): Promise<string> {
    const refused = await start(dataDirectory).then(
      async (server) => {
        await server.stop()
        throw new Error('it started')
      },
      (error: unknown) => error,
    )
    expect(refused).toMatchObject({ name: 'StartError' })
    expect(await processesOf(dataDirectory)).toEqual([])
    return refused instanceof Error ? refused.message : String(refused)
  }

  it('names both versions when another PostgreSQL wrote it', async () => {
    await writeFile(join(dataDirectory, 'PG_VERSION'), '15\n')

    expect(await refusal()).toBe(
      `The data in ${dataDirectory} was written by PostgreSQL 15, and this Gravity carries PostgreSQL 18: export it with the Gravity that wrote it, or move that folder away to begin with empty databases.`,
    )
  })

  it('repeats what PostgreSQL says of a damaged control file', async () => {
    await truncate(join(dataDirectory, 'global', 'pg_control'), 100)

    expect(await refusal()).toMatch(
      /^PostgreSQL cannot start with the data in .* \(.*pg_control.*\): restore that folder from a copy, or move it away/,
    )
  })

  it('repeats what PostgreSQL says of missing logs', async () => {
    for (const name of await readdir(join(dataDirectory, 'pg_wal'))) {
      await rm(join(dataDirectory, 'pg_wal', name), { recursive: true })
    }

    expect(await refusal()).toMatch(/\(could not locate a valid checkpoint record.*\): restore/)
  })

  it('repeats what PostgreSQL says of a configuration that it cannot read', async () => {
    await writeFile(join(dataDirectory, 'postgresql.conf'), 'max_connections = a lot')

    expect(await refusal()).toMatch(/\(configuration file .* contains errors\): restore/)
  })

  it('leaves a folder with other files alone', async () => {
    dataDirectory = join(folder, 'photos')
    await mkdir(dataDirectory)
    await writeFile(join(dataDirectory, 'holiday.jpg'), '')

    expect(await refusal()).toBe(
      `${dataDirectory} holds files that are not PostgreSQL's (there is no PG_VERSION): move that folder away, or set GRAVITY_DATA_DIR to another one.`,
    )
    expect(await readdir(dataDirectory)).toEqual(['holiday.jpg'])
  })

  it('says what to do about a password file of other data', async () => {
    await writeFile(`${dataDirectory}.password`, 'of-another-cluster')

    expect(await refusal()).toBe(
      `The password in ${dataDirectory}.password is not that of the data: delete that file and start again, which sets a new one.`,
    )
    await rm(`${dataDirectory}.password`)
    expect(await words((await open()).url)).toEqual(['first'])
  })
})
