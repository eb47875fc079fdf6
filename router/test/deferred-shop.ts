import { GraphQLError } from 'graphql'
import type { OpenClient } from '../src/subgraphs/client-pool.ts'
import { memoryClients, type TestSubgraph } from './execution-graph.ts'

/** A shop in three subgraphs, some of whose fields answer only when a test lets them. */
export interface DeferredShop {
  readonly subgraphs: readonly TestSubgraph[]
  readonly openClient: OpenClient
  /** Makes a field wait until the returned function is called. */
  hold(field: SlowField): () => void
  /** The signals of every request that was sent to a subgraph, in order. */
  readonly signals: AbortSignal[]
  /** How often each field was asked for. */
  readonly asked: Map<SlowField, number>
}

export type SlowField = 'name' | 'stock' | 'reviews' | 'author'

const link = `extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key", "@authenticated"])`

export function openDeferredShop(): DeferredShop {
  const held = new Map<SlowField, Promise<void>>()
  const asked = new Map<SlowField, number>()
  const pass = async <T>(field: SlowField, value: T): Promise<T> => {
    asked.set(field, (asked.get(field) ?? 0) + 1)
    await held.get(field)
    return value
  }
  const subgraphs = [products(pass), reviews(pass), people(pass)]
  const signals: AbortSignal[] = []
  const open = memoryClients(subgraphs)
  return {
    subgraphs,
    signals,
    asked,
    hold(field) {
      const { promise, resolve } = Promise.withResolvers<void>()
      held.set(field, promise)
      return () => {
        held.delete(field)
        resolve()
      }
    },
    openClient: (name, url) => {
      const client = open(name, url)
      return {
        ...client,
        send(request, call) {
          signals.push(call.signal)
          return client.send(request, call)
        },
      }
    },
  }
}

type Pass = <T>(field: SlowField, value: T) => Promise<T>

interface Reference {
  readonly id: string
}

function products(pass: Pass): TestSubgraph {
  const product = (id: string) => ({ id, name: `product ${id}`, details: { weight: 7 } })
  return {
    name: 'products',
    sdl: `${link}
      type Query { product(id: ID!): Product products: [Product!]! empty: [Product!]! }
      type Mutation { rename(id: ID!): Product! }
      type Subscription { renamed: Product! }
      type Product @key(fields: "id") { id: ID! name: String! stock: Int details: Details }
      type Details { weight: Int! cracked: String }`,
    resolvers: {
      Query: {
        product: (_: unknown, { id }: Reference) => (id === '0' ? null : product(id)),
        products: () => ['1', '2'].map(product),
        empty: () => [],
      },
      Mutation: { rename: (_: unknown, { id }: Reference) => product(id) },
      Subscription: {
        renamed: {
          async *subscribe() {
            yield product('1')
          },
          resolve: (event: unknown) => event,
        },
      },
      Product: {
        __resolveReference: ({ id }: Reference) => product(id),
        name: ({ name }: { name: string }) => pass('name', name),
        stock: () => pass('stock', 3),
      },
      Details: {
        cracked: () => {
          throw new GraphQLError('Cracked', { extensions: { code: 'CONFLICT' } })
        },
      },
    },
  }
}

function reviews(pass: Pass): TestSubgraph {
  return {
    name: 'reviews',
    sdl: `${link}
      type Query { reviews: Int }
      type Product @key(fields: "id") {
        id: ID! reviews: [Review!]! rating: Float! broken: String! cost: Int @authenticated }
      type Review @key(fields: "id") { id: ID! body: String! author: Person! }
      type Person @key(fields: "id", resolvable: false) { id: ID! }`,
    resolvers: {
      Product: {
        __resolveReference: ({ id }: Reference) => (id === '9' ? null : { id }),
        reviews: ({ id }: Reference) =>
          pass('reviews', [{ id: `${id}-1`, body: `about ${id}`, author: { id: '5' } }]),
        rating: () => 4.5,
        broken: () => {
          throw new GraphQLError('Broken', { extensions: { code: 'CONFLICT' } })
        },
        cost: () => 2,
      },
    },
  }
}

function people(pass: Pass): TestSubgraph {
  return {
    name: 'people',
    sdl: `${link} type Query { people: Int } type Person @key(fields: "id") { id: ID! name: String! }`,
    resolvers: {
      Person: {
        __resolveReference: ({ id }: Reference) => ({ id }),
        name: ({ id }: Reference) => pass('author', `person ${id}`),
      },
    },
  }
}
