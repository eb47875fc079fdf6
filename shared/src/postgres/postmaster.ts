import { type ChildProcess, spawn } from 'node:child_process'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import type { Readable } from 'node:stream'
import type { Logger } from '../log/logger.ts'
import type { ClusterPlace } from './cluster-place.ts'
import { cannotRun, type ProcessOwner, spawnOptions } from './run-program.ts'

export interface PostmasterOptions {
  readonly place: ClusterPlace
  readonly port: number
  readonly settings: Readonly<Record<string, string>>
  readonly log: Logger
}

/** A running PostgreSQL. */
export interface Postmaster {
  readonly pid: number
  /** Resolves when the process is gone, for whatever reason. */
  readonly exited: Promise<void>
  /** `fast` ends connections and writes everything out; `immediate` leaves that to the recovery of the next start. */
  shutDown(mode: 'fast' | 'immediate'): Promise<void>
}

/** What a start came to: a server that accepts connections, or the lines in which it said why not. */
export type Launch =
  | { readonly postmaster: Postmaster }
  | { readonly postmaster?: never; readonly lines: readonly string[] }

const readyLine = 'database system is ready to accept connections'
const patienceMs = { fast: 15_000, immediate: 5_000 } as const

/** Starts PostgreSQL and waits until it accepts connections, however long its recovery takes. */
export async function launchPostmaster(options: PostmasterOptions): Promise<Launch> {
  const { place, log } = options
  const file = join(place.binaries.directory, 'bin', 'postgres')
  const child = spawn(file, parametersOf(options), {
    ...spawnOptions(place.owner),
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  const exited = new Promise<void>((resolve) => {
    child.once('exit', () => resolve())
  })
  // Its last words are complete only then; but processes that outlive it would hold up `close` for ever.
  const silent = new Promise<false>((resolve) => {
    child.once('close', () => resolve(false))
  })
  const failed = new Promise<never>((_, reject) => {
    child.once('error', (error) => reject(cannotRun(file, error)))
  })
  const lines: string[] = []
  const ready = followLog(child.stderr, { lines, log })
  const isReady = await Promise.race([ready, silent, failed])
  const { pid } = child
  if (!isReady || pid === undefined) return { lines }
  const endWatch = watchParent(pid, place.owner)
  exited.then(endWatch, endWatch)
  return { postmaster: { pid, exited, shutDown: (mode) => shutDown(child, exited, mode) } }
}

function parametersOf({ place, port, settings }: PostmasterOptions): string[] {
  const all: Record<string, string> = {
    listen_addresses: '127.0.0.1',
    port: String(port),
    // TCP alone: the path of a socket file is limited to about 100 characters.
    unix_socket_directories: '',
    // Thirteen services, their pools and queues in one process.
    max_connections: '400',
    timezone: 'UTC',
    log_timezone: 'UTC',
    log_destination: 'stderr',
    logging_collector: 'off',
    log_line_prefix: '',
    // The values and statements in errors are the users' data.
    log_error_verbosity: 'terse',
    log_min_error_statement: 'panic',
    log_checkpoints: 'off',
    // Nobody replicates from an embedded server, so less is written.
    wal_level: 'minimal',
    max_wal_senders: '0',
    max_logical_replication_workers: '0',
    max_wal_size: '256MB',
    // Compiling costs more than it saves on short queries.
    jit: 'off',
    ...settings,
  }
  const pairs = Object.entries(all).flatMap(([name, value]) => ['-c', `${name}=${value}`])
  return ['-D', place.dataDirectory, ...pairs]
}

interface LogFollower {
  readonly lines: string[]
  readonly log: Logger
}

/** Passes PostgreSQL's messages to the log, keeps them until it is ready, and resolves then. */
function followLog(stream: Readable, { lines, log }: LogFollower): Promise<boolean> {
  return new Promise((resolve) => {
    let isReady = false
    createInterface({ input: stream, crlfDelay: Number.POSITIVE_INFINITY }).on('line', (line) => {
      report(line, log)
      if (!isReady) lines.push(line)
      if (line.includes(readyLine)) {
        isReady = true
        resolve(true)
      }
    })
  })
}

function report(line: string, log: Logger): void {
  const [, level, message = line] = line.match(/^([A-Z]+):\s+(.*)$/) ?? []
  // A failed statement (ERROR) or login (FATAL) reaches whoever sent it; it is not this log's news.
  if (level === 'PANIC') log.error({ postgres: message }, 'PostgreSQL panics.')
  else log.debug({ postgres: message, severity: level ?? 'LOG' }, 'PostgreSQL says:')
}

/**
 * Starts a process that shuts PostgreSQL down when this process is gone without having done so, even by `kill -9`: it
 * waits for the end of a pipe that only this process holds. Returns what ends the watch.
 */
function watchParent(pid: number, owner: ProcessOwner | undefined): () => void {
  const script = 'read -r _; kill -INT "$1"'
  const watcher = spawn('/bin/sh', ['-c', script, 'sh', String(pid)], {
    ...spawnOptions(owner),
    stdio: ['pipe', 'ignore', 'ignore'],
  })
  watcher.unref()
  return () => {
    watcher.kill('SIGKILL')
  }
}

async function shutDown(
  child: ChildProcess,
  exited: Promise<void>,
  mode: 'fast' | 'immediate',
): Promise<void> {
  const steps = [
    ...(mode === 'fast' ? [{ signal: 'SIGINT', waitMs: patienceMs.fast } as const] : []),
    { signal: 'SIGQUIT', waitMs: patienceMs.immediate } as const,
    { signal: 'SIGKILL', waitMs: patienceMs.immediate } as const,
  ]
  for (const { signal, waitMs } of steps) {
    child.kill(signal)
    if (await settlesWithin(exited, waitMs)) return
  }
  throw new Error(`PostgreSQL (process ${child.pid}) cannot be ended`)
}

async function settlesWithin(promise: Promise<void>, waitMs: number): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<boolean>((resolve) => {
    timer = setTimeout(resolve, waitMs, false)
  })
  try {
    return await Promise.race([promise.then(() => true), late])
  } finally {
    clearTimeout(timer)
  }
}
