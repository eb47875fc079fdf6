import { serveSubgraph } from '@gravity/shared/server/serve-subgraph'
import type { Subgraph } from '@gravity/shared/server/subgraph'
import { eventually } from '@gravity/shared/testing/eventually'
import { silentLog } from '@gravity/shared/testing/silent-log'
import { createIdentitySigner } from '@gravity/shared/viewer/signed-identity'
import { describe, expect, it } from '@jest/globals'
import { createClient } from 'graphql-sse'
import { aSubgraph, type TestSubgraph } from './execution-graph.ts'
import { type ChatRoom, openChatRoom } from './subscription-chat.ts'
import { createTestKey, TestKeySource } from './test-tokens.ts'
import { startTrafficRouter, type TrafficRouterOptions } from './traffic-router.ts'

const meshSecret = 'x'.repeat(40)
const signer = createIdentitySigner({ secret: meshSecret })

/** A room whose subgraphs are servers of their own, as they run distributed, and a router before them. */
async function startRoom(
  options: TrafficRouterOptions = {},
  more: Partial<Subgraph> = {},
): Promise<AsyncDisposable & { readonly room: ChatRoom; readonly router: Started }> {
  await using opening = new AsyncDisposableStack()
  const room = openChatRoom()
  const serve = async (subgraph: TestSubgraph) => {
    const served = await serveSubgraph(
      { ...aSubgraph(subgraph), ...more },
      { host: '127.0.0.1', port: 0, meshSecret, log: silentLog, graceMs: 100 },
    )
    opening.defer(() => served.stop())
    return { ...subgraph, url: `${served.url}/graphql` }
  }
  const subgraphs = await Promise.all(room.subgraphs.map(serve))
  const router = opening.use(await startTrafficRouter(subgraphs, { signer, ...options }))
  const open = opening.move()
  return { room, router, [Symbol.asyncDispose]: () => open.disposeAsync() }
}
type Started = Awaited<ReturnType<typeof startTrafficRouter>>

interface Listener {
  readonly received: unknown[]
  leave(): void
}

function listen(router: Started, token = '', room = 'hall'): Listener {
  const headers: Record<string, string> = token ? { authorization: `Bearer ${token}` } : {}
  const client = createClient({ url: `${router.url}/graphql`, headers, retryAttempts: 0 })
  const received: unknown[] = []
  const query = `subscription { posted(room: "${room}") { body author { name } } }`
  const leave = client.subscribe(
    { query },
    { next: (result) => received.push(result), error: () => undefined, complete: () => undefined },
  )
  return { received, leave }
}

const posted = (body: string) => ({ data: { posted: { body, author: { name: 'person 1' } } } })
const requestsTo = (subgraph: string) =>
  `gravity_router_subgraph_attempts_total{subgraph="${subgraph}",outcome="answered"}`

const fields = ['Subscription.posted', 'Message.body', 'Message.author', 'Person.name', 'Person.id']

describe('subscriptions that do not depend on the viewer', () => {
  it('are opened for each viewer, and each event is completed once', async () => {
    const key = await createTestKey()
    const [ada, bob] = await Promise.all([key.sign({ userId: 'ada' }), key.sign({ userId: 'bob' })])
    await using running = await startRoom({
      keySource: new TestKeySource(key).read,
      viewerIndependentFields: () => new Set(fields),
    })
    const { room, router } = running
    const listeners = [listen(router, ada), listen(router, bob), listen(router, bob)]
    const stranger = listen(router, bob, 'cellar')
    await eventually(() => expect(room.listeners()).toBe(3))

    room.post('one')
    await eventually(() => {
      for (const { received } of listeners) expect(received).toEqual([posted('one')])
    })
    room.post('one')
    await eventually(() => {
      for (const { received } of listeners) {
        expect(received).toEqual([posted('one'), posted('one')])
      }
    })

    expect(await router.metric(requestsTo('people'))).toBe(2)
    expect(stranger.received).toMatchObject([{ errors: [{ extensions: { code: 'NOT_FOUND' } }] }])
  })

  it('are completed for each viewer when subgraphs get headers of the client', async () => {
    await using running = await startRoom({
      viewerIndependentFields: new Set(fields),
      traffic: { all: { headers: [{ forward: 'accept-language' }] } },
    })
    const { room, router } = running
    const listeners = [listen(router), listen(router)]
    await eventually(() => expect(room.listeners()).toBe(2))

    room.post('one')

    await eventually(() => {
      for (const { received } of listeners) expect(received).toEqual([posted('one')])
    })
    expect(await router.metric(requestsTo('people'))).toBe(2)
  })
})

describe('a client of a subscription that leaves', () => {
  it('ends it at the subgraph', async () => {
    await using running = await startRoom()
    const { room, router } = running
    const [first, second] = [listen(router), listen(router)]
    await eventually(() => expect(room.listeners()).toBe(2))

    first.leave()
    await eventually(() => expect(room.listeners()).toBe(1))
    room.post('still here')
    await eventually(() => expect(second.received).toEqual([posted('still here')]))
    second.leave()

    await eventually(() => expect(room.listeners()).toBe(0))
  })
})

describe('a subscription to a subgraph whose circuit is open', () => {
  it('is refused at once, with the reason', async () => {
    await using running = await startRoom({
      traffic: { all: { deadlineMs: 1, circuit: { minimumCalls: 1, openMs: 60_000 } } },
    })
    const { router } = running
    await eventually(async () => {
      await router.ask('{ rooms }')
      expect(await router.health()).toMatchObject({ circuits: { chat: 'open' } })
    })

    const { received } = listen(router)

    await eventually(() =>
      expect(received).toMatchObject([
        { errors: [{ extensions: { code: 'SUBGRAPH_UNAVAILABLE', reason: 'CIRCUIT_OPEN' } }] },
      ]),
    )
  })
})

describe('the readiness of a subgraph that knows the router’s signature', () => {
  it('is what the subgraph says about itself and what it depends on', async () => {
    let isUp = false
    const database = async () => {
      if (!isUp) throw new Error('The database is away')
    }
    await using running = await startRoom({}, { checks: { database } })
    const { router } = running

    expect(await router.health()).toMatchObject({
      status: 'unavailable',
      dependencies: { chat: { status: 'down' }, people: { status: 'down' } },
    })
    expect(await router.ask('{ rooms }')).toEqual({ data: { rooms: null } })
    isUp = true
    await eventually(async () => {
      expect(await router.health()).toMatchObject({ status: 'ready' })
    })
  })
})
