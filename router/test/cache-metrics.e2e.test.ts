import { TestClock } from '@gravity/shared/testing/test-clock'
import { describe, expect, it } from '@jest/globals'
import { createCachingSubgraphs } from './caching-subgraphs.ts'
import { openTestRouter } from './opened-router.ts'

async function start(env: NodeJS.ProcessEnv = {}) {
  const graph = createCachingSubgraphs()
  const clock = new TestClock()
  clock.stopAt()
  const secret = 'a secret that is long enough'
  const router = await openTestRouter(
    graph.subgraphs,
    { GRAVITY_ROUTER_CACHE_SECRET: secret, ...env },
    { now: () => clock.now() },
  )
  const invalidate = (body: object) =>
    fetch(`${router.url}/cache/invalidate`, {
      method: 'POST',
      headers: { authorization: `Bearer ${secret}`, 'content-type': 'application/json' },
      body: JSON.stringify(body),
    })
  const metrics = async () => {
    const lines = (await (await fetch(`${router.url}/metrics`)).text()).split('\n')
    const read = (series: string): number | undefined => {
      const line = lines.find((each) => each.startsWith(`gravity_router_cache_${series} `))
      return line === undefined ? undefined : Number(line.slice(line.lastIndexOf(' ')))
    }
    return { lines, read }
  }
  return { ...graph, router, clock, invalidate, metrics, [Symbol.asyncDispose]: router.stop }
}

describe('the metrics of the caches', () => {
  it('tell what was found, what had to be fetched, and what is kept', async () => {
    await using it = await start()
    // The second is answered as an operation, the third is known by its text.
    for (let time = 0; time < 3; time += 1) await it.router.ask('{ posts { author { name } } }')
    await it.router.ask('{ uncached { name } }')

    const { read } = await it.metrics()

    expect(read('requests_total{cache="response",result="hit"}')).toBe(2)
    expect(read('requests_total{cache="response",result="miss"}')).toBe(1)
    expect(read('requests_total{cache="entity",result="miss"}')).toBe(3)
    expect(read('requests_total{cache="entity",result="hit"}')).toBe(0)
    expect(read('stored_total{cache="response"}')).toBe(1)
    expect(read('stored_total{cache="entity"}')).toBe(3)
    expect(read('entries{cache="response"}')).toBe(1)
    expect(read('entries{cache="entity"}')).toBe(3)
    expect(read('bytes{cache="response"}')).toBeGreaterThan(100)
    expect(read('bytes{cache="entity"}')).toBeGreaterThan(300)
  })

  it('tell why something is kept no longer', async () => {
    await using it = await start()
    const query = '{ posts { author { name } } }'
    await it.router.ask(query)
    expect(await (await it.invalidate({ tags: ['Person:1'] })).json()).toEqual({ forgotten: 2 })
    await it.router.ask(query)
    it.clock.advance(60_000)
    await it.router.ask(query)

    const { read } = await it.metrics()

    expect(read('removed_total{cache="response",reason="invalidated"}')).toBe(1)
    expect(read('removed_total{cache="entity",reason="invalidated"}')).toBe(1)
    expect(read('removed_total{cache="response",reason="expired"}')).toBe(1)
    expect(read('removed_total{cache="entity",reason="expired"}')).toBe(3)
    expect(read('requests_total{cache="entity",result="hit"}')).toBe(2)
    expect(read('requests_total{cache="entity",result="miss"}')).toBe(3 + 1 + 3)
    expect(read('entries{cache="entity"}')).toBe(3)
  })

  it('tell what made room for others', async () => {
    await using it = await start({ GRAVITY_ROUTER_RESPONSE_CACHE_BYTES: '8000' })
    for (let alias = 0; alias < 20; alias += 1) {
      await it.router.ask(`{ a${alias}: person(id: "1") { name } }`)
    }

    const { read } = await it.metrics()

    const evicted = read('removed_total{cache="response",reason="evicted"}') ?? 0
    expect(evicted).toBeGreaterThan(0)
    expect(read('entries{cache="response"}')).toBe(20 - evicted)
    expect(read('bytes{cache="response"}')).toBeLessThanOrEqual(8_000)
  })

  it('are not there for a cache that is off', async () => {
    await using it = await start({ GRAVITY_ROUTER_ENTITY_CACHE: 'off' })
    await it.router.ask('{ posts { author { name } } }')

    const { lines, read } = await it.metrics()

    expect(read('entries{cache="response"}')).toBe(1)
    expect(lines.filter((line) => line.includes('cache="entity"'))).toEqual([])
  })
})
