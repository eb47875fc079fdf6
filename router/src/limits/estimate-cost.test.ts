import { describe, expect, it } from '@jest/globals'
import { buildSchema, type FragmentDefinitionNode, type GraphQLSchema, Kind, parse } from 'graphql'
import type { CostDirectives, ListSize } from './cost-directives.ts'
import { type CostModel, costModel, nodeModel } from './cost-model.ts'
import { compileEstimate, type EstimatedCost } from './estimate-cost.ts'

const schema = buildSchema(`
  type Query { me: User rooms(first: Int = 20): Rooms users: [User!]! }
  type Rooms { nodes: [Room!]! }
  type Room { name: String messages(last: Int = 50): Messages! }
  type Messages { nodes: [Message!]! }
  type Message { body: String author: User! room: Room! }
  type User { name: String }
`)

const nothingSaid: CostDirectives = { weights: new Map(), listSizes: new Map() }

interface Measured {
  readonly model: CostModel
  readonly schema: GraphQLSchema
}

function estimate(
  text: string,
  variables: Record<string, unknown>,
  { model, schema }: Measured,
): EstimatedCost {
  const document = parse(text)
  const operation = document.definitions.find((one) => one.kind === Kind.OPERATION_DEFINITION)
  if (!operation) throw new Error('There is no operation.')
  const fragments = new Map<string, FragmentDefinitionNode>()
  for (const one of document.definitions) {
    if (one.kind === Kind.FRAGMENT_DEFINITION) fragments.set(one.name.value, one)
  }
  return compileEstimate({ operation, fragments, schema, model })(variables)
}

function nodesOf(text: string, variables: Record<string, unknown> = {}): number {
  return estimate(text, variables, { model: nodeModel(nothingSaid), schema }).cost
}

describe('the estimate of nodes', () => {
  it('counts objects, not values', () => {
    expect(nodesOf('{ me { name } }')).toBe(1)
    expect(nodesOf('{ users { name } }')).toBe(1)
  })

  it('takes the page size from the argument, the variable, or the default', () => {
    expect(nodesOf('{ rooms(first: 3) { nodes { name } } }')).toBe(6)
    const byVariable = 'query ($n: Int) { rooms(first: $n) { nodes { name } } }'
    expect(nodesOf(byVariable, { n: 7 })).toBe(14)
    expect(nodesOf(byVariable)).toBe(40)
    expect(nodesOf('{ rooms { nodes { name } } }')).toBe(40)
  })

  it('multiplies pages within pages, through fragments too', () => {
    const text = `
      { rooms(first: 10) { nodes { ...Page } } }
      fragment Page on Room { messages(last: 10) { nodes { author { name } } } }`

    // Ten rooms twice (the page and the node), and for each ten messages, nodes and authors.
    expect(nodesOf(text)).toBe(10 * (2 + 10 * 3))
  })

  it('grows with every turn of a cycle', () => {
    const turn = (inner: string) => `messages(last: 100) { nodes { room { ${inner} } } }`
    const text = `{ rooms(first: 1) { nodes { ${turn(turn(turn('name')))} } } }`

    expect(nodesOf(text)).toBeGreaterThan(1_000_000)
  })

  it('comes to an end when fragments spread each other', () => {
    const text = `
      { rooms { nodes { ...A } } }
      fragment A on Room { name messages { nodes { room { ...A } } } }`

    expect(nodesOf(text)).toBeLessThan(20_000)
  })
})

const shop = buildSchema(`
  type Query {
    products(first: Int, last: Int): [Product!]!
    best: [Product!]!
    search(filter: Filter, words: [String!]): ProductPage!
    price: Int
    anything: Thing
  }
  type Mutation { buy(input: Buy!): Product }
  type Product { name: String price: Int reviews(first: Int = 5): [Review!]! }
  type Review { text: String }
  type Video { title: String }
  union Thing = Product | Video
  type ProductPage { items: [Product!]! count: Int }
  input Filter { near: Place words: [String!] }
  input Place { x: Int }
  input Buy { lines: [Line!]! }
  input Line { id: ID! }
`)

const shopDirectives: CostDirectives = {
  weights: new Map([
    ['Query.price', 3],
    ['Video', 7],
    ['Product.price', 2],
    ['Query.search(words:)', 4],
    ['Filter.near', 6],
  ]),
  listSizes: new Map([
    ['Query.products', aListSize({ slicingArguments: ['first', 'last'] })],
    ['Query.best', aListSize({ assumedSize: 10 })],
    ['Product.reviews', aListSize({ slicingArguments: ['first'] })],
    [
      'Query.search',
      aListSize({ assumedSize: 8, sizedFields: ['items'], requireOneSlicingArgument: false }),
    ],
  ]),
}

function aListSize(size: Partial<ListSize>): ListSize {
  return {
    assumedSize: undefined,
    slicingArguments: [],
    sizedFields: [],
    requireOneSlicingArgument: true,
    ...size,
  }
}

function costOf(text: string, variables: Record<string, unknown> = {}): EstimatedCost {
  const model = costModel(shopDirectives, shop)
  return estimate(text, variables, { model, schema: shop })
}

describe('the estimate of a cost', () => {
  it.each([
    ['{ price }', 3],
    ['{ best { name } }', 10],
    ['{ best { price } }', 10 * (1 + 2)],
    ['{ products(first: 4) { reviews { text } } }', 4 * (1 + 5)],
    ['{ products(first: 4) { reviews(first: 2) { text } } }', 4 * (1 + 2)],
    // The page, and what is on it.
    ['{ search { count items { name } } }', 1 + 8],
    ['{ search { ...P } } fragment P on ProductPage { items { name } }', 1 + 8],
    // Two words weigh no more than one: the argument has a weight of its own.
    ['{ search(words: ["a", "b"]) { count } }', 1 + 4],
    // An input object counts 1, or what its field says.
    ['{ search(filter: { words: ["a"] }) { count } }', 1 + 1],
    ['{ search(filter: { near: { x: 1 } }) { count } }', 1 + 1 + 6],
    // Whichever it is: the heavier one counts.
    ['{ anything { __typename } }', 7],
    ['mutation { buy(input: { lines: [{ id: 1 }, { id: 2 }] }) { name } }', 10 + 3 + 1],
  ])('of %s is %d', (text, cost) => {
    expect(costOf(text)).toEqual({ cost, complaints: [] })
  })

  it('follows the variables', () => {
    const text =
      'query ($n: Int, $filter: Filter) { products(first: $n) { name } search(filter: $filter) { count } }'

    expect(costOf(text, { n: 30 }).cost).toBe(30 + 1)
    expect(costOf(text, { n: 2, filter: { near: {} } }).cost).toBe(2 + 1 + 1 + 6)
  })

  it('complains about a list that does not say how much of it is wanted', () => {
    const complaint = (count: number) =>
      `Query.products needs one of first, last, and has ${count}.`

    expect(costOf('{ products { name } }').complaints).toEqual([complaint(0)])
    expect(costOf('{ products(first: 1, last: 2) { name } }').complaints).toEqual([complaint(2)])
    const byVariable = 'query ($n: Int) { products(first: $n) { name } }'
    expect(costOf(byVariable).complaints).toEqual([complaint(0)])
    expect(costOf(byVariable, { n: 1 }).complaints).toEqual([])
  })
})
