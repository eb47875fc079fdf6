import { buildSubgraphSchema } from '@apollo/subgraph'
import { describe, expect, it } from '@jest/globals'
import { parse } from 'graphql'
import { createCachePolicies } from './cache-policies.ts'

const policyOf = createCachePolicies(
  buildSubgraphSchema(
    parse(`
      extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key", "@authenticated"])
      directive @cacheControl(maxAge: Int, scope: CacheControlScope, inheritMaxAge: Boolean)
        on FIELD_DEFINITION | OBJECT | INTERFACE | UNION
      enum CacheControlScope { PUBLIC PRIVATE }
      type Query {
        book: Book
        hot: Book @cacheControl(maxAge: 5)
        secret: Book @cacheControl(scope: PRIVATE)
        count: Int
        counted: Int @cacheControl(maxAge: 10)
        shop: Shop
        open: Shop @cacheControl(maxAge: 30)
        node: Node @cacheControl(maxAge: 50)
        inherits: Book @cacheControl(inheritMaxAge: true)
      }
      type Mutation { add: Book }
      interface Node { id: ID! }
      type Book implements Node @key(fields: "id") @cacheControl(maxAge: 60) {
        id: ID! title: String stock: Int @cacheControl(maxAge: 3)
        notes: String @cacheControl(scope: PRIVATE)
        price: Int @authenticated prices: Int @authenticated @cacheControl(scope: PUBLIC) shop: Shop near: Shop @cacheControl(inheritMaxAge: true) }
      type Shop implements Node @key(fields: "id") { id: ID! @cacheControl(maxAge: 20) name: String }
    `),
  ),
)

function policy(query: string): string {
  const found = policyOf(parse(query))
  return found ? `${found.maxAge} ${found.scope}` : 'none'
}

describe('createCachePolicies', () => {
  it.each([
    ['{ book { title } }', '60 PUBLIC'],
    ['{ hot { title } }', '5 PUBLIC'],
    ['{ hot { title } book { id } }', '5 PUBLIC'],
    ['{ secret { title } }', '60 PRIVATE'],
    ['{ book { notes } }', '60 PRIVATE'],
    ['{ book { price } }', '60 PRIVATE'],
    ['{ book { prices } }', '60 PUBLIC'],
    ['{ book { stock } }', '3 PUBLIC'],
    ['{ inherits { id } }', '60 PUBLIC'],
    ['{ counted }', '10 PUBLIC'],
    ['{ open { name } }', '30 PUBLIC'],
  ])('takes the narrowest hint of %s', (query, expected) => {
    expect(policy(query)).toBe(expected)
  })

  it.each([
    ['{ count }'],
    ['{ shop { name } }'],
    ['{ book { title } count }'],
    ['{ book { shop { name } } }'],
    ['{ __typename }'],
    ['mutation { add { title } }'],
  ])('keeps nothing of %s', (query) => {
    expect(policy(query)).toBe('none')
  })

  it('lets fields of objects inherit when they say so', () => {
    expect(policy('{ book { near { name } } }')).toBe('60 PUBLIC')
  })

  it('follows fragments, and counts every type behind an abstract one', () => {
    expect(policy('{ book { ...B } } fragment B on Book { ... { stock } }')).toBe('3 PUBLIC')
    expect(policy('{ node { id } }')).toBe('20 PUBLIC')
    expect(policy('{ node { ... on Book { notes } } }')).toBe('50 PRIVATE')
  })

  it('takes the hints of entities from their types', () => {
    const entities = (selection: string) =>
      policy(`query ($r: [_Any!]!) { _entities(representations: $r) { ${selection} } }`)

    expect(entities('... on Book { title }')).toBe('60 PUBLIC')
    expect(entities('... on Book { stock }')).toBe('3 PUBLIC')
    expect(entities('... on Shop { id }')).toBe('none')
    expect(entities('... on Book { title } ... on Shop { id }')).toBe('none')
    expect(entities('__typename')).toBe('none')
  })

  it('tells operations of one document apart', () => {
    const document = parse('query A { book { id } } query B { hot { id } }')

    expect(policyOf(document, 'A')?.maxAge).toBe(60)
    expect(policyOf(document, 'B')?.maxAge).toBe(5)
    expect(policyOf(document, 'C')).toBeUndefined()
  })
})
