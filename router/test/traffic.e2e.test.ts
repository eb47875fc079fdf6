import { once } from 'node:events'
import { eventually } from '@gravity/shared/testing/eventually'
import { describe, expect, it } from '@jest/globals'
import { BreakableProxy } from '../../shared/test/breakable-proxy.ts'
import {
  type Answerer,
  data,
  reasonsOf,
  reply,
  startSubgraph,
  startTrafficRouter,
} from './traffic-router.ts'

const silence: Answerer = () => undefined
const destroyed: Answerer = ({ request }) => {
  request.socket.destroy()
}

/** Answers held back until `open` is called. */
function aGate() {
  const { promise, resolve } = Promise.withResolvers<void>()
  return { passed: promise, open: () => resolve() }
}

describe('the deadline of a subgraph', () => {
  it('costs its part of the answer, and says why', async () => {
    await using fast = await startSubgraph('fast')
    await using slow = await startSubgraph('slow', silence)
    await using router = await startTrafficRouter([fast, slow], {
      traffic: { subgraphs: { slow: { deadlineMs: 50 } } },
    })

    const answer = await router.ask('{ fast slow }')

    expect(answer.data).toEqual({ fast: 'fast answers', slow: null })
    expect(reasonsOf(answer)).toEqual([['slow', 'SUBGRAPH_UNAVAILABLE', 'DEADLINE']])
  })
})

describe('the size of an answer', () => {
  it('is bounded for each subgraph', async () => {
    await using large = await startSubgraph('large', data('large', 'x'.repeat(5_000)))
    await using wide = await startSubgraph('wide', data('wide', 'x'.repeat(5_000)))
    await using router = await startTrafficRouter([large, wide], {
      env: { GRAVITY_ROUTER_SUBGRAPH_RESPONSE_BYTES: '4000' },
      traffic: { subgraphs: { wide: { responseBytes: 6_000 } } },
    })

    const answer = await router.ask('{ large wide }')

    expect(answer.data).toMatchObject({ large: null, wide: /^x+$/.exec('x'.repeat(5_000))?.[0] })
    expect(reasonsOf(answer)).toEqual([['large', 'SUBGRAPH_UNAVAILABLE', 'RESPONSE_TOO_LARGE']])
  })
})

describe('retries', () => {
  it('repeat a query that a proxy answered in the place of the subgraph', async () => {
    await using shop = await startSubgraph('shop')
    await using router = await startTrafficRouter([shop])
    shop.answer = (exchange) => {
      shop.answer = data('shop')
      reply(exchange.response.setHeader('retry-after', '0'), 503, 'busy')
    }

    expect(await router.ask('{ shop }')).toEqual({ data: { shop: 'shop answers' } })
    expect(shop.requests).toHaveLength(2)
    expect(await router.metric('gravity_router_subgraph_retries_total{subgraph="shop"}')).toBe(1)
  })

  it.each<[string, string, Answerer]>([
    ['a mutation', 'mutation { set_shop }', ({ response }) => reply(response, 503, 'busy')],
    ['errors of the subgraph itself', '{ shop }', graphqlError(503)],
    ['what will not pass', '{ shop }', ({ response }) => reply(response, 500, 'broken')],
    [
      'what comes back after the deadline',
      '{ shop }',
      ({ response }) => reply(response.setHeader('retry-after', '3600'), 503, 'busy'),
    ],
  ])('do not repeat %s', async (_case, query, answer) => {
    await using shop = await startSubgraph('shop', answer)
    await using router = await startTrafficRouter([shop])

    expect((await router.ask(query)).errors).toHaveLength(1)
    expect(shop.requests).toHaveLength(1)
  })

  it('do not multiply an outage', async () => {
    await using shop = await startSubgraph('shop', destroyed)
    await using router = await startTrafficRouter([shop], { traffic: { all: { circuit: false } } })

    const queries = Array.from({ length: 100 }, (_, n) => router.ask(`{ shop(n: ${n}) }`))
    const answers = await Promise.all(queries)

    expect(answers.flatMap(reasonsOf)).toContainEqual([
      'shop',
      'SUBGRAPH_UNAVAILABLE',
      'UNREACHABLE',
    ])
    expect(shop.requests.length).toBeGreaterThan(100)
    expect(shop.requests.length).toBeLessThanOrEqual(120)
  })
})

function graphqlError(status: number): Answerer {
  return ({ response }) => reply(response, status, { errors: [{ message: 'No' }], data: null })
}

describe('the circuit of a subgraph', () => {
  const traffic = {
    all: { circuit: { minimumCalls: 4, openMs: 50, longestOpenMs: 50 }, retries: { attempts: 1 } },
  }
  const circuit = 'gravity_router_subgraph_circuit{subgraph="shop"}'

  it('opens when the subgraph is away, and then answers at once', async () => {
    await using shop = await startSubgraph('shop')
    await using other = await startSubgraph('other')
    await using proxy = await BreakableProxy.open(shop.url)
    await using router = await startTrafficRouter([{ ...shop, url: proxy.url }, other], {
      traffic: { all: { ...traffic.all, circuit: { ...traffic.all.circuit, openMs: 60_000 } } },
    })
    await proxy.cut()
    for (let call = 0; call < 4; call += 1) await router.ask('{ shop }')

    const answer = await router.ask('{ shop other }')

    expect(answer.data).toEqual({ shop: null, other: 'other answers' })
    expect(reasonsOf(answer)).toEqual([['shop', 'SUBGRAPH_UNAVAILABLE', 'CIRCUIT_OPEN']])
    expect(await router.health()).toMatchObject({
      status: 'unavailable',
      circuits: { shop: 'open', other: 'closed' },
    })
    expect(await router.metric(circuit)).toBe(2)
  })

  it('closes by itself when the subgraph is back', async () => {
    await using shop = await startSubgraph('shop')
    await using proxy = await BreakableProxy.open(shop.url)
    await using router = await startTrafficRouter([{ ...shop, url: proxy.url }], { traffic })
    await proxy.cut()
    await eventually(async () => {
      await router.ask('{ shop }')
      expect(await router.metric(circuit)).toBe(2)
    })

    await proxy.restore()

    await eventually(async () => {
      expect(await router.ask('{ shop }')).toEqual({ data: { shop: 'shop answers' } })
    })
    expect(await router.health()).toMatchObject({ status: 'ready', circuits: { shop: 'closed' } })
  })

  it('opens for answers that are none and for missed deadlines', async () => {
    await using broken = await startSubgraph('broken', ({ response }) => reply(response, 500, ''))
    await using slow = await startSubgraph('slow', silence)
    await using router = await startTrafficRouter([broken, slow], {
      traffic: { all: { ...traffic.all, deadlineMs: 20 } },
    })

    await eventually(async () => {
      await router.ask('{ broken slow }')
      const { circuits } = await router.health()
      expect(circuits).not.toMatchObject({ broken: 'closed' })
      expect(circuits).not.toMatchObject({ slow: 'closed' })
    })
  })

  it('stays closed for GraphQL errors and for clients that leave', async () => {
    await using faulty = await startSubgraph('faulty', graphqlError(500))
    await using slow = await startSubgraph('slow', silence)
    await using router = await startTrafficRouter([faulty, slow], { traffic })

    for (let call = 0; call < 8; call += 1) await router.ask('{ faulty }')
    for (let call = 0; call < 8; call += 1) {
      const client = new AbortController()
      const asked = router.ask('{ slow }', { signal: client.signal })
      await eventually(() => expect(slow.requests).toHaveLength(call + 1))
      client.abort()
      await expect(asked).rejects.toThrow()
    }

    const left = 'gravity_router_subgraph_attempts_total{subgraph="slow",outcome="abandoned"}'
    await eventually(async () => expect(await router.metric(left)).toBe(8))
    expect(await router.metric('gravity_router_subgraph_circuit{subgraph="slow"}')).toBe(0)
    expect(await router.metric('gravity_router_subgraph_circuit{subgraph="faulty"}')).toBe(0)
  })
})

describe('the concurrency limit of a subgraph', () => {
  it('lets the others wait for their turn', async () => {
    const gate = aGate()
    let most = 0
    let underWay = 0
    await using shop = await startSubgraph('shop', async (exchange) => {
      underWay += 1
      most = Math.max(most, underWay)
      await gate.passed
      underWay -= 1
      await data('shop')(exchange)
    })
    await using router = await startTrafficRouter([shop], { traffic: { all: { concurrency: 2 } } })
    const asked = Array.from({ length: 8 }, (_, n) => router.ask(`{ shop(n: ${n}) }`))
    await eventually(async () => {
      const waiting = 'gravity_router_subgraph_waiting{subgraph="shop"}'
      expect(await router.metric(waiting)).toBe(6)
    })

    gate.open()

    expect(await Promise.all(asked)).toEqual(
      Array.from({ length: 8 }, () => ({ data: { shop: 'shop answers' } })),
    )
    expect(most).toBe(2)
  })

  it('refuses what its queue has no room for', async () => {
    const gate = aGate()
    await using shop = await startSubgraph('shop', async (exchange) => {
      await gate.passed
      await data('shop')(exchange)
    })
    await using router = await startTrafficRouter([shop], {
      traffic: { all: { concurrency: 1, queue: 0 } },
    })
    const first = router.ask('{ shop }')
    await eventually(() => expect(shop.requests).toHaveLength(1))

    expect(reasonsOf(await router.ask('{ shop }'))).toEqual([
      ['shop', 'SUBGRAPH_UNAVAILABLE', 'OVERLOADED'],
    ])
    gate.open()
    expect(await first).toEqual({ data: { shop: 'shop answers' } })
  })
})

describe('equal queries under way', () => {
  const traffic = { all: { dedup: true, headers: [{ forward: 'x-shop' }] } }
  const shared = 'gravity_router_subgraph_shared_total{subgraph="shop"}'

  it('are sent once, and one client’s leaving takes nothing from the others', async () => {
    const gate = aGate()
    await using shop = await startSubgraph('shop', async (exchange) => {
      await gate.passed
      await data('shop')(exchange)
    })
    await using router = await startTrafficRouter([shop], { traffic })
    const client = new AbortController()
    const leaves = router.ask('{ shop }', { signal: client.signal })
    await eventually(() => expect(shop.requests).toHaveLength(1))
    const stay = [1, 2, 3].map(() => router.ask('{ shop }'))
    const differs = router.ask('{ shop }', { headers: { 'x-shop': '7' } })
    await eventually(async () => expect(await router.metric(shared)).toBe(3))

    client.abort()
    await expect(leaves).rejects.toThrow()
    gate.open()

    expect(await Promise.all(stay)).toEqual(
      [1, 2, 3].map(() => ({ data: { shop: 'shop answers' } })),
    )
    expect(await differs).toEqual({ data: { shop: 'shop answers' } })
    expect(shop.requests).toHaveLength(2)
  })

  it('are not answered from before a mutation that has ended, and mutations are never shared', async () => {
    const gate = aGate()
    let value = 'old'
    await using shop = await startSubgraph('shop', async (exchange) => {
      const answer = data('shop', value)
      if (exchange.query.includes('set_shop')) value = 'new'
      else if (value === 'old') await gate.passed
      await answer(exchange)
    })
    await using router = await startTrafficRouter([shop], { traffic })
    const before = router.ask('{ shop }')
    await eventually(() => expect(shop.requests).toHaveLength(1))

    await Promise.all([1, 2].map(() => router.ask('mutation { set_shop }')))
    const after = await router.ask('{ shop }')
    gate.open()

    expect(after).toEqual({ data: { shop: 'new' } })
    expect(await before).toEqual({ data: { shop: 'old' } })
    expect(shop.requests).toHaveLength(4)
  })
})

describe('header rules', () => {
  it('decide what subgraphs get of a client’s headers', async () => {
    await using shop = await startSubgraph('shop')
    await using other = await startSubgraph('other')
    await using router = await startTrafficRouter([shop, other], {
      traffic: {
        all: { headers: [{ forward: '/^x-/' }, { set: 'x-from', environment: 'NAME' }] },
        subgraphs: {
          shop: { headers: [{ forward: 'Authorization' }, { forward: 'x-a', as: 'x-b' }] },
          other: { headers: [{ remove: 'x-a' }] },
        },
      },
      env: { NAME: 'gravity' },
    })

    const headers = { 'x-a': '1', cookie: 'a=b', 'gravity-identity': 'forged' }
    await router.ask('{ shop other }', { headers })

    const [toShop, toOther] = [shop.requests[0]?.headers, other.requests[0]?.headers]
    expect(toShop).toMatchObject({ 'x-a': '1', 'x-b': '1', 'x-from': 'gravity' })
    expect(toOther).toMatchObject({ 'x-from': 'gravity' })
    for (const name of ['cookie', 'gravity-identity', 'authorization']) {
      expect(toShop).not.toHaveProperty(name)
    }
    expect(toOther).not.toHaveProperty('x-a')
  })

  it('are none by default', async () => {
    await using shop = await startSubgraph('shop')
    await using router = await startTrafficRouter([shop])

    await router.ask('{ shop }', { headers: { 'x-a': '1', cookie: 'a=b' } })

    expect(Object.keys(shop.requests[0]?.headers ?? {}).sort()).toEqual([
      'accept',
      'connection',
      'content-length',
      'content-type',
      'host',
      'traceparent',
    ])
  })
})

describe('a client that leaves', () => {
  it('takes its queries with it', async () => {
    const { promise: left, resolve } = Promise.withResolvers<boolean>()
    await using shop = await startSubgraph('shop', async ({ response }) => {
      await once(response, 'close')
      resolve(!response.writableFinished)
    })
    await using router = await startTrafficRouter([shop])
    const client = new AbortController()
    const asked = router.ask('{ shop }', { signal: client.signal })
    await eventually(() => expect(shop.requests).toHaveLength(1))

    client.abort()

    await expect(asked).rejects.toThrow()
    expect(await left).toBe(true)
  })
})
