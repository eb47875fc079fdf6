import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createLogger } from '@gravity/shared/log/logger'
import { freePort } from '@gravity/shared/postgres/free-port'
import { startPostgres } from '@gravity/shared/postgres/postgres-server'
import type { Bench } from './bench.ts'
import { gravityEnvironment } from './gravity-environment.ts'
import { type ProcessOptions, processTree, type ServerProcess, startServer } from './processes.ts'

export interface PlatformProgramOptions extends ProcessOptions {
  /** Default: a free one. */
  readonly port?: number | undefined
}

/** A PostgreSQL and a data directory of their own, and the processes that a benchmark starts on them. */
export interface BenchPlatform extends AsyncDisposable {
  /** What a program of the platform finds in its environment. */
  readonly env: NodeJS.ProcessEnv
  /** The platform in one process, without data, on the measured processor; on a free port if none is given. */
  startOneProcess(env?: NodeJS.ProcessEnv, port?: number): Promise<ServerProcess>
  /** Any program of the repository that answers `/health/ready`; on the measured processor if nothing else is said. */
  startProgram(file: string, options: PlatformProgramOptions): Promise<ServerProcess>
  /** PostgreSQL and all its present connections. */
  databasePids(): Promise<number[]>
}

/** Starts PostgreSQL beside the load; everything ends with the `await using` block. */
export async function openBenchPlatform({ cores }: Pick<Bench, 'cores'>): Promise<BenchPlatform> {
  const opening = new AsyncDisposableStack()
  const directory = await mkdtemp(join(tmpdir(), 'gravity-bench-'))
  opening.defer(() => rm(directory, { recursive: true, force: true }))
  const log = createLogger({ name: 'bench', level: 'warn', format: 'pretty' })
  const postgres = await startPostgres({ dataDirectory: join(directory, 'postgres'), log })
  opening.defer(() => postgres.discard())
  const platformEnv = {
    ...gravityEnvironment(),
    DATABASE_URL: postgres.url,
    GRAVITY_DATA_DIR: directory,
    GRAVITY_SEED: 'none',
    // A token outlives the run.
    GRAVITY_AUTH_ACCESS_TOKEN_SECONDS: '3600',
    // All people of a benchmark register from one address.
    GRAVITY_AUTH_REGISTRATIONS_PER_ADDRESS: '1000000',
  }
  const startProgram = async (
    file: string,
    options: PlatformProgramOptions,
  ): Promise<ServerProcess> => {
    const port = String(options.port ?? (await freePort()))
    const server = await startServer([file], {
      url: `http://127.0.0.1:${port}`,
      readyPath: '/health/ready',
      cores: options.cores ?? cores.measured,
      env: { ...platformEnv, PORT: port, ...options.env },
    })
    opening.defer(() => server.stop())
    return server
  }
  return {
    env: platformEnv,
    startProgram,
    startOneProcess: (env = {}, port) => startProgram('scripts/start.ts', { env, port }),
    async databasePids() {
      const [pid] = (await readFile(join(postgres.dataDirectory, 'postmaster.pid'), 'utf8')).split(
        '\n',
      )
      return processTree(Number(pid))
    },
    [Symbol.asyncDispose]: () => opening.disposeAsync(),
  }
}
