import { once } from 'node:events'
import { createMemoryCache } from '@gravity/shared/cache/memory-cache'
import { createMemoryPubSub } from '@gravity/shared/pubsub/memory-pubsub'
import { eventually } from '@gravity/shared/testing/eventually'
import { createSessionDenyList } from '@gravity/shared/viewer/session-deny-list'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { type Client, CloseCode, createClient } from 'graphql-ws'
import { WebSocket } from 'ws'
import { readRouterConfig } from '../src/config.ts'
import type { SocketLimits } from '../src/transport/graphql-socket.ts'
import { type RunningRouter, startRouter } from './running-router.ts'
import { createTestKey, type TestKey, TestKeySource } from './test-tokens.ts'

const PROTOCOL = 'graphql-transport-ws'
const { socketLimits } = readRouterConfig({ NODE_ENV: 'test' })

let router: RunningRouter
let key: TestKey
const sessions = createSessionDenyList({
  cache: createMemoryCache(),
  pubsub: createMemoryPubSub(),
})
beforeAll(async () => {
  key = await createTestKey()
  router = await startRouter({ keySource: new TestKeySource(key).read, sessions })
})
afterAll(async () => {
  await router.stop()
  await sessions.close()
})

/** The protocol's own client, unmodified; `connectionParams` go into `connection_init`. */
function openClient(connectionParams: Readonly<Record<string, unknown>> = {}): Client {
  return createClient({
    url: router.socketUrl,
    webSocketImpl: WebSocket,
    connectionParams,
    retryAttempts: 0,
  })
}

async function collect(client: Client, query: string, variables = {}): Promise<unknown[]> {
  const results: unknown[] = []
  for await (const result of client.iterate({ query, variables })) results.push(result)
  return results
}

/** A socket that speaks the protocol by hand, to break it. */
class RawSocket {
  readonly socket: WebSocket
  readonly messages: unknown[] = []
  readonly closed: Promise<string>

  constructor(
    url: string,
    options: { protocol?: string[]; headers?: Record<string, string> } = {},
  ) {
    this.socket = new WebSocket(url, options.protocol ?? [PROTOCOL], { headers: options.headers })
    this.socket.on('message', (message) => this.messages.push(JSON.parse(message.toString())))
    this.closed = new Promise((resolve) => {
      this.socket.on('close', (code, reason) => resolve(`${code} ${reason}`))
    })
    this.socket.on('error', () => {})
  }

  async send(...messages: unknown[]): Promise<this> {
    if (this.socket.readyState === WebSocket.CONNECTING) await once(this.socket, 'open')
    for (const message of messages) {
      this.socket.send(typeof message === 'string' ? message : JSON.stringify(message))
    }
    return this
  }

  received(message: unknown): Promise<void> {
    return eventually(() => expect(this.messages).toContainEqual(message))
  }
}

const init = { type: 'connection_init' }
const ack = { type: 'connection_ack' }

function subscribe(id: string, query: string): object {
  return { id, type: 'subscribe', payload: { query } }
}

async function startWithLimits(limits: Partial<SocketLimits>): Promise<RunningRouter> {
  return startRouter({ config: { socketLimits: { ...socketLimits, ...limits } } })
}

describe("the protocol's own client", () => {
  it('runs queries, mutations and subscriptions', async () => {
    const client = openClient()

    expect(await collect(client, 'query q($n: String) { hello(name: $n) }', { n: 'Ada' })).toEqual([
      { data: { hello: 'Hello Ada' } },
    ])
    expect(await collect(client, 'mutation { add(amount: 2) }')).toEqual([{ data: { add: 2 } }])
    expect(await collect(client, 'subscription { count(to: 3) }')).toEqual([
      { data: { count: 1 } },
      { data: { count: 2 } },
      { data: { count: 3 } },
    ])
    await client.dispose()
  })

  it('gets an error with a code for what is refused, and for what fails in the middle', async () => {
    const client = openClient()

    await expect(collect(client, '{ unknown }')).rejects.toMatchObject([
      { extensions: { code: 'BAD_USER_INPUT', requestId: expect.any(String) } },
    ])
    await expect(collect(client, 'query q($n: Int!) { slow(ms: $n) }')).rejects.toMatchObject([
      { extensions: { code: 'BAD_USER_INPUT' } },
    ])
    await expect(collect(client, 'subscription { failing }')).rejects.toEqual([
      {
        message: 'Something went wrong on our side.',
        extensions: { code: 'INTERNAL_SERVER_ERROR', requestId: expect.any(String) },
      },
    ])
    await client.dispose()
  })

  it('ends a subscription and a query upstream when it leaves them', async () => {
    const client = openClient()
    const leave = client.subscribe(
      { query: 'subscription { published }' },
      { next: () => {}, error: () => {}, complete: () => {} },
    )
    const cancel = client.subscribe(
      { query: '{ patience }' },
      { next: () => {}, error: () => {}, complete: () => {} },
    )
    await eventually(() => expect(router.graph.running.size).toBe(2))

    leave()
    cancel()

    await eventually(() => expect(router.graph.running.size).toBe(0))
    await client.dispose()
  })

  it.each([
    ['Authorization', (token: string) => ({ Authorization: `Bearer ${token}` })],
    ['authorization', (token: string) => ({ authorization: `Bearer ${token}` })],
    ['accessToken', (token: string) => ({ accessToken: token })],
    [
      'headers.Authorization',
      (token: string) => ({ headers: { Authorization: `Bearer ${token}` } }),
    ],
  ])('is somebody with a token in %s', async (_, params) => {
    const client = openClient(params(await key.sign({ userId: 'user-3' })))

    expect(await collect(client, '{ me { id } }')).toEqual([{ data: { me: { id: 'user-3' } } }])
    await client.dispose()
  })
})

describe('a socket', () => {
  it('says why it closes for a token that does not hold', async () => {
    const raw = new RawSocket(router.socketUrl)

    await raw.send({ ...init, payload: { Authorization: 'Bearer nonsense' } })

    expect(await raw.closed).toMatch(/^4401 The access token is malformed/)
  })

  it('closes when the token expires', async () => {
    const token = await key.sign({ expiresAt: new Date(Date.now() + 1_500) })
    const raw = new RawSocket(router.socketUrl)
    await raw.send({ ...init, payload: { accessToken: token } })
    await raw.received(ack)
    await raw.send(subscribe('1', 'subscription { published }'))

    expect(await raw.closed).toBe(
      '4401 The access token has expired. Refresh the session and try again.',
    )
    await eventually(() => expect(router.graph.running.size).toBe(0))
  })

  it('closes when the session is revoked, and leaves other sessions alone', async () => {
    const open = async (sessionId: string) => {
      const raw = new RawSocket(router.socketUrl)
      await raw.send({ ...init, payload: { accessToken: await key.sign({ sessionId }) } })
      await raw.received(ack)
      return raw
    }
    const [revoked, other] = await Promise.all([open('session-a'), open('session-b')])

    await sessions.deny('session-a', 600)

    expect(await revoked.closed).toBe('4401 The session has ended. Log in again.')
    expect(other.socket.readyState).toBe(WebSocket.OPEN)
    other.socket.close()
  })

  it('closes for every fault of the protocol with its own code', async () => {
    const open = () => new RawSocket(router.socketUrl)
    const early = open()
    const twice = open()
    const malformed = open()
    const binary = open()
    const duplicate = open()
    const backwards = open()

    await early.send(subscribe('1', '{ hello }'))
    await twice.send(init, init)
    await malformed.send('{ "type":')
    await binary.send()
    binary.socket.send(Buffer.from(JSON.stringify(init)))
    await duplicate.send(init)
    await duplicate.received(ack)
    const published = subscribe('1', 'subscription { published }')
    await duplicate.send(published, published)
    await backwards.send({ type: 'connection_ack' })

    expect(await early.closed).toBe(`${CloseCode.Unauthorized} Unauthorized`)
    expect(await twice.closed).toBe('4429 Too many initialisation requests')
    expect(await malformed.closed).toBe('4400 Invalid message received')
    expect(await binary.closed).toBe('4400 Invalid message received')
    expect(await duplicate.closed).toBe('4409 Subscriber for 1 already exists')
    expect(await backwards.closed).toMatch(/^4400 /)
  })

  it('says to try again later while nobody can be let in', async () => {
    const keys = new TestKeySource(key)
    keys.away = true
    await using waiting = await startRouter({ keySource: keys.read })
    const raw = new RawSocket(waiting.socketUrl)

    await raw.send({ ...init, payload: { accessToken: await key.sign() } })

    expect(await raw.closed).toMatch(/^1013 /)
  })

  it('closes without the right subprotocol', async () => {
    expect(await new RawSocket(router.socketUrl, { protocol: [] }).closed).toBe(
      '4406 Subprotocol not acceptable',
    )
  })

  it('answers pings and ignores completions of what it does not know', async () => {
    const raw = new RawSocket(router.socketUrl)

    await raw.send(
      { type: 'ping', payload: { a: 1 } },
      { type: 'pong' },
      { id: 'x', type: 'complete' },
    )

    await raw.received({ type: 'pong', payload: { a: 1 } })
    raw.socket.close()
  })

  it('may use an id again as soon as it is completed', async () => {
    const raw = new RawSocket(router.socketUrl)
    await raw.send(init)
    await raw.received(ack)

    await raw.send(
      subscribe('1', '{ patience }'),
      { id: '1', type: 'complete' },
      subscribe('1', '{ hello }'),
    )

    await raw.received({ id: '1', type: 'complete' })
    expect(raw.messages).toEqual([
      ack,
      { id: '1', type: 'next', payload: { data: { hello: 'Hello world' } } },
      { id: '1', type: 'complete' },
    ])
    raw.socket.close()
  })
})

describe('the bounds of a socket', () => {
  it('include the time until it is initialised', async () => {
    await using bounded = await startWithLimits({ initTimeoutMs: 50 })

    expect(await new RawSocket(bounded.socketUrl).closed).toBe(
      '4408 Connection initialisation timeout',
    )
  })

  it('include the size of a message', async () => {
    await using bounded = await startWithLimits({ messageBytes: 1_000 })
    const raw = new RawSocket(bounded.socketUrl)

    await raw.send(init, subscribe('1', `{ hello(name: "${'x'.repeat(1_000)}") }`))

    expect(await raw.closed).toMatch(/^1009/)
  })

  it('include the operations under way', async () => {
    await using bounded = await startWithLimits({ operations: 2 })
    const raw = new RawSocket(bounded.socketUrl)
    await raw.send(init)
    await raw.received(ack)

    const published = 'subscription { published }'
    await raw.send(subscribe('1', published), subscribe('2', published), subscribe('3', published))

    await eventually(() =>
      expect(raw.messages).toContainEqual({
        id: '3',
        type: 'error',
        payload: [expect.objectContaining({ message: expect.stringContaining('2 operations') })],
      }),
    )
    expect(bounded.graph.running.size).toBe(2)
    raw.socket.close()
  })

  it('stop pulling events for a client that does not read, and give it up in the end', async () => {
    await using bounded = await startWithLimits({ stallMs: 400 })
    const raw = new RawSocket(bounded.socketUrl)
    await raw.send(init)
    await raw.received(ack)
    raw.socket.pause()

    await raw.send(subscribe('1', 'subscription { flood(characters: 100000) }'))

    const metrics = async () => (await fetch(`${bounded.url}/metrics`)).text()
    await eventually(async () => expect(await metrics()).toContain('gravity_router_sockets 0'))
    // The kernel's buffers take some megabytes; an unbounded producer would be far beyond them by now.
    expect(bounded.graph.flooded()).toBeLessThan(200)
    raw.socket.terminate()
  })

  it('give up a client with too much waiting to be sent', async () => {
    await using bounded = await startWithLimits({ bufferedBytes: 100_000 })
    const raw = new RawSocket(bounded.socketUrl)
    await raw.send(init)
    await raw.received(ack)
    raw.socket.pause()

    const floods = Array.from({ length: 50 }, (_, at) =>
      subscribe(String(at), 'subscription { flood(characters: 1000000) }'),
    )
    await raw.send(...floods)

    const metrics = async () => (await fetch(`${bounded.url}/metrics`)).text()
    await eventually(async () => expect(await metrics()).toContain('gravity_router_sockets 0'))
    raw.socket.terminate()
  })

  it('give up a client that answers no ping', async () => {
    await using bounded = await startWithLimits({ heartbeatMs: 100 })
    const raw = new RawSocket(bounded.socketUrl)
    await raw.send(init)
    await raw.received(ack)

    raw.socket.pause()

    const metrics = async () => (await fetch(`${bounded.url}/metrics`)).text()
    await eventually(async () => expect(await metrics()).toContain('gravity_router_sockets 0'))
    raw.socket.terminate()
  })

  it('include the rate of operations', async () => {
    await using bounded = await startRouter({
      config: { requestRates: { perViewer: 0, perAddress: 2 } },
    })
    const raw = new RawSocket(bounded.socketUrl)
    await raw.send(init)
    await raw.received(ack)

    await raw.send(subscribe('1', '{ hello }'), subscribe('2', '{ hello }'))

    await eventually(() =>
      expect(raw.messages).toContainEqual({
        id: '2',
        type: 'error',
        payload: [expect.objectContaining({ message: expect.stringContaining('Too many') })],
      }),
    )
    raw.socket.close()
  })
})

describe('an upgrade', () => {
  async function statusOf(path: string, headers: Record<string, string> = {}): Promise<number> {
    const socket = new WebSocket(`${router.socketUrl.replace('/graphql', path)}`, [PROTOCOL], {
      headers,
    })
    socket.on('error', () => {})
    const [, response] = await once(socket, 'unexpected-response')
    response.resume()
    return response.statusCode
  }

  it('is refused elsewhere, and to pages of other origins', async () => {
    expect(await statusOf('/elsewhere')).toBe(404)
    expect(await statusOf('/graphql', { origin: 'https://evil.example' })).toBe(403)
  })

  it('is granted to allowed origins', async () => {
    const raw = new RawSocket(router.socketUrl, { headers: { origin: 'http://localhost:5173' } })

    await raw.send(init)

    await raw.received(ack)
    raw.socket.close()
  })
})
