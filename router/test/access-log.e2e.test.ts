import { spawn } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { eventually } from '@gravity/shared/testing/eventually'
import { describe, expect, it } from '@jest/globals'
import { createClient } from 'graphql-ws'
import { WebSocket } from 'ws'
import { composedSource } from '../src/supergraph/composed-source.ts'
import { librarySubgraphs } from './execution-library.ts'
import { type OpenedRouter, openTestRouter } from './opened-router.ts'
import { openChatRoom } from './subscription-chat.ts'
import { createTestKey, TestKeySource } from './test-tokens.ts'

interface LoggingRouter extends AsyncDisposable {
  readonly router: OpenedRouter
  /** The lines so far; waits until there are as many as expected. */
  lines(expected: number): Promise<Record<string, unknown>[]>
  readonly text: () => string
  token(userId: string, claims?: Readonly<Record<string, unknown>>): Promise<string>
}

/** `production` gives lines of JSON; its other defaults are taken back as far as they are in the way. */
async function startLogging(
  env: NodeJS.ProcessEnv = {},
  subgraphs = librarySubgraphs,
): Promise<LoggingRouter> {
  const key = await createTestKey()
  const written: string[] = []
  const router = await openTestRouter(
    subgraphs,
    { NODE_ENV: 'production', HOST: '127.0.0.1', ...env },
    {
      keySource: new TestKeySource(key).read,
      accessLog: { write: (line) => written.push(line) },
    },
  )
  return {
    router,
    async lines(expected) {
      await eventually(() => expect(written).toHaveLength(expected))
      return written.map((line) => JSON.parse(line))
    },
    text: () => written.join(''),
    token: (userId, claims = {}) => key.sign({ userId, claims }),
    [Symbol.asyncDispose]: () => router.stop(),
  }
}

describe('the access log', () => {
  it('has a line for each request, with what it was and how it went', async () => {
    await using logging = await startLogging()
    const { router } = logging
    const token = await logging.token('user-17')

    await router.ask('query P($id: ID!) { person(id: $id) { name reviews { stars } } }', {
      variables: { id: '1' },
      headers: {
        authorization: `Bearer ${token}`,
        'x-request-id': 'mine-1',
        traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
        'apollographql-client-name': 'shop',
        'apollographql-client-version': '2.1',
      },
    })

    const [line] = await logging.lines(1)
    expect(line).toEqual({
      level: 'info',
      time: expect.any(String),
      pid: expect.any(Number),
      hostname: expect.any(String),
      name: 'access',
      msg: 'request',
      requestId: 'mine-1',
      traceId: '0af7651916cd43dd8448eb211c80319c',
      transport: 'http',
      req: {
        method: 'POST',
        url: '/graphql',
        remoteAddress: '127.0.0.0',
        clientName: 'shop',
        clientVersion: '2.1',
      },
      res: { statusCode: 200, bytes: expect.any(Number) },
      responseTime: expect.any(Number),
      operation: { type: 'query', name: 'P' },
      viewer: 'user-17',
      subgraphCalls: 2,
    })
  })

  it('names what was refused, and never says what was asked', async () => {
    await using logging = await startLogging()
    const { router } = logging

    await router.ask('{ secretField }')
    await router.ask('{ person(id: "secret-literal") { email } broken }', {
      headers: { 'graphql-client-name': 'cli' },
    })
    await router.ask('{ nothing { id } }', { headers: { authorization: 'Bearer secret.token.x' } })
    await fetch(`${router.graphql}?query={__typename}&variables={"a":"secret"}`)
    await fetch(`${router.url}/verify?token=secret`)

    const lines = await logging.lines(5)
    expect(lines.map(({ errorCodes }) => errorCodes)).toEqual([
      ['BAD_USER_INPUT'],
      ['NOT_FOUND'],
      ['UNAUTHENTICATED'],
      undefined,
      ['NOT_FOUND'],
    ])
    expect(lines.map(({ res }) => res)).toMatchObject(
      [200, 200, 401, 200, 404].map((statusCode) => ({ statusCode })),
    )
    expect(lines[1]).toMatchObject({ req: { clientName: 'cli' }, operation: { type: 'query' } })
    expect(logging.text()).not.toContain('secret')
  })

  it('names in any case who acts as somebody else', async () => {
    await using logging = await startLogging({ GRAVITY_ROUTER_ACCESS_LOG_VIEWER: 'off' })
    const token = await logging.token('user-17', { act: { sub: 'admin-1' } })

    await logging.router.ask('{ nothing { id } }', {
      headers: { authorization: `Bearer ${token}` },
    })

    const [line] = await logging.lines(1)
    expect(line).toMatchObject({ impersonatedBy: 'admin-1' })
    expect(line).not.toHaveProperty('viewer')
  })

  it('has a line for each operation on a socket, when it has ended', async () => {
    const room = openChatRoom()
    await using logging = await startLogging({ GRAVITY_ROUTER_INTROSPECTION: 'on' }, room.subgraphs)
    const client = createClient({
      url: logging.router.graphql.replace('http', 'ws'),
      webSocketImpl: WebSocket,
      retryAttempts: 0,
      connectionParams: { authorization: `Bearer ${await logging.token('user-18')}` },
    })
    const query = 'subscription S { posted(room: "hall") { body author { name } } }'
    const results = client.iterate({ query })
    const next = results.next()
    await eventually(() => expect(room.listeners()).toBe(1))
    room.post('hello')
    await next
    await results.return?.()

    const [line] = await logging.lines(1)
    expect(line).toMatchObject({
      transport: 'websocket',
      operation: { type: 'subscription', name: 'S' },
      viewer: 'user-18',
      subgraphCalls: 2,
    })
    expect(line).not.toHaveProperty('res')
    await client.dispose()
  })

  it('writes errors only, no viewer and no address, when told so', async () => {
    await using logging = await startLogging({
      GRAVITY_ROUTER_ACCESS_LOG: 'errors',
      GRAVITY_ROUTER_ACCESS_LOG_VIEWER: 'off',
      GRAVITY_ROUTER_ACCESS_LOG_ADDRESS: 'off',
    })
    const headers = { authorization: `Bearer ${await logging.token('user-19')}` }

    await logging.router.ask('{ nothing { id } }', { headers })
    await logging.router.ask('{ broken }', { headers })

    const [line, ...others] = await logging.lines(1)
    expect(others).toEqual([])
    expect(line).toMatchObject({ errorCodes: ['NOT_FOUND'], req: { method: 'POST' } })
    expect(logging.text()).not.toMatch(/user-19|127\.0/)
  })

  it('says when an answer was kept', async () => {
    await using logging = await startLogging({}, [
      {
        name: 'one',
        sdl: `extend schema @link(url: "https://specs.apollo.dev/federation/v2.9")
          directive @cacheControl(maxAge: Int, scope: CacheControlScope) on FIELD_DEFINITION
          enum CacheControlScope { PUBLIC PRIVATE }
          type Query { weather: String @cacheControl(maxAge: 60) }`,
        resolvers: { Query: { weather: () => 'fine' } },
      },
    ])

    await logging.router.ask('{ weather }')
    await logging.router.ask('{ weather }')

    const lines = await logging.lines(2)
    expect(lines.map(({ cache }) => cache)).toEqual([undefined, 'hit'])
  })

  it('is off in development', async () => {
    await using logging = await startLogging({ NODE_ENV: 'development' })

    await logging.router.ask('{ nothing { id } }')

    expect(await logging.lines(0)).toEqual([])
  })

  it('loses no line when the process is told to stop', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'gravity-access-'))
    const file = join(folder, 'supergraph.graphql')
    const composed = await composedSource(librarySubgraphs).start(() => undefined)
    const nowhere = '$1"http://127.0.0.1:9/graphql"'
    await writeFile(file, composed.replace(/(@join__graph\([^)]*url: )"[^"]*"/g, nowhere))
    const main = new URL('../src/main.ts', import.meta.url).pathname
    const child = spawn(process.execPath, [main, '--supergraph', file, '--port', '0'], {
      env: {
        ...process.env,
        NODE_OPTIONS: '',
        NODE_ENV: 'production',
        HOST: '127.0.0.1',
        GRAVITY_SECRET: 'a-secret-for-a-test-that-is-long-enough',
        GRAVITY_MESH_SECRET: 'a-mesh-secret-for-a-test-that-is-long-enough',
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    let output = ''
    child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()))
    child.stderr.on('data', (chunk: Buffer) => (output += chunk.toString()))
    const exited = new Promise((resolve) => child.once('exit', resolve))
    try {
      await eventually(() => expect(output).toMatch(/"url":"http:/), { timeoutMs: 20_000 })
      const url = /"url":"(http:[^"]+)"/.exec(output)?.[1]
      await fetch(`${url}/graphql?query={__typename}`)
      child.kill('SIGTERM')
      await exited

      expect(output).toContain('"name":"access"')
    } finally {
      child.kill('SIGKILL')
      await rm(folder, { recursive: true })
    }
  })
})
