import { describe, expect, it } from '@jest/globals'
import { ask, startGraph, type TestSubgraph } from '../execution-graph.ts'

/** What random operations have found, in the smallest form. */

const link = `extend schema @link(url: "https://specs.apollo.dev/federation/v2.9",
  import: ["@key", "@external", "@requires", "@shareable"])`

const bees = [{ __typename: 'Bee', id: '1' }]
const reference = { __resolveReference: (given: object) => given }

describe('required fields', () => {
  it('may have names that objects inherit', async () => {
    const subgraphs: TestSubgraph[] = [
      {
        name: 'names',
        sdl: `${link} type Bee @key(fields: "id") { id: ID! constructor: Part toString: String } type Part { n: Int }`,
        resolvers: { Bee: { ...reference, constructor: () => ({ n: 7 }), toString: () => 'text' } },
      },
      {
        name: 'sums',
        sdl: `${link} type Query { bees: [Bee] } type Part @external { n: Int }
          type Bee @key(fields: "id") { id: ID! constructor: Part @external toString: String @external
            sum: String @requires(fields: "constructor { n } toString") }`,
        resolvers: {
          Query: { bees: () => bees },
          Bee: {
            ...reference,
            sum: (bee: { constructor: unknown; toString: unknown }) =>
              JSON.stringify([bee.constructor, bee.toString]),
          },
        },
      },
    ]
    const graph = await startGraph(subgraphs)

    expect(await ask(graph, '{ bees { sum } }')).toEqual({
      data: { bees: [{ sum: '[{"n":7},"text"]' }] },
    })
  })

  it('are not the same as what a client selects with arguments', async () => {
    const subgraphs: TestSubgraph[] = [
      {
        name: 'sizes',
        sdl: `${link} type Size @shareable { n: Int }
          type Bee @key(fields: "id") { id: ID! size(unit: Int = 1): Size }`,
        resolvers: {
          Bee: {
            ...reference,
            size: (_bee: object, { unit }: { unit: number }) => ({ n: 10 * unit }),
          },
        },
      },
      {
        name: 'weights',
        sdl: `${link} type Query { bees: [Bee] } type Size @shareable { n: Int }
          type Bee @key(fields: "id") {
            id: ID! size(unit: Int = 1): Size @external weight: Int @requires(fields: "size { n }") }`,
        resolvers: {
          Query: { bees: () => bees },
          Bee: { ...reference, weight: ({ size }: { size: { n: number } }) => size.n + 1 },
        },
      },
    ]
    const graph = await startGraph(subgraphs)

    expect(await ask(graph, '{ bees { weight size(unit: 5) { n } } }')).toEqual({
      data: { bees: [{ weight: 11, size: { n: 50 } }] },
    })
  })
})

describe('names', () => {
  it('may look like those that the planner invents', async () => {
    const subgraphs: TestSubgraph[] = [
      {
        name: 'animals',
        sdl: `${link} type Query { n__alias_0: Animal } union Animal = Ant | Bee
          type Ant @key(fields: "id") { id: ID! n: Int }
          type Bee @key(fields: "id") { id: ID! n: [String] }`,
        resolvers: {
          Query: { n__alias_0: () => ({ __typename: 'Bee', id: '1', n: ['a'] }) },
          Ant: reference,
          Bee: reference,
        },
      },
      {
        name: 'counts',
        sdl: `${link} type Ant @key(fields: "id") { id: ID! n: Int @external double: Int @requires(fields: "n") }`,
        resolvers: { Ant: reference },
      },
    ]
    const graph = await startGraph(subgraphs)

    expect(await ask(graph, '{ n__alias_0 { ... on Ant { double } ... on Bee { n } } }')).toEqual({
      data: { n__alias_0: { n: ['a'] } },
    })
  })
})

describe('errors', () => {
  it('are told once when subgraphs that share a field fail in the same way', async () => {
    const fails = () => [new Error('It fails'), {}]
    const subgraphs = ['one', 'other'].map((name) => ({
      name,
      sdl: `${link} type Query { both: [Both] @shareable } type Both { ${name}: Int }`,
      resolvers: { Query: { both: fails } },
    }))
    const graph = await startGraph(subgraphs)

    const { data, errors } = await ask(graph, '{ both { one other } }')

    expect(data).toEqual({ both: [null, { one: null, other: null }] })
    expect(errors?.map(({ path }) => path)).toEqual([['both', 0]])
  })
})
