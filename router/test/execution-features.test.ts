import { describe, expect, it } from '@jest/globals'
import { ask, memoryClients, startGraph, type TestSubgraph, watched } from './execution-graph.ts'
import { openTestRouter } from './opened-router.ts'

const link = (names: string): string =>
  `extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: [${names}])`

const prices: Readonly<Record<string, number>> = { USD: 10, EUR: 9 }

/** Fields that require another subgraph's field with arguments, some of them with different ones. */
const shop: readonly TestSubgraph[] = [
  {
    name: 'catalogue',
    sdl: `${link('"@key"')}
      type Query { product(id: ID!): Product products: [Product!]! }
      type Product @key(fields: "id") { id: ID! price(currency: String!): Int! tags(first: Int): [String!]! }`,
    resolvers: {
      Query: {
        product: (_source: unknown, { id }: { id: string }) => ({ id }),
        products: () => [{ id: '1' }, { id: '2' }],
      },
      Product: {
        __resolveReference: (reference: object) => reference,
        price: ({ id }: { id: string }, { currency }: { currency: string }) =>
          Number(id) * 100 + (prices[currency] ?? 0),
        tags: (_source: unknown, { first }: { first?: number }) => ['a', 'b', 'c'].slice(0, first),
      },
    },
  },
  {
    name: 'shipping',
    sdl: `${link('"@key" "@requires" "@external"')}
      type Product @key(fields: "id") {
        id: ID! price(currency: String!): Int! @external tags(first: Int): [String!]! @external
        inDollars: String! @requires(fields: "price(currency: \\"USD\\")")
        inEuros: String! @requires(fields: "price(currency: \\"EUR\\")")
        label: String! @requires(fields: "tags(first: 2)") }`,
    resolvers: {
      Product: {
        inDollars: ({ price }: { price: number }) => `$${price}`,
        inEuros: ({ price }: { price: number }) => `${price} EUR`,
        label: ({ tags }: { tags: readonly string[] }) => tags.join('+'),
      },
    },
  },
]

/** A price depends on the shop above it (`@fromContext`). */
const streets: readonly TestSubgraph[] = [
  {
    name: 'streets',
    sdl: `${link('"@key" "@context"')}
      type Query { shops: [Shop!]! }
      type Shop @key(fields: "id") @context(name: "shop") { id: ID! currency: String! items: [Thing!]! best: Thing! }
      type Thing @key(fields: "id") { id: ID! }`,
    resolvers: {
      Query: {
        shops: () => [
          { id: '1', currency: 'USD', items: [{ id: 'a' }, { id: 'b' }], best: { id: 'a' } },
          { id: '2', currency: 'EUR', items: [{ id: 'a' }], best: { id: 'b' } },
        ],
      },
    },
  },
  {
    name: 'prices',
    sdl: `${link('"@key" "@context" "@fromContext" "@external"')}
      type Shop @key(fields: "id") @context(name: "shop") { id: ID! currency: String! @external }
      type Thing @key(fields: "id") {
        id: ID! price(currency: String @fromContext(field: "$shop { currency }")): String! }`,
    resolvers: {
      Thing: {
        price: ({ id }: { id: string }, { currency }: { currency: string }) =>
          `${id} in ${currency}`,
      },
    },
  },
]

describe('requirements with arguments', () => {
  it('do not disturb what the client selects with other arguments', async () => {
    const graph = await startGraph(shop)

    const { data } = await ask(
      graph,
      '{ product(id: "1") { label tags(first: 1) all: tags price(currency: "EUR") inDollars } }',
    )

    expect(data).toEqual({
      product: {
        label: 'a+b',
        tags: ['a'],
        all: ['a', 'b', 'c'],
        price: 109,
        inDollars: '$110',
      },
    })
  })

  it('may differ between fields of one operation', async () => {
    const graph = await startGraph(shop)
    const query = `{ products { id ...Both } product(id: "3") { inEuros } }
      fragment Both on Product { inDollars inEuros tags(first: 1) }`

    const { data } = await ask(graph, query)

    expect(data).toEqual({
      products: [
        { id: '1', inDollars: '$110', inEuros: '109 EUR', tags: ['a'] },
        { id: '2', inDollars: '$210', inEuros: '209 EUR', tags: ['a'] },
      ],
      product: { inEuros: '309 EUR' },
    })
  })

  it('do not meet fields that the client gave their name', async () => {
    const graph = await startGraph(shop)

    const { data } = await ask(
      graph,
      '{ product(id: "1") { price: id tags: inDollars id: label } }',
    )

    expect(data).toEqual({ product: { price: '1', tags: '$110', id: 'a+b' } })
  })
})

describe('values from the context', () => {
  it('are those of the place where the entity stands', async () => {
    const { openClient, sent } = watched(memoryClients(streets))
    await using router = await openTestRouter(streets, {}, { openClient })

    const { data } = await router.ask('{ shops { id items { price } best { id cost: price } } }')

    expect(data).toEqual({
      shops: [
        {
          id: '1',
          items: [{ price: 'a in USD' }, { price: 'b in USD' }],
          best: { id: 'a', cost: 'a in USD' },
        },
        { id: '2', items: [{ price: 'a in EUR' }], best: { id: 'b', cost: 'b in EUR' } },
      ],
    })
    expect(sent.filter(({ subgraph }) => subgraph === 'prices')).toHaveLength(4)
  })
})

describe('mutations', () => {
  it('run one after the other, and complete what they return', async () => {
    const calls: string[] = []
    const move = (name: string) => async () => {
      calls.push(`${name} begins`)
      await Promise.resolve()
      calls.push(`${name} ends`)
      return { id: name }
    }
    const step = (name: string): TestSubgraph => ({
      name,
      sdl: `${link('"@key" "@shareable"')}
        type Query { ${name}: Step } type Mutation { ${name}Move: Step! }
        type Step @key(fields: "id") { id: ID! by${name}: String }`,
      resolvers: {
        Mutation: { [`${name}Move`]: move(name) },
        Step: { [`by${name}`]: ({ id }: { id: string }) => `${name} saw ${id}` },
      },
    })
    const graph = await startGraph([step('one'), step('two')])

    const { data } = await ask(
      graph,
      'mutation { a: oneMove { bytwo } b: twoMove { byone bytwo } c: oneMove { id } }',
    )

    expect(data).toEqual({
      a: { bytwo: 'two saw one' },
      b: { byone: 'one saw two', bytwo: 'two saw two' },
      c: { id: 'one' },
    })
    expect(calls).toEqual([
      'one begins',
      'one ends',
      'two begins',
      'two ends',
      'one begins',
      'one ends',
    ])
  })
})

describe('a plan that reaches nothing', () => {
  it('is an error, not a null', async () => {
    const subgraphs: readonly TestSubgraph[] = [
      {
        name: 'a',
        sdl: `${link('"@key"')}
          type Query { a: Node } interface Node @key(fields: "id") { id: ID! }`,
        resolvers: { Query: { a: () => ({ __typename: 'Node', id: '1' }) } },
      },
      {
        name: 'b',
        sdl: `${link('"@key" "@interfaceObject"')}
          type Query { b: Node }
          type Node @key(fields: "id", resolvable: false) @interfaceObject { id: ID! field: String }`,
        resolvers: {},
      },
    ]
    const graph = await startGraph(subgraphs)

    const { data, errors } = await ask(graph, '{ a { field } }')

    expect(data).toBeNull()
    expect(errors).toHaveLength(1)
  })
})
