import { readFileSync } from 'node:fs'
import type { TestSubgraph } from './execution-graph.ts'

/**
 * The federation gateways benchmark (data by graphql-hive/graphql-gateways-benchmark and graphql-hive/router, MIT):
 * four subgraphs whose answers nest reviews, products and authors in each other.
 */

const read = (name: string): string =>
  readFileSync(new URL(`execution-benchmark/${name}`, import.meta.url), 'utf8')

export const benchmarkSupergraph = read('supergraph.graphql')
export const benchmarkQuery = read('query.graphql')
export const benchmarkResponse: unknown = JSON.parse(read('expected-response.json'))

const users = [
  ['urigo', 'Uri Goldshtein'],
  ['dotansimha', 'Dotan Simha'],
  ['kamilkisiela', 'Kamil Kisiela'],
  ['ardatan', 'Arda Tanrikulu'],
  ['gilgardosh', 'Gil Gardosh'],
  ['laurin', 'Laurin Quast'],
].map(([username, name], index) => ({ id: String(index + 1), username, name, birthday: 1_234_567 }))

const products = [
  { name: 'Table', price: 899, weight: 100, inStock: true },
  { name: 'Couch', price: 1_299, weight: 1_000, inStock: false },
  { name: 'Glass', price: 15, weight: 20, inStock: false },
  { name: 'Chair', price: 499, weight: 100, inStock: false },
  { name: 'TV', price: 1_299, weight: 1_000, inStock: true },
  { name: 'Lamp', price: 6_999, weight: 300, inStock: true },
  { name: 'Grill', price: 3_999, weight: 2_000, inStock: true },
  { name: 'Fridge', price: 100_000, weight: 6_000, inStock: false },
  { name: 'Sofa', price: 9_999, weight: 800, inStock: true },
].map((product, index) => ({ upc: String(index + 1), ...product }))

/** The product of each review. */
const reviewed = ['1', '1', '1', '1', '2', '2', '2', '2', '3', '4', '4']
const bodies = bodiesIn(benchmarkResponse)
const reviews = reviewed.map((upc, index) => {
  const id = String(index + 1)
  return { id, body: bodies.get(id), product: { upc }, author: { id: '1', username: 'urigo' } }
})

function bodiesIn(value: unknown, found = new Map<string, string>()): Map<string, string> {
  if (typeof value !== 'object' || value === null) return found
  if ('body' in value && 'id' in value) found.set(String(value.id), String(value.body))
  for (const nested of Object.values(value)) bodiesIn(nested, found)
  return found
}

export const benchmarkSubgraphs: readonly TestSubgraph[] = [
  {
    name: 'accounts',
    sdl: `type Query { me: User  user(id: ID!): User  users: [User] }
      type User @key(fields: "id") { id: ID! name: String username: String birthday: Int }`,
    resolvers: {
      Query: { me: () => users[0], users: () => users },
      User: {
        __resolveReference: ({ id }: { id: string }) => users.find((user) => user.id === id),
      },
    },
  },
  {
    name: 'products',
    sdl: `type Query { topProducts(first: Int = 5): [Product] }
      type Product @key(fields: "upc") { upc: String! name: String price: Int weight: Int }`,
    resolvers: {
      Query: {
        topProducts: (_source: unknown, { first }: { first: number }) => products.slice(0, first),
      },
      Product: {
        __resolveReference: ({ upc }: { upc: string }) =>
          products.find((product) => product.upc === upc),
      },
    },
  },
  {
    name: 'inventory',
    sdl: `type Query { stocked: Boolean }
      extend type Product @key(fields: "upc") {
        upc: String! @external weight: Int @external price: Int @external
        inStock: Boolean shippingEstimate: Int @requires(fields: "price weight") }`,
    resolvers: {
      Product: {
        __resolveReference: (reference: { upc: string }) => ({
          ...reference,
          inStock: products.find((product) => product.upc === reference.upc)?.inStock,
        }),
        shippingEstimate: ({ price, weight }: { price: number; weight: number }) =>
          price > 1_000 ? 0 : Math.round(weight / 2),
      },
    },
  },
  {
    name: 'reviews',
    sdl: `type Query { reviewed: Boolean }
      type Review @key(fields: "id") {
        id: ID! body: String product: Product author: User @provides(fields: "username") }
      extend type User @key(fields: "id") {
        id: ID! @external username: String @external reviews: [Review] }
      extend type Product @key(fields: "upc") { upc: String! @external reviews: [Review] }`,
    resolvers: {
      Review: {
        __resolveReference: ({ id }: { id: string }) => reviews.find((review) => review.id === id),
      },
      User: { reviews: () => reviews.slice(0, 2) },
      Product: {
        reviews: ({ upc }: { upc: string }) =>
          reviews.filter((review) => review.product.upc === upc),
      },
    },
  },
]
