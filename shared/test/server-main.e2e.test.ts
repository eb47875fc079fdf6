import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createServer } from 'node:net'
import { fileURLToPath } from 'node:url'
import { afterEach, describe, expect, it } from '@jest/globals'
import { eventually } from '../src/testing/eventually.ts'
import { createIdentitySigner, IDENTITY_HEADER } from '../src/viewer/signed-identity.ts'
import { anIdentity } from './server-notices.ts'

const program = fileURLToPath(new URL('./server-main-program.ts', import.meta.url))
const { GRAVITY_TEST_REDIS_URL: redisUrl, PATH } = process.env
const meshSecret = 'a mesh secret that is long enough for a test'
const withRedis = redisUrl ? describe : describe.skip

interface Program {
  readonly child: ChildProcess
  readonly output: () => string
  /** Resolves to the exit status, or to the signal that ended it. */
  readonly ended: Promise<unknown>
}

const started: Program[] = []

function start(environment: Record<string, string>): Program {
  const child = spawn(process.execPath, [program], {
    env: {
      PATH,
      NODE_ENV: 'test',
      GRAVITY_MESH_SECRET: meshSecret,
      ...environment,
    },
  })
  let output = ''
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (text) => (output += text))
  const ended = once(child, 'close').then(([status, signal]) => status ?? signal)
  const running = { child, output: () => output, ended }
  started.push(running)
  return running
}

async function urlOf({ output }: Program): Promise<string> {
  return await eventually(() => {
    const [url] = output().match(/http:\/\/127\.0\.0\.1:\d+/) ?? []
    if (!url) throw new Error(`The program has not said where it is: ${output()}`)
    return url
  })
}

afterEach(async () => {
  for (const { child, ended } of started.splice(0)) {
    child.kill('SIGKILL')
    await ended
  }
})

describe('a subgraph that cannot start', () => {
  it.each([
    ['REDIS_URL', {}],
    ['PORT', { PORT: 'eighty', REDIS_URL: 'redis://127.0.0.1:1' }],
    ['GRAVITY_SECRET', { NODE_ENV: 'production', REDIS_URL: 'redis://127.0.0.1:1' }],
  ])('says in a sentence what is wrong with %s', async (variable, environment) => {
    const running = start(environment)

    expect(await running.ended).toBe(1)
    expect(running.output()).toMatch(new RegExp(`^notices cannot start\\. .*${variable}`))
    expect(running.output()).not.toMatch(/\n\s+at /)
  })
})

withRedis('a subgraph in a process of its own', () => {
  const environment = { REDIS_URL: redisUrl ?? '' }

  it('serves until it is told to stop, then ends by itself', async () => {
    const running = start(environment)
    const url = await urlOf(running)
    const signer = createIdentitySigner({ secret: meshSecret })

    const ready = await fetch(`${url}/health/ready`)
    const answer = await fetch(`${url}/graphql`, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        [IDENTITY_HEADER]: signer.sign(anIdentity(), 'notices'),
      },
      body: '{"query":"{ notice(id: \\"n1\\") { body } }"}',
    })

    expect(ready.status).toBe(200)
    expect(await answer.json()).toEqual({ data: { notice: { body: 'Notice 1' } } })

    running.child.kill('SIGTERM')
    expect(await running.ended).toBe(0)
  })

  it('says in a sentence that its port is taken, and leaves nothing running', async () => {
    const squatter = createServer().listen(0, '127.0.0.1')
    await once(squatter, 'listening')
    const { port } = Object(squatter.address())

    const running = start({ ...environment, PORT: String(port) })

    expect(await running.ended).toBe(1)
    expect(running.output()).toMatch(`Port ${port} of 127.0.0.1 is in use`)
    squatter.close()
  })
})
