import { GraphQLError } from 'graphql'
import type { TestSubgraph } from './execution-graph.ts'

/**
 * A small library told twice: as one set of linked objects, over which a plain GraphQL server could answer everything,
 * and as subgraphs that each know a part of them. Some of it is broken on purpose.
 */

export interface Row {
  readonly __typename: string
  readonly [field: string]: unknown
}

const fail = (message: string) => (): never => {
  throw new GraphQLError(message, { extensions: { code: 'NOT_FOUND' } })
}

const people: Record<string, Row> = {}
const items: Record<string, Row> = {}
const copies: Record<string, Row> = {}

function aPerson(id: string, fields: object): void {
  const row = { __typename: 'Person', id, name: `person ${id}`, loans: () => [], ...fields }
  people[id] = { ...row, friends: () => friendsOf(id) }
}

function friendsOf(id: string): (Row | undefined)[] {
  return Object.keys(people)
    .filter((other) => other !== id)
    .slice(0, 3)
    .map((other) => people[other])
}

aPerson('1', { nickname: 'ada', email: 'ada@example.org', tags: [['a', 'b'], ['c']] })
aPerson('2', { nickname: null, email: fail('No address'), tags: [] })
aPerson('3', { nickname: 'quote " and \\ and \u2028', email: 'c@example.org', tags: null })
aPerson('4', { nickname: fail('No nickname'), email: null, tags: [['d', null], null] })

function anItem(id: string, fields: object): void {
  items[id] = { __typename: 'Book', id, title: `item ${id}`, ...fields }
}

anItem('b1', {
  isbn: 'i1',
  pages: 100,
  price: 5,
  weight: 2,
  author: () => people['1'],
  genre: 'NOVEL',
})
anItem('b2', { isbn: 'i2', pages: null, price: 50, weight: 7, author: () => null, genre: 'POEM' })
anItem('b3', {
  isbn: 'i3',
  pages: 7,
  price: 9,
  weight: 1,
  author: () => people['2'],
  genre: 'SECRET',
})
anItem('f1', { __typename: 'Film', minutes: 90, director: () => people['3'], price: 4, weight: 1 })
anItem('f2', { __typename: 'Film', minutes: 5, director: () => people['4'], price: 8, weight: 1 })

function aCopy(house: string, number: number, item: string): void {
  const key = `${house} ${number}`
  const place = { __typename: 'House', code: house, city: house === 'N' ? 'North' : null }
  copies[key] = {
    __typename: 'Copy',
    house: place,
    number,
    item: () => items[item],
    worn: number > 2,
  }
}

aCopy('N', 1, 'b1')
aCopy('N', 2, 'b2')
aCopy('S', 1, 'f1')
aCopy('S', 3, 'b1')

const shippingCost = (item: Row): number => Number(item['price']) * 10 + Number(item['weight'])

const reviewsOf = (id: string): readonly Row[] =>
  id === 'b2'
    ? []
    : [
        {
          __typename: 'Review',
          id: `${id}-1`,
          stars: 5,
          body: 'good',
          by: people['1'],
          of: items[id],
        },
        {
          __typename: 'Review',
          id: `${id}-2`,
          stars: 1,
          body: null,
          by: people['2'],
          of: items[id],
        },
      ]

for (const item of Object.values(items)) {
  Object.assign(item, {
    reviews: ({ first }: { first?: number | null }) =>
      reviewsOf(String(item['id'])).slice(0, first ?? undefined),
    rating: () => (item['id'] === 'b2' ? null : 3),
    shippingCost: () => shippingCost(item),
    slug: ({ prefix }: { prefix: string }) => `${prefix}-${item['id']}`,
    copies: () => Object.values(copies).filter((copy) => linked(copy, 'item') === item),
  })
}

for (const person of Object.values(people)) {
  Object.assign(person, {
    reviews: () =>
      Object.keys(items)
        .flatMap(reviewsOf)
        .filter((review) => review['by'] === person),
    loans: () => Object.values(copies).slice(0, Number(person['id']) - 1),
  })
}

function linked(row: Row, field: string): unknown {
  const value = row[field]
  return typeof value === 'function' ? value({}) : value
}

/** Answers every root field; what a monolith uses as its root value. */
export const root = {
  person: ({ id }: { id: string }) => people[id] ?? null,
  people: () => Object.values(people),
  items: () => Object.values(items),
  search: ({ text }: { text: string }) =>
    [...Object.values(people), ...Object.values(items)].filter((row) =>
      JSON.stringify([row['name'], row['title']]).includes(text),
    ),
  shelves: () => [[items['b1'], items['f1']], [], [items['b2'], items['b3']]],
  copy: ({ house, number }: { house: string; number: number }) =>
    copies[`${house} ${number}`] ?? null,
  copies: () => Object.values(copies),
  topReviews: () => ['b1', 'f2'].flatMap(reviewsOf),
  broken: fail('Broken'),
  nothing: () => null,
  echo: (values: object) => JSON.stringify(values),
}

const rootResolvers = Object.fromEntries(
  Object.entries(root).map(([name, resolve]) => [
    name,
    (_source: unknown, values: { id: string; text: string; house: string; number: number }) =>
      resolve(values),
  ]),
)

const link = `extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: [
  "@key", "@shareable", "@external", "@requires", "@provides", "@interfaceObject", "@inaccessible", "@override"])`

const personOf = (reference: { id: string }) => people[reference.id] ?? null
const itemOf = (reference: { id: string }) => items[reference.id] ?? null

export const librarySubgraphs: readonly TestSubgraph[] = [
  {
    name: 'people',
    sdl: `${link}
      type Query { person(id: ID!): Person  people: [Person!]!  broken: String  nothing: Person
        echo(number: Int = 3, point: Point, mood: Mood): String! }
      input Point { x: Int! = 1, y: [Float!] }
      enum Mood { GOOD BAD }
      type Person @key(fields: "id") {
        id: ID! name: String! @shareable nickname: String email: String! tags: [[String]!] friends: [Person!]! }`,
    resolvers: { Query: rootResolvers, Person: { __resolveReference: personOf } },
  },
  {
    name: 'catalogue',
    sdl: `${link}
      type Query { items: [Item!]!  search(text: String!): [Found!]!  shelves: [[Item!]!]! }
      interface Item @key(fields: "id") { id: ID! title: String! price: Int }
      type Book implements Item @key(fields: "id") @key(fields: "isbn") {
        id: ID! isbn: String! title: String! price: Int pages: Int author: Person genre: Genre weight: Int }
      type Film implements Item @key(fields: "id") {
        id: ID! title: String! price: Int minutes: Int! director: Person! weight: Int }
      enum Genre { NOVEL POEM SECRET @inaccessible }
      union Found = Book | Film | Person
      type Person @key(fields: "id") { id: ID! }`,
    resolvers: {
      Query: rootResolvers,
      Item: { __resolveReference: itemOf },
      Book: {
        __resolveReference: ({ id, isbn }: { id?: string; isbn?: string }) =>
          Object.values(items).find((item) => item['id'] === id || item['isbn'] === isbn),
      },
      Film: { __resolveReference: itemOf },
      Person: { __resolveReference: personOf },
    },
  },
  {
    name: 'reviews',
    sdl: `${link}
      type Query { topReviews: [Review!]! }
      type Item @key(fields: "id") @interfaceObject {
        id: ID! reviews(first: Int): [Review!]! rating: Float slug(prefix: String!): String! }
      type Review @key(fields: "id") {
        id: ID! stars: Int! body: String by: Person! @provides(fields: "name") of: Item! }
      type Person @key(fields: "id") { id: ID! name: String! @external reviews: [Review!]! }`,
    resolvers: {
      Query: rootResolvers,
      Item: {
        __resolveReference: ({ id }: { id: string }) => ({ ...items[id], __typename: 'Item' }),
      },
      Review: {
        __resolveReference: ({ id }: { id: string }) =>
          Object.keys(items)
            .flatMap(reviewsOf)
            .find((review) => review['id'] === id),
        of: (review: { of: Row }) => ({ ...review.of, __typename: 'Item' }),
      },
      Person: { __resolveReference: personOf },
    },
  },
  {
    name: 'stock',
    sdl: `${link}
      type Query { copy(house: ID!, number: Int!): Copy  copies: [Copy!]! }
      type Copy @key(fields: "house { code } number") {
        house: House! @shareable number: Int! worn: Boolean! item: Item! }
      type House @shareable { code: ID! city: String }
      interface Item { id: ID! }
      type Book implements Item @key(fields: "id") {
        id: ID! price: Int @external weight: Int @external copies: [Copy!]!
        shippingCost: Int! @requires(fields: "price weight") }
      type Film implements Item @key(fields: "id") {
        id: ID! price: Int @external weight: Int @external copies: [Copy!]!
        shippingCost: Int! @requires(fields: "price weight") }`,
    resolvers: {
      Query: rootResolvers,
      Copy: {
        __resolveReference: ({ house, number }: { house: { code: string }; number: number }) =>
          copies[`${house.code} ${number}`],
      },
      Book: {
        __resolveReference: (reference: { id: string }) => ({
          ...items[reference.id],
          ...reference,
        }),
        shippingCost,
      },
      Film: {
        __resolveReference: (reference: { id: string }) => ({
          ...items[reference.id],
          ...reference,
        }),
        shippingCost,
      },
    },
  },
  {
    name: 'loans',
    sdl: `${link}
      type Person @key(fields: "id") { id: ID! loans: [Copy!]! }
      type Copy @key(fields: "house { code } number", resolvable: false) {
        house: House! @shareable number: Int! }
      type House @shareable { code: ID! }`,
    resolvers: {
      Person: {
        __resolveReference: personOf,
        loans: ({ id }: { id: string }) => Object.values(copies).slice(0, Number(id) - 1),
      },
    },
  },
]

/** Texts of the arguments for fields that have some; for random operations. */
export const libraryArguments = {
  'Query.person': ['(id: "1")', '(id: "2")', '(id: "9")'],
  'Query.search': ['(text: "1")', '(text: "item")'],
  'Query.copy': ['(house: "N", number: 1)', '(house: "Z", number: 1)'],
  'Query.echo': ['', '(number: 1, point: {x: 2, y: [1]})', '(mood: BAD)'],
  'Item.reviews': ['', '(first: 1)', '(first: 2)'],
  'Book.reviews': ['', '(first: 1)', '(first: 2)'],
  'Film.reviews': ['', '(first: 1)', '(first: 2)'],
  'Item.slug': ['(prefix: "a")', '(prefix: "b")'],
  'Book.slug': ['(prefix: "a")', '(prefix: "b")'],
  'Film.slug': ['(prefix: "a")', '(prefix: "b")'],
}
