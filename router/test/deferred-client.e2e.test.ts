import { ApolloClient, HttpLink, InMemoryCache } from '@apollo/client'
import { Defer20220824Handler, GraphQL17Alpha9Handler } from '@apollo/client/incremental'
import { eventually } from '@gravity/shared/testing/eventually'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals'
import { parse } from 'graphql'
import { type DeferredShop, openDeferredShop } from './deferred-shop.ts'
import { type OpenedRouter, openTestRouter } from './opened-router.ts'

let router: OpenedRouter
let shop: DeferredShop
beforeAll(async () => {
  shop = openDeferredShop()
  router = await openTestRouter(shop.subgraphs, {}, { openClient: shop.openClient })
})
afterAll(() => router.stop())
beforeEach(() => {
  shop.asked.clear()
  shop.signals.length = 0
})

type Handler = ApolloClient.Options['incrementalHandler']

const handlers: Record<string, () => Handler> = {
  'the format of 2022': () => new Defer20220824Handler(),
  // Its declared type does not fit where an optional property is not one that may be undefined.
  'the format of graphql-js 17': () => new GraphQL17Alpha9Handler() as unknown as Handler,
}

describe.each(Object.entries(handlers))('Apollo Client with %s', (_name, createHandler) => {
  /** What a component would be shown, one state after the other. */
  function watch(query: string, variables: Record<string, unknown> = {}) {
    const handler = createHandler()
    const client = new ApolloClient({
      cache: new InMemoryCache(),
      link: new HttpLink({ uri: router.graphql }),
      ...(handler && { incrementalHandler: handler }),
    })
    const states: unknown[] = []
    const errors: string[] = []
    let loading = true
    const options = { query: parse(query), variables, errorPolicy: 'all' as const }
    const subscription = client.watchQuery(options).subscribe((result) => {
      loading = result.loading
      if (result.data) states.push(structuredClone(result.data))
      if (result.error) errors.push(result.error.message)
    })
    return {
      states,
      errors,
      leave: () => subscription.unsubscribe(),
      complete: () => eventually(() => expect(loading).toBe(false)),
    }
  }

  it('has the rest of an object before its deferred part is there', async () => {
    const release = shop.hold('reviews')
    const page = watch('{ product(id: "1") { id name ... @defer { reviews { id body } } } }')
    await eventually(() =>
      expect(page.states).toEqual([
        { product: { __typename: 'Product', id: '1', name: 'product 1' } },
      ]),
    )

    release()

    await page.complete()
    expect(page.states.at(-1)).toEqual({
      product: {
        __typename: 'Product',
        id: '1',
        name: 'product 1',
        reviews: [{ __typename: 'Review', id: '1-1', body: 'about 1' }],
      },
    })
  })

  it('has a part of the same subgraph later', async () => {
    const release = shop.hold('stock')
    const page = watch(
      '{ product(id: "1") { id ...Later @defer } } fragment Later on Product { stock }',
    )
    await eventually(() => expect(page.states).toHaveLength(1))

    release()

    await page.complete()
    expect(page.states.at(-1)).toMatchObject({ product: { id: '1', stock: 3 } })
  })

  it('has parts of every item of a list, and parts of parts', async () => {
    const releaseReviews = shop.hold('reviews')
    const releaseAuthor = shop.hold('author')
    const page = watch(`{ products { id
      ... on Product @defer(label: "outer") { reviews { id author { id ... @defer(label: "inner") { name } } } } } }`)
    await eventually(() => expect(page.states).toHaveLength(1))
    releaseReviews()
    await eventually(() => expect(JSON.stringify(page.states.at(-1))).toContain('2-1'))
    expect(JSON.stringify(page.states)).not.toContain('person')

    releaseAuthor()

    await page.complete()
    const author = { id: '5', name: 'person 5' }
    expect(page.states.at(-1)).toMatchObject({
      products: [{ reviews: [{ id: '1-1', author }] }, { reviews: [{ id: '2-1', author }] }],
    })
  })

  it('loses only the part that fails', async () => {
    const page = watch(
      '{ product(id: "1") { id ... @defer(label: "bad") { broken } ... @defer(label: "good") { rating } } }',
    )

    await eventually(() => expect(page.errors.at(-1)).toContain('Broken'))
    await eventually(() =>
      expect(page.states.at(-1)).toMatchObject({ product: { id: '1', rating: 4.5 } }),
    )
    page.leave()
  })

  it('has everything at once when the condition does not hold', async () => {
    const query =
      'query ($later: Boolean!) { product(id: "1") { id ... @defer(if: $later) { rating } } }'
    const page = watch(query, { later: false })

    await page.complete()

    expect(page.states).toEqual([{ product: { __typename: 'Product', id: '1', rating: 4.5 } }])
  })

  it('cancels what is deferred when it leaves', async () => {
    const release = shop.hold('reviews')
    const page = watch('{ product(id: "1") { id ... @defer { reviews { author { name } } } } }')
    await eventually(() => expect(page.states).toHaveLength(1))

    page.leave()

    await eventually(() => expect(shop.signals.at(-1)?.aborted).toBe(true))
    release()
    expect(shop.asked.get('author')).toBeUndefined()
  })
})
