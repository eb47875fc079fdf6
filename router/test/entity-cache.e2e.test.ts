import { ApolloServer } from '@apollo/server'
import { ApolloServerPluginCacheControl } from '@apollo/server/plugin/cacheControl'
import { ApolloServerPluginInlineTraceDisabled } from '@apollo/server/plugin/disabled'
import { startStandaloneServer } from '@apollo/server/standalone'
import { buildSubgraphSchema } from '@apollo/subgraph'
import { publishInvalidation } from '@gravity/shared/cache/invalidation'
import { createMemoryPubSub } from '@gravity/shared/pubsub/memory-pubsub'
import { eventually } from '@gravity/shared/testing/eventually'
import { TestClock } from '@gravity/shared/testing/test-clock'
import { describe, expect, it } from '@jest/globals'
import { parse } from 'graphql'
import { createHttpClient } from '../src/subgraphs/http-client.ts'
import { composedSource } from '../src/supergraph/composed-source.ts'
import { aGate, createCachingSubgraphs } from './caching-subgraphs.ts'
import { memoryClients } from './execution-graph.ts'
import { openTestRouter } from './opened-router.ts'

/** Whole answers are not kept, so that what is asked of the subgraphs shows what is kept of entities. */
async function start(env: NodeJS.ProcessEnv = {}) {
  const graph = createCachingSubgraphs()
  const clock = new TestClock()
  clock.stopAt()
  const pubsub = createMemoryPubSub()
  const router = await openTestRouter(
    graph.subgraphs,
    { GRAVITY_ROUTER_RESPONSE_CACHE: 'false', ...env },
    { pubsub, now: () => clock.now() },
  )
  const entitiesAsked = () => ['1', '2', '3'].map((id) => graph.asked.get(`Person:${id}`) ?? 0)
  return { graph, router, clock, pubsub, entitiesAsked, [Symbol.asyncDispose]: router.stop }
}

const names = '{ posts { author { name } } }'
const answer = {
  data: { posts: ['Ada', 'Bob', 'Cyd'].map((name) => ({ author: { name } })) },
}

describe('entities that may be kept', () => {
  it('are asked for once, also by other operations that select the same', async () => {
    await using it = await start()

    expect(await it.router.ask(names)).toEqual(answer)
    expect(await it.router.ask(names)).toEqual(answer)
    const other = await it.router.ask('query Other { post { author { name } } }')
    const again = await it.router.ask('query Other { post { author { name } } }')

    expect(other).toEqual({ data: { post: { author: { name: 'Ada' } } } })
    expect(again).toEqual(other)
    expect(it.entitiesAsked()).toEqual([1, 1, 1])
  })

  it('leave only the others to be fetched, in their places', async () => {
    await using it = await start()
    await it.router.ask(names)
    it.graph.names.set('4', 'Dan')
    it.graph.names.delete('2')
    await publishInvalidation(it.pubsub, ['Person:1'])

    await eventually(async () => {
      expect(await it.router.ask(names)).toEqual({
        data: { posts: ['Ada', 'Cyd', 'Dan'].map((name) => ({ author: { name } })) },
      })
      expect(it.entitiesAsked()).toEqual([2, 1, 1])
    })
  })

  it('are other ones for another selection and for other arguments', async () => {
    await using it = await start()
    const greet = 'query ($to: String) { post { author { greeting(to: $to) } } }'
    const ask = (to: string) => it.router.ask(greet, { variables: { to } })

    await ask('Bob')
    const bob = await ask('Bob')
    const cyd = await ask('Cyd')

    expect(bob.data).toEqual({ post: { author: { greeting: 'Ada greets Bob' } } })
    expect(cyd.data).toEqual({ post: { author: { greeting: 'Ada greets Cyd' } } })
    expect(it.entitiesAsked()).toEqual([2, 0, 0])
  })

  it('are fetched again when they are too old', async () => {
    await using it = await start()
    await it.router.ask(names)
    it.graph.names.set('1', 'Eve')
    it.clock.advance(60_000)

    expect(JSON.stringify(await it.router.ask(names))).toContain('Eve')
    expect(it.entitiesAsked()).toEqual([2, 2, 2])
  })

  it('are not kept when something went wrong, and errors say of whom they are', async () => {
    await using it = await start()
    const risky = '{ posts { id author { risky } } }'
    const mistake = {
      message: 'Risky',
      path: ['posts', 1, 'author', 'risky'],
      extensions: { code: 'NOT_FOUND', requestId: expect.any(String) },
    }

    const first = await it.router.ask(risky)
    const again = await it.router.ask(risky)

    expect(first.errors).toEqual([mistake])
    expect(again.errors).toEqual([mistake])
    expect(it.entitiesAsked()).toEqual([2, 2, 2])
  })

  it('are asked for each time when the cache is off', async () => {
    await using it = await start({ GRAVITY_ROUTER_ENTITY_CACHE: 'false' })
    await it.router.ask(names)
    await it.router.ask(names)

    expect(it.entitiesAsked()).toEqual([2, 2, 2])
  })

  it('make an answer as old as they are', async () => {
    await using it = await start({ GRAVITY_ROUTER_RESPONSE_CACHE: 'true' })
    await it.router.ask(names)
    it.clock.advance(45_000)

    const response = await fetch(
      `${it.router.graphql}?query=${encodeURIComponent('query Later { posts { author { name } } }')}`,
    )

    expect(await response.json()).toEqual(answer)
    expect(response.headers.get('cache-control')).toBe('public, max-age=15')
    expect(it.entitiesAsked()).toEqual([1, 1, 1])
  })

  it('are not kept when they were invalidated on their way', async () => {
    await using it = await start()
    await it.router.ask(names)
    it.clock.advance(61_000)
    it.graph.gate = aGate()

    const old = it.router.ask(names)
    await eventually(() => expect(it.entitiesAsked()).toEqual([2, 2, 2]))
    it.graph.names.set('2', 'Eve')
    await publishInvalidation(it.pubsub, ['name-of-2'])
    await new Promise((resolve) => setImmediate(resolve))
    it.graph.gate.open()

    expect(await old).toEqual(answer)
    expect(JSON.stringify(await it.router.ask(names))).toContain('Eve')
    expect(it.entitiesAsked()).toEqual([2, 3, 2])
  })
})

describe('a stranger’s subgraph', () => {
  it('says by cache-control for how long its answers may be kept', async () => {
    const graph = createCachingSubgraphs()
    const [people] = graph.subgraphs
    if (!people) throw new Error('There are people')
    const server = new ApolloServer({
      schema: buildSubgraphSchema([{ typeDefs: parse(people.sdl), resolvers: people.resolvers }]),
      plugins: [ApolloServerPluginCacheControl(), ApolloServerPluginInlineTraceDisabled()],
    })
    const { url } = await startStandaloneServer(server, { listen: { port: 0 } })
    const inMemory = memoryClients(graph.subgraphs)
    await using router = await openTestRouter(
      graph.subgraphs,
      {},
      {
        source: composedSource(graph.subgraphs.map((one) => ({ ...one, url }))),
        openClient: (name, address) =>
          name === 'people' ? createHttpClient({ name, url }) : inMemory(name, address),
      },
    )
    const person = '{ person(id: "1") { name brief } }'

    const headersOf = async (query: string) => {
      const response = await fetch(`${router.graphql}?query=${encodeURIComponent(query)}`)
      await response.text()
      return [response.headers.get('cache-control'), response.headers.get('age')]
    }

    expect(await headersOf(person)).toEqual(['public, max-age=10', null])
    expect(await headersOf(person)).toEqual(['public, max-age=10', '0'])
    expect(await headersOf('{ uncached { name } }')).toEqual(['no-store', null])
    await headersOf('{ posts { author { name } } }')
    await headersOf('query Again { posts { author { name } } }')
    expect(graph.asked.get('Person:1')).toBe(1)
    await server.stop()
  })
})
