import { eventually } from '@gravity/shared/testing/eventually'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals'
import { type DeferredShop, openDeferredShop } from './deferred-shop.ts'
import { type OpenedRouter, openTestRouter } from './opened-router.ts'

const of2022 = 'multipart/mixed;deferSpec=20220824, application/json'
const of17 = 'multipart/mixed;incrementalSpec=v0.2, application/graphql-response+json'

let router: OpenedRouter
let shop: DeferredShop
beforeAll(async () => {
  shop = openDeferredShop()
  router = await openTestRouter(shop.subgraphs, {}, { openClient: shop.openClient })
})
afterAll(() => router.stop())
beforeEach(() => shop.asked.clear())

function post(query: string, accept: string): Promise<Response> {
  return fetch(router.graphql, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-request-id': 'r', accept },
    body: JSON.stringify({ query }),
  })
}

/** The JSON documents of a multipart body, which must be a whole one. */
async function partsOf(response: Response): Promise<unknown[]> {
  expect(response.headers.get('content-type')).toMatch(/^multipart\/mixed; boundary="graphql"; /)
  const text = await response.text()
  expect(text).toMatch(/\r\n--graphql--\r\n$/)
  return text
    .split('\r\n--graphql')
    .slice(1, -1)
    .map((part) => JSON.parse(part.slice(part.indexOf('\r\n\r\n'))))
}

async function ask(query: string, accept = of2022): Promise<unknown[]> {
  return partsOf(await post(query, accept))
}

const part = (json: string) =>
  `\r\n--graphql\r\ncontent-type: application/json; charset=utf-8\r\n\r\n${json}`

describe('an answer in parts', () => {
  const query = '{ product(id: "1") { id ... @defer(label: "later") { rating } } }'

  it('is written in the format of 2022', async () => {
    const response = await post(query, of2022)

    expect(response.headers.get('content-type')).toBe(
      'multipart/mixed; boundary="graphql"; deferSpec=20220824',
    )
    expect(await response.text()).toBe(
      `${part('{"data":{"product":{"id":"1"}},"hasNext":true}')}${part(
        '{"incremental":[{"data":{"rating":4.5},"path":["product"],"label":"later"}],"hasNext":false}',
      )}\r\n--graphql--\r\n`,
    )
  })

  it('is written in the format of graphql-js 17', async () => {
    const response = await post(query, of17)

    expect(response.headers.get('content-type')).toBe(
      'multipart/mixed; boundary="graphql"; incrementalSpec=v0.2',
    )
    expect(await response.text()).toBe(
      `${part(
        '{"data":{"product":{"id":"1"}},"pending":[{"id":"0","path":["product"],"label":"later"}],"hasNext":true}',
      )}${part(
        '{"incremental":[{"id":"0","data":{"rating":4.5}}],"completed":[{"id":"0"}],"hasNext":false}',
      )}\r\n--graphql--\r\n`,
    )
  })

  it('begins before its deferred fetches end, which began before the rest had been fetched', async () => {
    const releaseName = shop.hold('name')
    const releaseReviews = shop.hold('reviews')
    const answer = post(
      '{ product(id: "1") { id ... @defer { reviews { id } } } products { name } }',
      of2022,
    )
    await eventually(() => expect(shop.asked.get('name')).toBe(2))
    releaseName()
    const reader = (await answer).body?.getReader()
    const first = new TextDecoder().decode((await reader?.read())?.value)
    expect(first).toContain('"hasNext":true')
    expect(first).not.toContain('reviews')

    releaseReviews()

    const second = new TextDecoder().decode((await reader?.read())?.value)
    expect(second).toContain('"reviews":[{"id":"1-1"}]')
  })

  it('delivers a part of each item, and announces parts of parts', async () => {
    const nested =
      '{ products { id ... @defer(label: "a") { reviews { author { id ... @defer(label: "b") { name } } } } } }'

    expect(await ask(nested, of17)).toEqual([
      {
        data: { products: [{ id: '1' }, { id: '2' }] },
        pending: [
          { id: '0', path: ['products', 0], label: 'a' },
          { id: '1', path: ['products', 1], label: 'a' },
        ],
        hasNext: true,
      },
      {
        pending: [
          { id: '2', path: ['products', 0, 'reviews', 0, 'author'], label: 'b' },
          { id: '3', path: ['products', 1, 'reviews', 0, 'author'], label: 'b' },
        ],
        incremental: [
          { id: '0', data: { reviews: [{ author: { id: '5' } }] } },
          { id: '1', data: { reviews: [{ author: { id: '5' } }] } },
        ],
        completed: [{ id: '0' }, { id: '1' }],
        hasNext: true,
      },
      {
        incremental: [
          { id: '2', data: { name: 'person 5' } },
          { id: '3', data: { name: 'person 5' } },
        ],
        completed: [{ id: '2' }, { id: '3' }],
        hasNext: false,
      },
    ])
  })

  it('stops a null at the fragment, and says why', async () => {
    const failing = '{ product(id: "1") { id ... @defer { broken rating } } }'
    const errors = [
      {
        message: 'Broken',
        path: ['product', 'broken'],
        extensions: { code: 'CONFLICT', requestId: 'r' },
      },
    ]

    expect(await ask(failing, of2022)).toEqual([
      { data: { product: { id: '1' } }, hasNext: true },
      { incremental: [{ data: null, path: ['product'], errors }], hasNext: false },
    ])
    expect((await ask(failing, of17))[1]).toEqual({
      completed: [{ id: '0', errors }],
      hasNext: false,
    })
  })

  it('says what failed with the part that shows it, whichever fetch brought it', async () => {
    const cracked = '{ product(id: "1") { id details { weight ... @defer { cracked } } } }'

    expect(await ask(cracked)).toMatchObject([
      { data: { product: { id: '1', details: { weight: 7 } } }, hasNext: true },
      {
        incremental: [
          {
            data: { cracked: null },
            path: ['product', 'details'],
            errors: [{ message: 'Cracked', path: ['product', 'details', 'cracked'] }],
          },
        ],
        hasNext: false,
      },
    ])
    expect((await ask(cracked))[0]).not.toHaveProperty('errors')
  })

  it('has nulls for what the owner of a deferred part does not know', async () => {
    const [, second] = await ask('{ product(id: "9") { id ... @defer { reviews { id } } } }')

    expect(second).toMatchObject({ incremental: [{ data: null, path: ['product'] }] })
    expect(JSON.stringify(second)).toContain('Product.reviews')
  })

  it('refuses a field in the part where it was selected', async () => {
    expect(await ask('{ product(id: "1") { id ... @defer { cost rating } } }')).toEqual([
      { data: { product: { id: '1' } }, hasNext: true },
      {
        incremental: [
          {
            data: { cost: null, rating: 4.5 },
            path: ['product'],
            errors: [
              {
                message: 'Sign in to use Product.cost.',
                path: ['product', 'cost'],
                extensions: { code: 'UNAUTHENTICATED', requestId: 'r' },
              },
            ],
          },
        ],
        hasNext: false,
      },
    ])
  })

  it('follows a mutation', async () => {
    expect(await ask('mutation { rename(id: "1") { id ... @defer { rating } } }')).toEqual([
      { data: { rename: { id: '1' } }, hasNext: true },
      { incremental: [{ data: { rating: 4.5 }, path: ['rename'] }], hasNext: false },
    ])
  })

  it('finishes while the router stops', async () => {
    await using stopping = await openTestRouter(shop.subgraphs, {}, { openClient: shop.openClient })
    const release = shop.hold('reviews')
    const response = await fetch(
      `${stopping.graphql}?${new URLSearchParams({
        query: '{ product(id: "1") { id ... @defer { reviews { id } } } }',
      })}`,
      { headers: { accept: of2022 } },
    )
    const stopped = stopping.stop()

    release()

    expect(await partsOf(response)).toHaveLength(2)
    await stopped
  })
})
