import { describe, expect, it } from '@jest/globals'
import { buildSchema, type GraphQLSchema } from 'graphql'
import { apiSdlOf, composeSupergraph } from '../compose-supergraph.ts'
import { applyContract, type Contract, ContractError } from './contract.ts'

const link = (imports: string) =>
  `extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: [${imports}])`

const supergraphSdl = composeSupergraph([
  {
    name: 'shop',
    url: 'http://shop',
    sdl: `
      ${link('"@key", "@tag"')}
      type Query {
        products(sort: Sort, audit: Audit): [Product!]! @tag(name: "public")
        orders(filter: OrderFilter!): [Order!]!
        report: Report @tag(name: "admin")
        who: Person
        mood: Mood
        thing: Thing
      }
      type Mutation { close(input: Close!): Boolean @tag(name: "admin") }
      type Product @key(fields: "id") {
        id: ID! @tag(name: "public")
        name: String @tag(name: "public")
        margin: Int @tag(name: "admin") @tag(name: "public")
        report: Report
      }
      type Report @tag(name: "admin") { lines: [Line!]! }
      type Line @tag(name: "admin") { text: String }
      type Order { id: ID! }
      union Thing = Report | Order
      input OrderFilter { state: Mood secret: Int! @tag(name: "admin") }
      input Audit { by: String @tag(name: "admin") }
      input Close { id: ID! }
      enum Sort { NAME MARGIN @tag(name: "admin") }
      enum Mood { GOOD BAD }
      interface Person { name: String email: String }
      type Customer implements Person { name: String email: String @tag(name: "admin") }
      type Clerk implements Person { name: String email: String }`,
  },
  {
    name: 'stock',
    url: 'http://stock',
    sdl: `
      ${link('"@key", "@tag"')}
      type Product @key(fields: "id") { id: ID! stock: Int @tag(name: "internal") }`,
  },
]).supergraphSdl

function apiOf(contract: Partial<Contract>): GraphQLSchema {
  const full = { include: [], exclude: [], ...contract }
  return buildSchema(apiSdlOf(applyContract(supergraphSdl, full)), { assumeValid: true })
}

function fieldsOf(schema: GraphQLSchema, name: string): string[] | undefined {
  const type = schema.getType(name)
  return type && 'getFields' in type ? Object.keys(type.getFields()).toSorted() : undefined
}

describe('a contract that excludes', () => {
  const schema = apiOf({ exclude: ['admin'] })

  it('leaves out what has the tag, whatever other tags it has', () => {
    expect(fieldsOf(schema, 'Product')).toEqual(['id', 'name', 'stock'])
    expect(schema.getType('Report')).toBeUndefined()
    expect(apiSdlOf(applyContract(supergraphSdl, { include: [], exclude: ['admin'] }))).not.toMatch(
      /MARGIN/,
    )
  })

  it('leaves out what cannot be without it', () => {
    // The filter has a required field that is out, and is required itself.
    expect(fieldsOf(schema, 'Query')).toEqual(['mood', 'products', 'thing', 'who'])
    expect(schema.getType('OrderFilter')).toBeUndefined()
    // The argument's type has no field left, but it need not be given.
    const { products } = schema.getQueryType()?.getFields() ?? {}
    expect(products?.args.map(({ name }) => name)).toEqual(['sort'])
    expect(fieldsOf(schema, 'Person')).toEqual(['name'])
  })

  it('leaves out what nothing leads to any more', () => {
    for (const name of ['Close', 'Mutation', 'Audit']) {
      expect(schema.getType(name)).toBeUndefined()
    }
    expect(schema.getType('Order')).toBeDefined()
  })
})

describe('a contract that includes', () => {
  it('has nothing but what has the tag, and what that needs', () => {
    const schema = apiOf({ include: ['public'], exclude: ['admin'] })

    expect(fieldsOf(schema, 'Query')).toEqual(['products'])
    expect(fieldsOf(schema, 'Product')).toEqual(['id', 'name'])
    expect(Object.keys(schema.getTypeMap()).filter((name) => !name.startsWith('__'))).toEqual(
      expect.arrayContaining(['Product', 'Query', 'Sort']),
    )
    expect(schema.getType('Person')).toBeUndefined()
  })

  it('takes all fields of a type that has the tag', () => {
    const schema = apiOf({ include: ['admin'] })

    expect(fieldsOf(schema, 'Query')).toEqual(['report'])
    expect(fieldsOf(schema, 'Line')).toEqual(['text'])
  })
})

describe('a contract', () => {
  it('without tags is the whole graph', () => {
    const contract = { include: [], exclude: [] }

    expect(applyContract(supergraphSdl, contract)).toBe(supergraphSdl)
    expect(apiSdlOf(applyContract(supergraphSdl, { include: [], exclude: ['unknown'] }))).toBe(
      apiSdlOf(supergraphSdl),
    )
  })

  it('that leaves nothing is refused', () => {
    expect(() => applyContract(supergraphSdl, { include: ['unknown'], exclude: [] })).toThrow(
      ContractError,
    )
  })
})
