import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdir } from 'node:fs/promises'
import { connect } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'
import { StartError } from '../config/start-error.ts'
import { freePort } from '../postgres/free-port.ts'

export interface RedisServer {
  readonly url: string
  stop(): Promise<void>
}

export interface RedisServerOptions {
  /** Where the data is kept; without it nothing survives the stop. */
  readonly dataDirectory?: string
}

const startTimeoutMs = 10_000

/**
 * Starts the `redis-server` that is on the PATH, on 127.0.0.1 and a free port, set up for queues (nothing is evicted).
 * Undefined when there is none. It ends with this process even when that is killed. Throws a StartError when it does
 * not accept connections.
 */
export async function startRedisServer(
  options: RedisServerOptions = {},
): Promise<RedisServer | undefined> {
  if (!(await isInstalled())) return undefined
  const { dataDirectory } = options
  if (dataDirectory !== undefined) await mkdir(dataDirectory, { recursive: true })
  const port = await freePort()
  const persistence =
    dataDirectory === undefined ? '--appendonly no' : '--appendonly yes --dir "$2"'
  // Redis has no option to follow its parent, so a shell holds a pipe that only this process keeps open.
  const script = `redis-server --port "$1" --bind 127.0.0.1 --save "" ${persistence} \
    --maxmemory-policy noeviction >/dev/null & read -r _; kill $!; wait $!`
  const shell = spawn('/bin/sh', ['-c', script, 'sh', String(port), dataDirectory ?? ''], {
    stdio: ['pipe', 'ignore', 'inherit'],
    detached: true,
  })
  const exited = once(shell, 'exit')
  const stop = async () => {
    shell.stdin.end()
    await exited
  }
  if (!(await accepts(port))) {
    await stop()
    throw new StartError(
      'The redis-server on the PATH does not accept connections; set REDIS_URL to the address of one that does.',
    )
  }
  return { url: `redis://127.0.0.1:${port}`, stop }
}

async function isInstalled(): Promise<boolean> {
  const question = spawn('/bin/sh', ['-c', 'command -v redis-server'], { stdio: 'ignore' })
  const [status] = await once(question, 'exit')
  return status === 0
}

async function accepts(port: number): Promise<boolean> {
  const giveUpAt = performance.now() + startTimeoutMs
  while (performance.now() < giveUpAt) {
    if (await canConnect(port)) return true
    await delay(20)
  }
  return false
}

function canConnect(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => {
      socket.destroy()
      resolve(true)
    })
    socket.once('error', () => resolve(false))
  })
}
