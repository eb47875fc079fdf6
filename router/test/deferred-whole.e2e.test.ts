import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { createClient as createEventClient } from 'graphql-sse'
import { createClient as createSocketClient } from 'graphql-ws'
import { WebSocket } from 'ws'
import { openDeferredShop } from './deferred-shop.ts'
import { type OpenedRouter, openTestRouter } from './opened-router.ts'

const of2022 = 'multipart/mixed;deferSpec=20220824, application/json'
const of17 = 'multipart/mixed;incrementalSpec=v0.2, application/graphql-response+json'

let router: OpenedRouter
const shop = openDeferredShop()
beforeAll(async () => {
  router = await openTestRouter(shop.subgraphs)
})
afterAll(() => router.stop())

function post(query: string, accept: string): Promise<Response> {
  return fetch(router.graphql, {
    method: 'POST',
    headers: { 'content-type': 'application/json', accept },
    body: JSON.stringify({ query }),
  })
}

describe('an operation that defers', () => {
  const query = '{ product(id: "1") { id ... @defer { rating } } }'
  const whole = { data: { product: { id: '1', rating: 4.5 } } }

  it.each([
    'application/json',
    'multipart/mixed;deferSpec=20991231, application/json',
    'multipart/mixed;subscriptionSpec=1.0, application/json',
  ])('is answered whole under %s', async (accept) => {
    const response = await post(query, accept)

    expect(response.headers.get('content-type')).toBe('application/json; charset=utf-8')
    expect(await response.json()).toEqual(whole)
  })

  it.each([
    [
      'nothing is there to be deferred of',
      '{ product(id: "0") { id ... @defer { rating } } }',
      { product: null },
    ],
    ['a list is empty', '{ empty { id ... @defer { rating } } }', { empty: [] }],
    [
      'the condition does not hold',
      '{ empty { id ... @defer(if: false) { rating } } }',
      { empty: [] },
    ],
  ])('is answered whole when %s', async (_why, deferring, data) => {
    const response = await post(deferring, of2022)

    expect(response.headers.get('content-type')).toBe('application/json; charset=utf-8')
    expect(await response.json()).toEqual({ data })
  })

  it('is answered whole over a socket and over server-sent events', async () => {
    const socket = createSocketClient({
      url: router.graphql.replace('http', 'ws'),
      webSocketImpl: WebSocket,
    })
    const events = createEventClient({ url: router.graphql })

    for (const client of [socket, events]) {
      for await (const result of client.iterate({ query })) expect(result).toEqual(whole)
    }
    await socket.dispose()
    events.dispose()
  })

  it('is refused like any other, not in parts', async () => {
    const response = await post(
      'query ($id: ID!) { product(id: $id) { id ... @defer { rating } } }',
      of17,
    )

    expect(response.status).toBe(400)
    expect(await response.json()).toMatchObject({
      errors: [{ extensions: { code: 'BAD_USER_INPUT' } }],
    })
  })

  it.each([
    [
      'a label given twice',
      '{ empty { ... @defer(label: "x") { id } ... @defer(label: "x") { rating } } }',
      'is given twice',
    ],
    [
      'a label in a variable',
      'query ($x: String) { empty { ... @defer(label: $x) { id } } }',
      'must be a string in the document',
    ],
    [
      'root fields of a mutation',
      'mutation { ... @defer { rename(id: "1") { id } } }',
      'cannot be used on fields of Mutation',
    ],
    [
      'a subscription',
      'subscription { renamed { id ...P } } fragment P on Product { ... @defer { rating } }',
      'cannot be used in a subscription',
    ],
    ['a field', '{ empty @defer { id } }', 'may not be used on FIELD'],
  ])('is refused for %s', async (_what, refused, message) => {
    const { errors } = await router.ask(refused)

    expect(errors?.[0]?.extensions).toMatchObject({ code: 'BAD_USER_INPUT' })
    expect(errors?.[0]?.message).toContain(message)
  })

  it('is refused when a variable defers a part of a subscription', async () => {
    const events = createEventClient({ url: router.graphql })
    const subscription =
      'subscription ($x: Boolean!) { renamed { id ... @defer(if: $x) { rating } } }'
    const results: unknown[] = []
    for (const x of [true, false]) {
      for await (const result of events.iterate({ query: subscription, variables: { x } }))
        results.push(result)
    }

    expect(results).toMatchObject([
      { errors: [{ message: '"@defer" cannot be used in a subscription.' }] },
      { data: { renamed: { id: '1', rating: 4.5 } } },
    ])
    events.dispose()
  })

  it('is known to introspection, unless it is switched off', async () => {
    const introspection = '{ __schema { directives { name args { name } } } }'
    await using plain = await openTestRouter(shop.subgraphs, { GRAVITY_ROUTER_DEFER: 'off' })
    const args = [{ name: 'label' }, { name: 'if' }]
    const known = await router.ask(introspection)

    expect(JSON.stringify(known)).toContain(JSON.stringify({ name: 'defer', args }))
    expect(JSON.stringify(await plain.ask(introspection))).not.toContain('defer')
    expect((await plain.ask(query)).errors?.[0]?.message).toBe('Unknown directive "@defer".')
  })
})
