import { eventually } from '@gravity/shared/testing/eventually'
import { describe, expect, it } from '@jest/globals'
import {
  type Answerer,
  data,
  type PlainSubgraph,
  startSubgraph,
  startTrafficRouter,
  type TrafficRouter,
} from './traffic-router.ts'

/** Answers like `data` does, with headers. */
function dataWith(name: string, headers: Readonly<Record<string, string | string[]>>): Answerer {
  return (exchange) => {
    for (const [header, value] of Object.entries(headers))
      exchange.response.setHeader(header, value)
    return data(name)(exchange)
  }
}

async function post(
  { url }: TrafficRouter,
  body: unknown,
  headers: Readonly<Record<string, string>> = {},
): Promise<{ readonly headers: Headers; readonly answer: unknown }> {
  const response = await fetch(`${url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(body),
  })
  const text = await response.text()
  const isJson = response.headers.get('content-type')?.includes('json')
  return { headers: response.headers, answer: isJson ? JSON.parse(text) : text }
}

const both = (one: PlainSubgraph, other: PlainSubgraph) => ({
  // The fields of a mutation are executed one after the other.
  query: `mutation { set_${one.name} set_${other.name} }`,
})

describe('headers of subgraphs’ answers', () => {
  it('reach nobody when no rule says so', async () => {
    await using shop = await startSubgraph('shop', dataWith('shop', { 'x-cost': '7' }))
    await using router = await startTrafficRouter([shop])

    const { headers } = await post(router, { query: '{ shop }' })

    expect(headers.get('x-cost')).toBeNull()
  })

  it('merge by their rules when several answer', async () => {
    const said = (name: string) => ({
      'x-first': name,
      'x-last': name,
      'x-each': name,
      'x-other': name,
      'set-cookie': [`${name}=1, 2`, 'both=3'],
    })
    await using shop = await startSubgraph('shop', dataWith('shop', said('shop')))
    await using bank = await startSubgraph('bank', dataWith('bank', said('bank')))
    await using router = await startTrafficRouter([shop, bank], {
      traffic: {
        all: {
          answerHeaders: [
            { pass: 'x-first' },
            { pass: 'x-last', merge: 'last' },
            { pass: 'X-Each', as: 'x-names', merge: 'append' },
            { pass: 'set-cookie' },
          ],
        },
        subgraphs: { bank: { answerHeaders: [{ pass: '/^x-other$/' }] } },
      },
    })

    const { headers, answer } = await post(router, both(shop, bank))

    expect(answer).toEqual({ data: { set_shop: 'shop answers', set_bank: 'bank answers' } })
    expect(headers.get('x-first')).toBe('shop')
    expect(headers.get('x-last')).toBe('bank')
    expect(headers.get('x-each')).toBeNull()
    expect(headers.get('x-names')).toBe('shop, bank')
    expect(headers.get('x-other')).toBe('bank')
    expect(headers.getSetCookie()).toEqual(['shop=1, 2', 'both=3', 'bank=1, 2', 'both=3'])
  })

  it('pass no pattern when they belong to the connection, the message, the router or the browser', async () => {
    await using shop = await startSubgraph(
      'shop',
      dataWith('shop', {
        connection: 'keep-alive, x-hop',
        'x-hop': '1',
        'keep-alive': 'timeout=7',
        'content-language': 'de',
        'cache-control': 'private, max-age=9',
        'access-control-allow-origin': 'https://evil.example',
        'x-request-id': 'of the subgraph',
        'gravity-audience': 'none',
        'set-cookie': 'session=1',
        'strict-transport-security': 'max-age=9',
      }),
    )
    await using router = await startTrafficRouter([shop], {
      traffic: { all: { answerHeaders: [{ pass: '/./' }] } },
    })

    const { headers } = await post(router, { query: '{ shop }' })

    expect(headers.get('content-language')).toBe('de')
    expect(headers.get('content-type')).toMatch('application/json; charset=utf-8')
    expect(headers.get('cache-control')).toBe('no-store')
    expect(headers.get('x-request-id')).not.toMatch('subgraph')
    for (const name of ['x-hop', 'gravity-audience', 'set-cookie', 'strict-transport-security']) {
      expect(headers.get(name)).toBeNull()
    }
    expect(headers.get('keep-alive')).not.toBe('timeout=7')
    expect(headers.get('access-control-allow-origin')).toBeNull()
  })

  it('are left out when they are too long or cannot be sent', async () => {
    await using shop = await startSubgraph(
      'shop',
      dataWith('shop', { 'x-short': 'short', 'x-long': 'l'.repeat(8_200), 'x-odd': 'caf\xe9' }),
    )
    await using router = await startTrafficRouter([shop], {
      traffic: { all: { answerHeaders: [{ pass: '/^x-/' }] } },
    })

    const { headers, answer } = await post(router, { query: '{ shop }' })

    expect(answer).toEqual({ data: { shop: 'shop answers' } })
    expect(headers.get('x-short')).toBe('short')
    expect(headers.get('x-long')).toBeNull()
    expect(headers.get('x-odd')).toBeNull()
  })

  it('come from no cache: neither from the router’s nor from one on the way', async () => {
    const kept = { 'cache-control': 'public, max-age=60', 'set-cookie': 'session=1' }
    await using shop = await startSubgraph('shop', dataWith('shop', kept))
    await using router = await startTrafficRouter([shop], {
      traffic: { all: { answerHeaders: [{ pass: 'set-cookie' }] } },
    })

    const first = await post(router, { query: '{ shop }' })
    const second = await post(router, { query: '{ shop }' })
    const third = await post(router, { query: '{ shop }' })

    expect(first.headers.getSetCookie()).toEqual(['session=1'])
    expect(first.headers.get('cache-control')).toBe('no-store')
    for (const { headers, answer } of [second, third]) {
      expect(answer).toEqual(first.answer)
      expect(headers.getSetCookie()).toEqual([])
      expect(headers.get('cache-control')).toBe('public, max-age=60')
    }
    expect(shop.requests).toHaveLength(1)
  })

  it('go to the one who asked, and not to those who share the answer', async () => {
    const { promise: opened, resolve: open } = Promise.withResolvers<void>()
    await using shop = await startSubgraph('shop', async (exchange) => {
      await opened
      await dataWith('shop', { 'set-cookie': 'session=1' })(exchange)
    })
    await using router = await startTrafficRouter([shop], {
      traffic: { all: { dedup: true, answerHeaders: [{ pass: 'set-cookie' }] } },
    })

    const asked = [1, 2, 3].map(() => post(router, { query: '{ shop }' }))
    await eventually(async () => {
      const shared = await router.metric('gravity_router_subgraph_shared_total{subgraph="shop"}')
      expect(shared).toBe(2)
    })
    open()
    const answers = await Promise.all(asked)

    expect(answers.flatMap(({ headers }) => headers.getSetCookie())).toEqual(['session=1'])
    expect(answers.map(({ answer }) => answer)).toEqual(
      answers.map(() => ({ data: { shop: 'shop answers' } })),
    )
  })

  it('of all operations of a batch merge, and pages of other origins may read them', async () => {
    await using shop = await startSubgraph('shop', dataWith('shop', { 'x-cost': '7' }))
    await using bank = await startSubgraph('bank', dataWith('bank', { 'x-cost': '8' }))
    await using router = await startTrafficRouter([shop, bank], {
      traffic: { all: { answerHeaders: [{ pass: 'x-cost', merge: 'append' }] } },
      env: { GRAVITY_CORS_ORIGINS: 'https://shop.example' },
    })

    const { headers, answer } = await post(router, [{ query: '{ shop }' }, { query: '{ bank }' }], {
      origin: 'https://shop.example',
    })

    expect(answer).toEqual([{ data: { shop: 'shop answers' } }, { data: { bank: 'bank answers' } }])
    expect(headers.get('x-cost')?.split(', ').sort()).toEqual(['7', '8'])
    expect(headers.get('access-control-expose-headers')).toMatch(/, x-cost$/)
  })

  it('are those of the subgraphs that an answer in parts begins with', async () => {
    const { promise: opened, resolve: open } = Promise.withResolvers<void>()
    await using shop = await startSubgraph('shop', dataWith('shop', { 'x-shop': '7' }))
    await using bank = await startSubgraph('bank', async (exchange) => {
      await opened
      await dataWith('bank', { 'x-bank': '8' })(exchange)
    })
    await using router = await startTrafficRouter([shop, bank], {
      traffic: { all: { answerHeaders: [{ pass: '/^x-/' }] } },
    })

    const response = await fetch(`${router.url}/graphql`, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        accept: 'multipart/mixed; deferSpec=20220824, application/json',
      },
      body: JSON.stringify({ query: '{ shop ... @defer { bank } }' }),
    })
    open()

    expect(await response.text()).toMatch(/shop answers.*bank answers/s)
    expect(response.headers.get('x-shop')).toBe('7')
    expect(response.headers.get('x-bank')).toBeNull()
  })

  it('are those of an event stream that answers a query', async () => {
    await using shop = await startSubgraph('shop', dataWith('shop', { 'x-cost': '7' }))
    await using router = await startTrafficRouter([shop], {
      traffic: { all: { answerHeaders: [{ pass: 'x-cost' }] } },
    })

    const { headers, answer } = await post(
      router,
      { query: '{ shop }' },
      { accept: 'text/event-stream' },
    )

    expect(answer).toContain('shop answers')
    expect(headers.get('x-cost')).toBe('7')
  })
})
