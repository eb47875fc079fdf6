import { once } from 'node:events'
import { createServer, request } from 'node:http'
import { listen } from '@gravity/shared/server/listen'
import { eventually } from '@gravity/shared/testing/eventually'
import { describe, expect, it } from '@jest/globals'
import { HttpExchange } from '../src/transport/http-exchange.ts'
import { aGate, createCachingSubgraphs } from './caching-subgraphs.ts'
import { openTestRouter } from './opened-router.ts'

async function start(env: NodeJS.ProcessEnv = { GRAVITY_ROUTER_DEDUPLICATE: 'true' }) {
  const graph = createCachingSubgraphs()
  const router = await openTestRouter(graph.subgraphs, env)
  return { graph, router, [Symbol.asyncDispose]: router.stop }
}

const slow = { query: 'query ($id: ID!) { person(id: $id) { name } uncached { name } }' }

describe('equal queries at the same time', () => {
  it('are executed once', async () => {
    await using it = await start()
    it.graph.gate = aGate()
    const ask = (id: string) => it.router.ask(slow.query, { variables: { id } })
    const asked = [ask('1'), ask('1'), ask('2'), ask('1')]
    await eventually(() => expect(it.graph.asked.get('uncached')).toBe(2))

    it.graph.gate.open()

    const answers = await Promise.all(asked)
    expect(answers.map(({ data }) => data?.['person'])).toEqual(
      ['Ada', 'Ada', 'Bob', 'Ada'].map((name) => ({ name })),
    )
    expect(it.graph.asked.get('uncached')).toBe(2)
  })

  it('are executed each for itself by default when nothing of them may be kept', async () => {
    await using it = await start({})
    it.graph.gate = aGate()
    const asked = [1, 2, 3].map(() => it.router.ask(slow.query, { variables: { id: '1' } }))

    await eventually(() => expect(it.graph.asked.get('uncached')).toBe(3))
    it.graph.gate.open()

    expect(await Promise.all(asked)).toHaveLength(3)
  })

  it('whose answer may be kept are executed once all the same', async () => {
    await using it = await start({})
    const query = 'query ($id: ID!) { person(id: $id) { name } }'
    await it.router.ask(query, { variables: { id: '1' } })
    it.graph.gate = aGate()

    const asked = [1, 2, 3].map(() => it.router.ask(query, { variables: { id: '2' } }))
    await eventually(() => expect(it.graph.asked.get('person')).toBe(2))
    it.graph.gate.open()

    await Promise.all(asked)
    expect(it.graph.asked.get('person')).toBe(2)
  })

  it('fail with the id of each request', async () => {
    await using it = await start()
    it.graph.gate = aGate()
    const ids = ['request-a', 'request-b']
    const asked = ids.map((id) =>
      it.router.ask('{ failing { name } uncached { name } }', { headers: { 'x-request-id': id } }),
    )
    await eventually(() => expect(it.graph.asked.get('failing')).toBe(1))

    it.graph.gate.open()

    const answers = await Promise.all(asked)
    expect(answers.map(({ errors }) => errors?.[0]?.extensions?.['requestId'])).toEqual(ids)
    expect(answers.map(({ data }) => data)).toEqual(
      ids.map(() => ({ failing: null, uncached: { name: 'Ada' } })),
    )
    expect(it.graph.asked.get('failing')).toBe(1)
  })

  it('go on when the client that came first has left', async () => {
    await using it = await start()
    it.graph.gate = aGate()
    const leaving = new AbortController()
    const left = fetch(it.router.graphql, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ ...slow, variables: { id: '1' } }),
      signal: leaving.signal,
    })
    await eventually(() => expect(it.graph.asked.get('uncached')).toBe(1))
    const stays = it.router.ask(slow.query, { variables: { id: '1' } })
    // One that is not the same shows when the one before it has arrived.
    const later = it.router.ask(slow.query, { variables: { id: '2' } })
    await eventually(() => expect(it.graph.asked.get('uncached')).toBe(2))

    leaving.abort()
    await expect(left).rejects.toThrow()
    await it.router.ask('{ __typename }')
    it.graph.gate.open()

    expect((await stays).data).toEqual({ person: { name: 'Ada' }, uncached: { name: 'Ada' } })
    expect((await later).data?.['person']).toEqual({ name: 'Bob' })
    expect(it.graph.asked.get('uncached')).toBe(2)
  })

  it('share nothing that began before a mutation ended', async () => {
    await using it = await start()
    it.graph.gate = aGate()
    const before = it.router.ask('{ uncached { name } }')
    await eventually(() => expect(it.graph.asked.get('uncached')).toBe(1))
    await it.router.ask('mutation { rename(id: "1", name: "Eve") { name } }')

    const after = it.router.ask('{ uncached { name } }')
    await eventually(() => expect(it.graph.asked.get('uncached')).toBe(2))
    it.graph.gate.open()

    expect((await before).data).toEqual({ uncached: { name: 'Ada' } })
    expect((await after).data).toEqual({ uncached: { name: 'Eve' } })
  })
})

describe('an exchange that others wait for', () => {
  it('is not given up while they do, though nobody has asked for its signal before its client left', async () => {
    const server = createServer()
    const url = await listen(server, { host: '127.0.0.1', port: 0 })
    const asking = request(url).on('error', () => undefined)
    asking.end()
    const [incoming, response] = await once(server, 'request')
    const exchange = new HttpExchange(incoming, response, {
      resolveClientAddress: () => null,
      stopping: new AbortController().signal,
      compression: false,
      timeouts: { answer: 1_000 },
    })
    const release = exchange.hold()

    asking.destroy()
    await once(response, 'close')

    expect(exchange.gone.aborted).toBe(false)
    release?.()
    expect(exchange.gone.aborted).toBe(true)
    server.close()
  })
})
