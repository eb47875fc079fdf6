import { describe, expect, it } from '@jest/globals'
import { createClient } from 'graphql-ws'
import { WebSocket } from 'ws'
import { data, reply, startSubgraph, startTrafficRouter } from './traffic-router.ts'

const traceId = '0af7651916cd43dd8448eb211c80319c'
const traceparent = `00-${traceId}-b7ad6b7169203331-01`

/** What the subgraph gets of a client's headers. */
async function sentFor(headers: Record<string, string>, traffic: object = {}) {
  await using shop = await startSubgraph('shop')
  await using router = await startTrafficRouter([shop], { traffic })
  expect(await router.ask('{ shop }', { headers })).toEqual({ data: { shop: 'shop answers' } })
  return shop.requests[0]?.headers ?? {}
}

describe('tracestate', () => {
  it('goes on to subgraphs beside the traceparent that continues the client’s trace', async () => {
    const sent = await sentFor({ traceparent, tracestate: 'rojo=00f067aa0ba902b7 ,, t61@cong=x y' })

    expect(sent['tracestate']).toBe('rojo=00f067aa0ba902b7,t61@cong=x y')
    expect(sent['traceparent']).toContain(traceId)
  })

  it.each<[string, Record<string, string>]>([
    ['there is no trace', { tracestate: 'a=1' }],
    ['the trace is malformed', { traceparent: `${traceparent}!`, tracestate: 'a=1' }],
    ['a key comes twice', { traceparent, tracestate: 'a=1,a=2' }],
    ['a key is malformed', { traceparent, tracestate: 'A=1' }],
    ['a value is malformed', { traceparent, tracestate: 'a=1=2' }],
    ['there are more than 32', { traceparent, tracestate: numbered(33) }],
  ])('goes nowhere when %s', async (_case, headers) => {
    const sent = await sentFor(headers)

    expect(sent['tracestate']).toBeUndefined()
    expect(sent['traceparent']).toMatch(/^00-/)
  })

  it('is bounded: the long ones go first, then the last', async () => {
    const short = Array.from({ length: 30 }, (_, n) => `k${n}=${'s'.repeat(20)}`)
    const tracestate = [`long=${'l'.repeat(125)}`, ...short].join()

    const sent = String((await sentFor({ traceparent, tracestate }))['tracestate'])

    expect(sent.length).toBeLessThanOrEqual(512)
    expect(sent.length).toBeGreaterThan(512 - 26)
    expect(short.join().startsWith(sent)).toBe(true)
  })

  it('of the request that opened a socket is not that of the operations on it', async () => {
    await using shop = await startSubgraph('shop')
    await using router = await startTrafficRouter([shop])
    const headers = { traceparent, tracestate: 'a=1' }
    class TracedSocket extends WebSocket {
      constructor(address: string | URL, protocols: string | string[]) {
        super(address, protocols, { headers })
      }
    }
    const url = `${router.url.replace('http', 'ws')}/graphql`
    const client = createClient({ url, webSocketImpl: TracedSocket, retryAttempts: 0 })

    for await (const result of client.iterate({ query: '{ shop }' })) {
      expect(result).toEqual({ data: { shop: 'shop answers' } })
    }
    await client.dispose()

    expect(shop.requests[0]?.headers['traceparent']).not.toContain(traceId)
    expect(shop.requests[0]?.headers['tracestate']).toBeUndefined()
  })
})

describe('baggage', () => {
  const baggage = 'tenant=a;ttl=1 , user=alice, region = eu'

  it('goes nowhere when no rule names it, whatever patterns fit', async () => {
    const sent = await sentFor({ baggage }, { all: { headers: [{ forward: '/./' }] } })

    expect(sent['baggage']).toBeUndefined()
  })

  it('goes on as far as its keys are named', async () => {
    const headers = [{ baggage: ['tenant', 'region'] }]

    const sent = await sentFor({ baggage }, { subgraphs: { shop: { headers } } })

    expect(sent['baggage']).toBe('tenant=a;ttl=1,region = eu')
  })

  it('is bounded, and what is malformed is left out', async () => {
    const rules = { all: { headers: [{ baggage: '*' }] } }
    const many = await sentFor({ baggage: `"=1,a,b=\\,${numbered(70)}` }, rules)
    const long = Array.from({ length: 3 }, (_, n) => `k${n}=${'v'.repeat(4_000)}`)

    expect(many['baggage']).toBe(numbered(64))
    expect((await sentFor({ baggage: long.join() }, rules))['baggage']).toBe(
      long.slice(0, 2).join(),
    )
  })

  it('that goes on tells answers apart, also kept ones', async () => {
    await using shop = await startSubgraph('shop', (exchange) => {
      const { request, response } = exchange
      response.setHeader('cache-control', 'public, max-age=60')
      if (!request.headers['baggage']) return data('shop')(exchange)
      return reply(response, 200, { data: { shop: request.headers['baggage'] } })
    })
    await using router = await startTrafficRouter([shop], {
      traffic: { all: { headers: [{ baggage: ['tenant'] }] } },
    })
    const ask = async (sent: string) =>
      (await router.ask('{ shop }', { headers: { baggage: sent } })).data?.['shop']

    expect(await ask('tenant=a,user=1')).toBe('tenant=a')
    expect(await ask('tenant=b,user=1')).toBe('tenant=b')
    expect(await ask('user=2,tenant=a')).toBe('tenant=a')
    expect(shop.requests).toHaveLength(2)
  })
})

function numbered(count: number): string {
  return Array.from({ length: count }, (_, n) => `k${n}=${n}`).join()
}
