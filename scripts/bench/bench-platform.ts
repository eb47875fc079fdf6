import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { createLogger } from '@gravity/shared/log/logger'
import { freePort } from '@gravity/shared/postgres/free-port'
import { startPostgres } from '@gravity/shared/postgres/postgres-server'
import { repositoryRoot } from '../repository-root.ts'

export interface BenchProcess {
  readonly url: string
  /** Resident memory in MiB. */
  memory(): Promise<number>
}

/** A PostgreSQL and a data directory of their own, and the processes that a benchmark starts on them. */
export interface BenchPlatform extends AsyncDisposable {
  /** The platform in one process, empty or with the demo data. */
  startOneProcess(seed: 'demo' | 'none'): Promise<BenchProcess>
  /** Any program of the repository that answers `/health/ready`. */
  startProgram(file: string, env: NodeJS.ProcessEnv): Promise<BenchProcess>
}

export async function openBenchPlatform(): Promise<BenchPlatform> {
  const opening = new AsyncDisposableStack()
  const directory = await mkdtemp(join(tmpdir(), 'gravity-bench-'))
  opening.defer(() => rm(directory, { recursive: true, force: true }))
  const log = createLogger({ name: 'bench', level: 'warn', format: 'pretty' })
  const postgres = await startPostgres({ dataDirectory: join(directory, 'postgres'), log })
  opening.defer(() => postgres.discard())
  const startProgram = async (file: string, env: NodeJS.ProcessEnv): Promise<BenchProcess> => {
    const port = String(await freePort())
    const child = spawn(process.execPath, [file], {
      cwd: repositoryRoot,
      env: {
        ...process.env,
        DATABASE_URL: postgres.url,
        GRAVITY_DATA_DIR: directory,
        GRAVITY_LOG_LEVEL: 'warn',
        PORT: port,
        ...env,
      },
      stdio: ['ignore', 'ignore', 'inherit'],
    })
    opening.defer(() => end(child))
    const url = `http://127.0.0.1:${port}`
    await untilReady(url, child)
    return { url, memory: () => residentMemory(child) }
  }
  return {
    startProgram,
    startOneProcess: (seed) => startProgram('scripts/start.ts', { GRAVITY_SEED: seed }),
    [Symbol.asyncDispose]: () => opening.disposeAsync(),
  }
}

async function untilReady(url: string, child: ChildProcess): Promise<void> {
  for (;;) {
    if (child.exitCode !== null) throw new Error('The process ended as it started; see above.')
    const ready = await fetch(`${url}/health/ready`).then(
      ({ ok }) => ok,
      () => false,
    )
    if (ready) return
    await delay(100)
  }
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const exited = once(child, 'exit')
  child.kill('SIGTERM')
  await exited
}

async function residentMemory({ pid }: ChildProcess): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '')
  return Math.round(Number(/VmRSS:\s+(\d+) kB/.exec(status)?.[1] ?? Number.NaN) / 1024)
}
