import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { type Client, createClient } from 'graphql-ws'
import WebSocket from 'ws'
import { type SubgraphServer, serveSubgraph } from '../src/server/serve-subgraph.ts'
import { aViewer } from '../src/testing/a-viewer.ts'
import { eventually } from '../src/testing/eventually.ts'
import { silentLog } from '../src/testing/silent-log.ts'
import { createIdentitySigner } from '../src/viewer/signed-identity.ts'
import type { RequestIdentity } from '../src/viewer/viewer.ts'
import { anIdentity, createNoticeBoard, type NoticeBoard, notices } from './server-notices.ts'

const meshSecret = 'a mesh secret that is long enough for a test'
const signer = createIdentitySigner({ secret: meshSecret })
const [first, second] = notices

let board: NoticeBoard
let server: SubgraphServer
let client: Client
let closures: number[]
let connections: number

beforeEach(async () => {
  board = createNoticeBoard()
  closures = []
  connections = 0
  server = await serveSubgraph(board.subgraph, {
    host: '127.0.0.1',
    port: 0,
    meshSecret,
    log: silentLog,
    graceMs: 1_000,
  })
  client = createClient({
    url: socketUrl('/graphql'),
    webSocketImpl: WebSocket,
    retryAttempts: 0,
    on: {
      opened: () => {
        connections += 1
      },
      closed: (event) => closures.push(Object(event).code),
    },
  })
})
afterEach(async () => {
  await client.dispose()
  await server.stop()
})

function socketUrl(path: string): string {
  return `${server.url.replace('http', 'ws')}${path}`
}

function subscribe(query: string, identity: RequestIdentity | null = anIdentity()) {
  const extensions = identity ? { identity: signer.sign(identity, 'notices') } : {}
  return client.iterate({ query, extensions })
}

async function collect(results: AsyncIterable<unknown>): Promise<unknown[]> {
  return await Array.fromAsync(results)
}

function userIdentity(userId: string): RequestIdentity {
  return anIdentity({ viewer: aViewer({ userId }) })
}

const added = 'subscription { noticeAdded { body } }'

describe('subscriptions over one socket', () => {
  it('delivers events in order', async () => {
    const results = subscribe(added)
    const firstResult = results.next()
    await eventually(() => expect(board.listeners()).toBe(1))

    for (const notice of notices) board.add(notice)

    expect(await firstResult).toEqual({
      done: false,
      value: { data: { noticeAdded: { body: first?.body } } },
    })
    for (const { body } of notices.slice(1)) {
      expect(await results.next()).toMatchObject({ value: { data: { noticeAdded: { body } } } })
    }
  })

  it('runs each for its own viewer', async () => {
    const query = 'subscription { whoListens }'
    const viewers = Array.from({ length: 20 }, (_, index) => `u${index}`)

    const answers = await Promise.all(
      viewers.map((viewer) => collect(subscribe(query, userIdentity(viewer)))),
    )

    expect(answers).toEqual(viewers.map((viewer) => [{ data: { whoListens: viewer } }]))
    expect(connections).toBe(1)
  })

  it('refuses one that is not signed, and leaves the others alone', async () => {
    const others = subscribe(added)
    const otherResult = others.next()
    await eventually(() => expect(board.listeners()).toBe(1))

    await expect(collect(subscribe(added, null))).rejects.toEqual([
      {
        message: 'This call does not come from the router.',
        extensions: { code: 'UNAUTHENTICATED' },
      },
    ])
    if (second) board.add(second)

    expect(await otherResult).toMatchObject({
      value: { data: { noticeAdded: { body: second?.body } } },
    })
  })

  it.each([
    ['a syntax error', 'subscription {'],
    ['an unknown field', 'subscription { nope }'],
    ['two root fields', 'subscription { breaks whoListens }'],
  ])('refuses %s', async (_title, query) => {
    await expect(collect(subscribe(query))).rejects.toMatchObject([
      { extensions: { code: 'BAD_USER_INPUT' } },
    ])
  })

  it('closes the source when the client completes', async () => {
    const results = subscribe(added)
    const pending = results.next()
    await eventually(() => expect(board.listeners()).toBe(1))

    await results.return?.()

    await pending
    await eventually(() => expect(board.closed).toEqual(['noticeAdded']))
    expect(board.listeners()).toBe(0)
  })

  it('closes every source when the socket is lost', async () => {
    const pending = Promise.allSettled([subscribe(added).next(), subscribe(added).next()])
    await eventually(() => expect(board.listeners()).toBe(2))

    client.terminate()

    await pending
    await eventually(() => expect(board.closed).toHaveLength(2))
  })

  it('tells peers to go, and closes their sources, when the server stops', async () => {
    const pending = Promise.allSettled([subscribe(added).next()])
    await eventually(() => expect(board.listeners()).toBe(1))

    await server.stop()

    await pending
    expect(closures).toEqual([1001])
    expect(board.closed).toEqual(['noticeAdded'])
  })

  it('executes a query too', async () => {
    expect(await collect(subscribe('{ whoAmI }', userIdentity('u7')))).toEqual([
      { data: { whoAmI: 'u7' } },
    ])
  })

  it('counts the subscriptions that are open', async () => {
    const results = subscribe(added)
    const pending = results.next()
    await eventually(() => expect(board.listeners()).toBe(1))

    expect(await metric('gravity_subscriptions_active')).toBe(1)

    await results.return?.()
    await pending
    await eventually(async () => expect(await metric('gravity_subscriptions_active')).toBe(0))
  })
})

describe('an upgrade', () => {
  it.each([
    { title: 'of another path', path: '/other', protocol: 'graphql-transport-ws', reason: /404/ },
    { title: 'to another protocol', path: '/graphql', protocol: 'graphql-ws', reason: /protocol/i },
  ])('$title is refused', async ({ path, protocol, reason }) => {
    const socket = new WebSocket(socketUrl(path), protocol)

    const outcome = await new Promise<string>((resolve) => {
      socket.on('error', (error) => resolve(error.message))
      socket.on('close', (code) => resolve(String(code)))
    })

    expect(outcome).toMatch(reason)
  })

  it('of a message that is too large ends that socket only', async () => {
    const large = new WebSocket(socketUrl('/graphql'), 'graphql-transport-ws')
    await new Promise((resolve) => large.once('open', resolve))

    large.send('x'.repeat(5 * 1024 * 1024))

    const code = await new Promise((resolve) => {
      large.on('error', () => undefined)
      large.on('close', resolve)
    })
    expect([1006, 1009]).toContain(code)
    expect(await collect(subscribe('{ whoAmI }'))).toEqual([{ data: { whoAmI: null } }])
  })
})

async function metric(name: string): Promise<number> {
  const page = await (await fetch(`${server.url}/metrics`)).text()
  return Number(page.match(new RegExp(`^${name}\\{[^}]*\\} (\\d+)$`, 'm'))?.[1])
}
