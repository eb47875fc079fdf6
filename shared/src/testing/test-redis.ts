import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { connect } from 'node:net'
import { freePort } from '../postgres/free-port.ts'
import { eventually } from './eventually.ts'

export interface TestRedis {
  readonly url: string
  stop(): Promise<void>
}

/**
 * Starts the `redis-server` that is on the PATH, on a port of its own and with nothing on disk. Undefined when there is
 * none. It ends with this process even when that is killed.
 */
export async function startTestRedis(): Promise<TestRedis | undefined> {
  if (!(await isInstalled())) return undefined
  const port = await freePort()
  // Redis has no option to follow its parent, so a shell holds a pipe that only this process keeps open.
  const script =
    'redis-server --port "$1" --bind 127.0.0.1 --save "" --appendonly no >/dev/null & read -r _; kill $!'
  const shell = spawn('/bin/sh', ['-c', script, 'sh', String(port)], {
    stdio: ['pipe', 'ignore', 'inherit'],
    detached: true,
  })
  const exited = once(shell, 'exit')
  await eventually(() => canConnect(port))
  return {
    url: `redis://127.0.0.1:${port}`,
    stop: async () => {
      shell.stdin.end()
      await exited
    },
  }
}

async function isInstalled(): Promise<boolean> {
  const question = spawn('/bin/sh', ['-c', 'command -v redis-server'], { stdio: 'ignore' })
  const [status] = await once(question, 'exit')
  return status === 0
}

function canConnect(port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1', () => {
      socket.destroy()
      resolve()
    })
    socket.once('error', reject)
  })
}
