import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { freePort } from '@gravity/shared/postgres/free-port'
import { eventually } from '@gravity/shared/testing/eventually'
import { createTestDatabase, testRedisUrl } from '@gravity/shared/testing/test-database'
import { startManyProcesses } from '../many-processes.ts'
import { repositoryRoot } from '../repository-root.ts'
import { subgraphList } from '../subgraph-list.ts'

/** The platform as a client meets it. */
export interface RunningGravity {
  readonly url: string
  /** Ends one process at once; only where there are several. */
  readonly kill?: (name: string) => Promise<void>
  readonly restart?: (name: string) => Promise<void>
  stop(): Promise<void>
}

export interface GravityOptions {
  /** Stands in front of every database address, so that a test can take PostgreSQL away. */
  readonly viaProxy?: (url: string) => Promise<string>
  /** Further variables. */
  readonly env?: NodeJS.ProcessEnv
}

interface Surroundings {
  readonly env: NodeJS.ProcessEnv
  remove(): Promise<void>
}

/** Databases and a data directory of their own, and a free port. */
async function createSurroundings({ viaProxy, env = {} }: GravityOptions): Promise<Surroundings> {
  const directory = await mkdtemp(join(tmpdir(), 'gravity-story-'))
  const services = [...subgraphList.map(({ name }) => name), 'queues']
  const databases = await Promise.all(services.map((service) => createTestDatabase(service)))
  const addresses = await Promise.all(
    services.map(async (service, index) => {
      const url = databases[index]?.url ?? ''
      return [`DATABASE_URL_${service.toUpperCase()}`, (await viaProxy?.(url)) ?? url] as const
    }),
  )
  return {
    env: {
      ...process.env,
      ...Object.fromEntries(addresses),
      // Nothing is provisioned here, but the start must not open an embedded PostgreSQL either.
      DATABASE_URL: process.env['GRAVITY_TEST_DATABASE_URL'] ?? '',
      NODE_ENV: 'development',
      NODE_OPTIONS: '',
      PORT: String(await freePort()),
      GRAVITY_DATA_DIR: directory,
      GRAVITY_SEED: 'none',
      GRAVITY_LOG_LEVEL: 'error',
      ...env,
    },
    async remove() {
      await Promise.all(databases.map((database) => database.drop()))
      await rm(directory, { recursive: true, force: true })
    },
  }
}

/** `npm start`, without the installation. */
export async function startAsOneProcess(options: GravityOptions = {}): Promise<RunningGravity> {
  const { env, remove } = await createSurroundings(options)
  const child = spawn(process.execPath, ['scripts/start.ts'], {
    cwd: repositoryRoot,
    env: { ...env, REDIS_URL: '' },
    stdio: ['ignore', 'ignore', 'inherit'],
  })
  const exited = once(child, 'exit')
  const url = `http://127.0.0.1:${env['PORT']}`
  await eventually(() => assertReady(url), { timeoutMs: 60_000, intervalMs: 100 })
  return {
    url,
    async stop() {
      child.kill('SIGINT')
      await exited
      await remove()
    },
  }
}

/** `npm run start:distributed` on free ports; undefined without a Redis. */
export async function startAsManyProcesses(
  options: GravityOptions = {},
): Promise<RunningGravity | undefined> {
  const redisUrl = testRedisUrl()
  if (redisUrl === undefined) return undefined
  const { env, remove } = await createSurroundings(options)
  const ports = new Map(
    await Promise.all(subgraphList.map(async ({ name }) => [name, await freePort()] as const)),
  )
  const running = await startManyProcesses({
    env: { ...env, REDIS_URL: redisUrl, GRAVITY_REDIS_PREFIX: `story-${env['PORT']}` },
    portOf: (name) => ports.get(name) ?? 0,
  })
  return {
    url: running.url,
    async kill(name) {
      const child = running.processes.get(name)
      if (!child) throw new Error(`There is no process ${name}.`)
      const exited = once(child, 'exit')
      child.kill('SIGKILL')
      await exited
    },
    restart: running.restart,
    async stop() {
      await running.stop()
      await remove()
    },
  }
}

export async function assertReady(url: string): Promise<void> {
  const { status } = await fetch(`${url}/health/ready`)
  if (status !== 200) throw new Error(`ready answers ${status}`)
}
