import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { subgraphPorts } from '@gravity/schema/subgraph-ports'
import { StartError } from '@gravity/shared/config/start-error'
import { createLogger } from '@gravity/shared/log/logger'
import { readPlatformConfig } from '@gravity/shared/platform/config'
import { provisionPlatform } from '@gravity/shared/platform/provision-platform'
import { startPostgres } from '@gravity/shared/postgres/postgres-server'
import { startRedisServer } from '@gravity/shared/redis/redis-server'
import { type Phases, silentPhases } from './phases.ts'
import { repositoryRoot } from './repository-root.ts'
import { subgraphList } from './subgraph-list.ts'

export interface ManyProcessesOptions {
  readonly env: NodeJS.ProcessEnv
  readonly phases?: Phases
  readonly onNotice?: (sentence: string) => void
  /** Where each subgraph listens; by default on the ports of the architecture. */
  readonly portOf?: (subgraph: string) => number
}

export interface RunningProcesses {
  /** Where the router listens, without a path. */
  readonly url: string
  /** The process of a subgraph or of the `router`, for tests that end one. */
  readonly processes: ReadonlyMap<string, ChildProcess>
  /** Starts a process again that has ended. */
  restart(name: string): Promise<void>
  stop(): Promise<void>
}

const readyTimeoutMs = 60_000
const stopTimeoutMs = 20_000

/**
 * Starts the router and every subgraph as a process of its own, over HTTP and Redis, on the PostgreSQL and Redis of
 * DATABASE_URL and REDIS_URL or on servers of this machine. Throws a StartError, one sentence, when that cannot be.
 */
export async function startManyProcesses(options: ManyProcessesOptions): Promise<RunningProcesses> {
  const { phases = silentPhases, portOf = architecturePort } = options
  await using opening = new AsyncDisposableStack()
  const env = await phases.run('PostgreSQL and Redis', () => openServers(options, opening))
  await phases.run('databases', () =>
    provisionPlatform(
      readPlatformConfig(env),
      subgraphList.map(({ name }) => name),
    ),
  )
  const processes = new Map<string, ChildProcess>()
  const programs = programsOf(env, portOf)
  const begin = async (program: Program) => {
    const child = spawn(process.execPath, [program.file], {
      cwd: repositoryRoot,
      env: program.env,
      stdio: 'inherit',
      // Ctrl-C reaches this process, which ends the others in order.
      detached: true,
    })
    processes.set(program.name, child)
    await untilReady(program, child)
  }
  opening.defer(() => endAll([...processes.values()]))
  await phases.run(`subgraphs: ${subgraphList.map(({ name }) => name).join(', ')}`, () =>
    Promise.all(programs.filter(({ name }) => name !== 'router').map(begin)),
  )
  const router = programs.find(({ name }) => name === 'router')
  if (!router) throw new Error('There is no router to start.')
  opening.defer(() => endAll([processes.get('router')]))
  await phases.run('router', () => begin(router))
  const open = opening.move()
  return {
    url: router.url,
    processes,
    async restart(name) {
      const program = programs.find((candidate) => candidate.name === name)
      if (!program) throw new Error(`There is no process ${name}.`)
      await endAll([processes.get(name)])
      await begin(program)
    },
    stop: () => open.disposeAsync(),
  }
}

interface Program {
  readonly name: string
  readonly file: string
  readonly url: string
  readonly env: NodeJS.ProcessEnv
}

function programsOf(env: NodeJS.ProcessEnv, portOf: (subgraph: string) => number): Program[] {
  const routerPort = env['PORT'] ?? '8000'
  const routerUrl = `http://127.0.0.1:${routerPort}`
  // People and programs reach the pages of a subgraph by way of the router.
  const shared = { GRAVITY_PUBLIC_URL: routerUrl, ...env }
  const subgraphs = subgraphList.map(({ name }) => {
    const port = portOf(name)
    return {
      name,
      file: join('subgraphs', name, 'src/main.ts'),
      url: `http://127.0.0.1:${port}`,
      env: { ...shared, PORT: String(port), HOST: '127.0.0.1' },
    }
  })
  const addresses = subgraphs.map(({ name, url }) => `${name}=${url}/graphql`).join(',')
  const router = {
    name: 'router',
    file: 'router/src/main.ts',
    url: routerUrl,
    env: { ...shared, PORT: routerPort, GRAVITY_SUBGRAPHS: addresses },
  }
  return [...subgraphs, router]
}

function architecturePort(subgraph: string): number {
  const port = subgraphPorts[subgraph]
  if (port === undefined) throw new StartError(`The subgraph ${subgraph} has no port.`)
  return port
}

async function openServers(
  { env, onNotice }: ManyProcessesOptions,
  opening: AsyncDisposableStack,
): Promise<NodeJS.ProcessEnv> {
  const config = readPlatformConfig(env)
  const log = createLogger({ name: 'start', level: config.logLevel, format: 'pretty' })
  const opened: Record<string, string> = {}
  if (config.clusterUrl === undefined) {
    const postgres = await startPostgres({
      dataDirectory: join(config.dataDirectory, 'postgres'),
      log,
    })
    opening.defer(() => postgres.stop())
    if (postgres.notice !== undefined) onNotice?.(postgres.notice)
    opened['DATABASE_URL'] = postgres.url
  }
  if (config.redisUrl === undefined) {
    const redis = await startRedisServer({ dataDirectory: join(config.dataDirectory, 'redis') })
    if (!redis) {
      throw new StartError(
        'Several processes need Redis: install redis-server, or set REDIS_URL to an address such as redis://host:6379.',
      )
    }
    opening.defer(() => redis.stop())
    opened['REDIS_URL'] = redis.url
  }
  return { ...env, ...opened }
}

async function untilReady({ name, url }: Program, child: ChildProcess): Promise<void> {
  const giveUpAt = performance.now() + readyTimeoutMs
  while (performance.now() < giveUpAt) {
    if (child.exitCode !== null || child.signalCode !== null) {
      throw new StartError(`The process of ${name} ended as it started; see above.`)
    }
    const ready = await fetch(`${url}/health/ready`).then(
      ({ ok }) => ok,
      () => false,
    )
    if (ready) return
    await delay(50)
  }
  throw new StartError(`${name} was not ready after ${readyTimeoutMs / 1_000} s; see above.`)
}

async function endAll(children: readonly (ChildProcess | undefined)[]): Promise<void> {
  await Promise.all(
    children.map(async (child) => {
      if (!child || child.exitCode !== null || child.signalCode !== null) return
      const exited = once(child, 'exit')
      child.kill('SIGTERM')
      const killer = setTimeout(() => child.kill('SIGKILL'), stopTimeoutMs)
      await exited
      clearTimeout(killer)
    }),
  )
}
