import { describe, expect, it } from '@jest/globals'
import { z } from 'zod'
import type { TestSubgraph } from './execution-graph.ts'
import { openTestRouter } from './opened-router.ts'

const link = 'https://specs.apollo.dev/federation/v2.9'

const products = Array.from({ length: 3 }, (_, index) => ({ id: `p${index}` }))

/** A shop whose schema says what its parts cost. */
const shop: readonly TestSubgraph[] = [
  {
    name: 'catalog',
    sdl: `
      extend schema @link(url: "${link}", import: ["@key", "@cost", "@listSize"])
      type Query {
        products(first: Int): [Product!]! @listSize(slicingArguments: ["first"])
        page(first: Int = 2): Page! @listSize(slicingArguments: ["first"], sizedFields: ["items"])
        search(text: String! @cost(weight: 3)): Product @cost(weight: 25)
      }
      type Mutation { buy(id: ID!): Product }
      type Subscription { bought: Product }
      type Page { items: [Product!]! }
      type Product @key(fields: "id") { id: ID! photo: Photo }
      type Photo @cost(weight: 5) { url: String }`,
    resolvers: {
      Query: {
        products: () => products,
        page: () => ({ items: products }),
        search: () => null,
      },
      Mutation: { buy: () => products[0] },
      Product: { photo: ({ id }: { id: string }) => (id === 'p1' ? null : { url: `/${id}` }) },
    },
  },
  {
    name: 'reviews',
    sdl: `
      extend schema @link(url: "${link}", import: ["@key", "@listSize"])
      type Product @key(fields: "id") {
        id: ID!
        reviews(first: Int = 10): [Review!]! @listSize(slicingArguments: ["first"])
      }
      type Review { text: String }`,
    resolvers: {
      Product: {
        __resolveReference: (reference: object) => reference,
        reviews: () => [{ text: 'good' }, { text: 'bad' }],
      },
    },
  },
]

const explanation = z.object({
  data: z.unknown(),
  extensions: z.object({
    queryPlan: z
      .object({
        text: z.string(),
        fetches: z.array(
          z.object({
            id: z.number(),
            subgraph: z.string(),
            kind: z.string(),
            after: z.array(z.number()),
            paths: z.array(z.string()),
            requires: z.array(z.string()),
            operation: z.string(),
            times: z.array(
              z.object({ startedAt: z.number(), endedAt: z.number(), entities: z.number() }),
            ),
          }),
        ),
      })
      .optional(),
    cost: z
      .object({ estimated: z.number(), actual: z.number(), maximum: z.number() })
      .partial()
      .optional(),
  }),
})

const explain = (words: string) => ({ headers: { 'gravity-explain': words } })

describe('an explained query', () => {
  const query = '{ products(first: 3) { id reviews { text } photo { url } } }'

  it('shows the fetches as they were executed', async () => {
    await using router = await openTestRouter(shop)

    const { extensions } = explanation.parse(await router.ask(query, explain('plan')))

    const fetches = extensions.queryPlan?.fetches ?? []
    expect(fetches).toMatchObject([
      { id: 1, subgraph: 'catalog', kind: 'root', after: [], paths: [], requires: [] },
      {
        id: 2,
        subgraph: 'reviews',
        kind: 'entities',
        after: [1],
        paths: ['products.@'],
        requires: ['... on Product { __typename id }'],
        times: [{ entities: 3 }],
      },
    ])
    const [first, second] = fetches.map(({ times: [time] }) => time)
    expect(second?.startedAt).toBeGreaterThanOrEqual(first?.endedAt ?? Number.NaN)
    expect(extensions.queryPlan?.text).toBe(
      [
        '1. asks catalog',
        '   {',
        '     products(first: 3) {',
        '       __typename',
        '       id',
        '       photo {',
        '         url',
        '       }',
        '     }',
        '   }',
        '',
        '2. asks for entities reviews, after 1',
        '   for products.@',
        '   with ... on Product { __typename id }',
        '   query ($representations: [_Any!]!) {',
        '     _entities(representations: $representations) {',
        '       ... on Product {',
        '         reviews {',
        '           text',
        '         }',
        '       }',
        '     }',
        '   }',
      ].join('\n'),
    )
    expect(extensions.cost).toBeUndefined()
  })

  it('shows what it may cost, and what it did cost', async () => {
    await using router = await openTestRouter(shop, { GRAVITY_ROUTER_MAXIMUM_COST: '100' })

    const { extensions } = explanation.parse(await router.ask(query, explain('cost')))

    // Three products with ten reviews and a photo each; there are two reviews each, and two photos.
    expect(extensions).toEqual({
      cost: { estimated: 3 * (1 + 10 + 5), actual: 3 * (1 + 2) + 2 * 5, maximum: 100 },
    })
  })

  it('is answered as ever', async () => {
    await using router = await openTestRouter(shop)

    const plain = await router.ask(query)
    const explained = explanation.parse(await router.ask(query, explain('plan, cost')))

    expect(explained.data).toEqual(plain.data)
    expect(plain).not.toHaveProperty('extensions')
  })

  it('is not executed when that is all that is wanted', async () => {
    await using router = await openTestRouter(shop)
    const mutation = 'mutation { buy(id: 1) { id } }'

    const { data, extensions } = explanation.parse(
      await router.ask(mutation, explain('plan, cost, dry-run')),
    )

    expect(data).toBeNull()
    expect(extensions.queryPlan?.fetches).toMatchObject([{ subgraph: 'catalog', times: [] }])
    expect(extensions.cost).toEqual({ estimated: 11 })
  })

  it('is explained to nobody where the explorer is off', async () => {
    await using router = await openTestRouter(shop, { GRAVITY_ROUTER_EXPLORER: 'false' })
    await using open = await openTestRouter(shop, {
      GRAVITY_ROUTER_EXPLORER: 'false',
      GRAVITY_ROUTER_EXPLAIN: 'true',
    })

    expect(await router.ask(query, explain('plan'))).not.toHaveProperty('extensions')
    expect(await open.ask(query, explain('plan'))).toHaveProperty('extensions.queryPlan')
  })
})

describe('the maximum cost', () => {
  it('refuses what can cost more, before anything is asked', async () => {
    await using router = await openTestRouter(shop, { GRAVITY_ROUTER_MAXIMUM_COST: '30' })
    const byVariable = 'query ($n: Int) { page(first: $n) { items { reviews { text } } } }'

    expect(await router.ask(byVariable, { variables: { n: 2 } })).toMatchObject({
      data: { page: { items: expect.any(Array) } },
    })
    expect(await router.ask(byVariable, { variables: { n: 4 } })).toMatchObject({
      errors: [
        {
          message: 'The operation can cost 45; the limit is 30. Ask for smaller pages.',
          extensions: { code: 'BAD_USER_INPUT', limit: 'cost', maximum: 30, actual: 45 },
        },
      ],
    })
    expect(await router.ask('{ search(text: "a") { id } }')).toEqual({ data: { search: null } })
    expect(
      await router.ask('{ search(text: "a") { id } other: search(text: "b") { id } }'),
    ).toMatchObject({ errors: [{ extensions: { actual: 56 } }] })
  })

  it('needs lists that say how much of them is wanted', async () => {
    await using router = await openTestRouter(shop, { GRAVITY_ROUTER_MAXIMUM_COST: '30' })

    expect(await router.ask('{ products { id } }')).toMatchObject({
      errors: [{ message: 'Query.products needs one of first, and has 0.' }],
    })
  })

  it('is no limit when nobody sets one', async () => {
    await using router = await openTestRouter(shop)

    expect(await router.ask('{ products { id } }')).toEqual({ data: { products } })
  })
})
