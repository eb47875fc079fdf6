import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmod, mkdtemp, readdir, readFile, readlink, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import pg from 'pg'
import { type PostgresServer, startPostgres } from '../src/postgres/postgres-server.ts'
import { silentLog } from '../src/testing/silent-log.ts'

const run = promisify(execFile)

export interface Holder {
  readonly child: ChildProcess
  readonly pid: number
  /** What it printed when it had started, or had not. */
  readonly answer: Promise<HolderAnswer>
  readonly exited: Promise<unknown>
}

export interface HolderAnswer {
  readonly url: string
  readonly dataDirectory: string
  readonly notice?: string
  readonly name?: string
  readonly error?: string
}

/** A folder that every user can enter, as a home directory or a project usually is. */
export async function newFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'gravity-postgres-'))
  await chmod(folder, 0o755)
  return folder
}

/** What is written reaches the system, so it survives every kill; waiting for the disk would only take time. */
export const quick = { fsync: 'off', io_method: 'sync' } as const

export function start(dataDirectory: string, port = 0): Promise<PostgresServer> {
  return startPostgres({ dataDirectory, port, settings: quick, log: silentLog })
}

export async function query<Row extends pg.QueryResultRow>(
  url: string,
  sql: string,
): Promise<Row[]> {
  const client = new pg.Client({ connectionString: url })
  client.on('error', () => undefined)
  await client.connect()
  try {
    return (await client.query<Row>(sql)).rows
  } finally {
    await client.end()
  }
}

/** Makes a cluster with one table once; every test works on a copy, which is quicker than creating one. */
export class ClusterTemplate {
  #folder: Promise<string> | undefined

  async copyTo(folder: string): Promise<string> {
    this.#folder ??= this.#create()
    const source = join(await this.#folder, 'postgres')
    // It keeps the owners, and is many times quicker with a thousand files than Node's.
    await run('cp', ['-a', source, `${source}.password`, folder])
    return join(folder, 'postgres')
  }

  async remove(): Promise<void> {
    if (this.#folder) await rm(await this.#folder, { recursive: true, force: true })
  }

  async #create(): Promise<string> {
    const folder = await newFolder()
    const server = await start(join(folder, 'postgres'))
    await query(server.url, `create table kept (word text); insert into kept values ('first')`)
    await server.stop()
    return folder
  }
}

export interface HolderOptions {
  readonly uid?: number
  /** Another copy of the sources than this one. */
  readonly script?: string
}

/** Starts PostgreSQL in a process of its own. */
export function startHolder(dataDirectory: string, options: HolderOptions = {}): Holder {
  const script = options.script ?? fileURLToPath(new URL('./postgres-holder.ts', import.meta.url))
  const child = spawn(process.execPath, [script, dataDirectory], {
    stdio: ['pipe', 'pipe', 'inherit'],
    ...(options.uid !== undefined && { uid: options.uid, gid: options.uid }),
  })
  if (child.pid === undefined) throw new Error('the holder did not start')
  return { child, pid: child.pid, answer: answerOf(child), exited: once(child, 'exit') }
}

async function answerOf(child: ChildProcess): Promise<HolderAnswer> {
  let text = ''
  for await (const chunk of child.stdout ?? []) {
    text += String(chunk)
    if (text.includes('\n')) return JSON.parse(text)
  }
  throw new Error('the holder ended without an answer')
}

export async function postmasterOf(dataDirectory: string): Promise<number> {
  const [first = ''] = (await readFile(join(dataDirectory, 'postmaster.pid'), 'utf8')).split('\n')
  return Number(first)
}

/** All PostgreSQL processes of a cluster. */
export async function processesOf(dataDirectory: string): Promise<number[]> {
  const found: number[] = []
  for (const entry of await readdir('/proc')) {
    const folder = await readlink(`/proc/${entry}/cwd`).catch(() => undefined)
    if (/^\d+$/.test(entry) && folder === dataDirectory) found.push(Number(entry))
  }
  return found
}

/** The process that would shut the postmaster down after the death of its parent. */
export async function watcherOf(postmaster: number): Promise<number> {
  for (const entry of await readdir('/proc')) {
    const command = await readFile(`/proc/${entry}/cmdline`, 'utf8').catch(() => '')
    if (command.startsWith('/bin/sh') && command.endsWith(`\0${postmaster}\0`)) return Number(entry)
  }
  throw new Error(`nobody watches ${postmaster}`)
}
