import { describe, expect, it } from '@jest/globals'
import { parse } from 'graphql'
import { createPlanner } from '../../src/planning/planner.ts'
import { buildFederated } from '../../src/supergraph/federated-supergraph.ts'
import { ask, memoryClients, startGraph, type TestSubgraph, watched } from '../execution-graph.ts'

/** What random operations have found, in the smallest form. */

const link = `extend schema @link(url: "https://specs.apollo.dev/federation/v2.9",
  import: ["@key", "@external", "@requires", "@shareable"])`

const bees = [{ __typename: 'Bee', id: '1' }]
const reference = { __resolveReference: (given: object) => given }

function fails(): never {
  throw new Error('It fails')
}

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

  // @requires says what a field is computed from, not what else a client selects there. One server computes it from the
  // object although a field that the client selects of the object fails and takes it out of the answer (6.4.4).
  it('are there although what a client selects beside them fails', async () => {
    const size = 'type Size @shareable { n: Int label: String! }'
    const subgraphs: TestSubgraph[] = [
      {
        name: 'sizes',
        sdl: `${link} ${size} type Query { bees: [Bee] } type Bee @key(fields: "id") { id: ID! size: Size }`,
        resolvers: {
          Query: { bees: () => bees },
          Bee: { size: () => ({ n: 10 }) },
          Size: { label: fails },
        },
      },
      {
        name: 'weights',
        sdl: `${link} ${size} type Bee @key(fields: "id") {
          id: ID! size: Size @external weight: Int @requires(fields: "size { n }") }`,
        resolvers: {
          Bee: { ...reference, weight: ({ size }: { size: { n: number } }) => size.n + 1 },
        },
      },
    ]
    const graph = await startGraph(subgraphs)

    const { data, errors } = await ask(
      graph,
      '{ bees { weight ...F } } fragment F on Bee { size { n ... on Size { label } } }',
    )

    expect(data).toEqual({ bees: [{ weight: 11, size: null }] })
    expect(errors?.map(({ path }) => path)).toEqual([['bees', 0, 'size', 'label']])
    expect(await ask(graph, '{ bees { weight size { n } } }')).toEqual({
      data: { bees: [{ weight: 11, size: { n: 10 } }] },
    })
  })

  // The planner asks for `mood` and `weight` in one fetch for all bees of the place, also for those of which the
  // operation wants no weight and has not asked the size.
  it('are not missed where a computed field is wanted on one type only', async () => {
    const subgraphs: TestSubgraph[] = [
      {
        name: 'sizes',
        sdl: `${link} type Query { homes: [Home] } interface Home { bee: Bee }
          type Hive implements Home { bee: Bee } type Tree implements Home { bee: Bee }
          type Bee @key(fields: "id") { id: ID! size: Int }`,
        resolvers: {
          Query: {
            homes: () => ['Hive', 'Tree'].map((__typename) => ({ __typename, bee: bees[0] })),
          },
          Bee: { ...reference, size: () => 10 },
        },
      },
      {
        name: 'weights',
        sdl: `${link} type Bee @key(fields: "id") {
          id: ID! size: Int @external mood: String weight(in: Int = 1): Int @requires(fields: "size") }`,
        resolvers: {
          Bee: {
            ...reference,
            mood: () => 'good',
            weight: ({ size }: { size: number }, args: { in: number }) => size / args.in,
          },
        },
      },
    ]
    const { openClient, sent } = watched(memoryClients(subgraphs))
    const graph = await startGraph(subgraphs, { openClient })
    const query = `query ($in: Int) {
      homes { ... on Hive { bee { weight(in: $in) } } bee { mood } } }`

    expect(await ask(graph, query, { variables: { in: 2 } })).toEqual({
      data: { homes: [{ bee: { weight: 5, mood: 'good' } }, { bee: { mood: 'good' } }] },
    })
    expect(sent.map(({ subgraph }) => subgraph)).toEqual(['sizes', 'weights'])
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

/** `sum` is computed by one from `double`, which the other computes from `n` of the first. */
function chain(): TestSubgraph[] {
  const given = (value: number | undefined): number => value ?? fails()
  return [
    {
      name: 'one',
      sdl: `${link} type Bee @key(fields: "id") {
        id: ID! n: Int double: Int @external sum: Int @requires(fields: "double") }`,
      resolvers: {
        Bee: {
          ...reference,
          n: () => 3,
          sum: ({ double }: { double?: number }) => given(double) + 1,
        },
      },
    },
    {
      name: 'other',
      sdl: `${link} type Query { bees: [Bee] } type Mutation { bees: [Bee] }
        type Bee @key(fields: "id") {
          id: ID! n: Int @external double: Int @requires(fields: "n") twin: Bee }`,
      resolvers: {
        Query: { bees: () => bees },
        Mutation: { bees: () => bees },
        Bee: {
          ...reference,
          double: ({ n }: { n?: number }) => 2 * given(n),
          twin: () => ({ __typename: 'Bee', id: '2' }),
        },
      },
    },
  ]
}

describe('requirements of requirements', () => {
  // The planner asks "other" for `n` and `double` at once: https://github.com/apollographql/router/issues/7657.
  it('may lead back to the subgraph in which they began', async () => {
    const graph = await startGraph(chain())
    const selection = '{ bees { sum twin { double twin { sum } } } }'
    const right = [{ sum: 7, twin: { double: 6, twin: { sum: 7 } } }]

    expect(await ask(graph, selection)).toEqual({ data: { bees: right } })
    expect(await ask(graph, `mutation ${selection}`)).toEqual({ data: { bees: right } })
  })

  it('are asked for under the names of the subgraphs', async () => {
    const { openClient, sent } = watched(memoryClients(chain()))
    const graph = await startGraph(chain(), { openClient })

    await ask(graph, '{ bees { sum } }')

    expect(sent.map(({ subgraph }) => subgraph)).toEqual(['other', 'one', 'other', 'one'])
  })

  it('are refused where the planner still asks whom it must not', async () => {
    const graph = await startGraph(chain())
    const planner = createPlanner({ federated: buildFederated(parse(graph.supergraphSdl())) })

    await expect(planner.plan(parse('{ bees { sum } }'))).rejects.toMatchObject({
      code: 'BAD_USER_INPUT',
      message: 'The operation selects a field whose requirements cannot be planned.',
    })
    expect(await planner.plan(parse('{ bees { double } }'))).toMatchObject({ kind: 'QueryPlan' })
  })
})

describe('keys', () => {
  it('are there although what a client selects of their objects fails', async () => {
    const place = 'type Place @shareable { code: String! label: String! }'
    const subgraphs: TestSubgraph[] = [
      {
        name: 'places',
        sdl: `${link} ${place} type Query { hive: Hive } type Hive @key(fields: "place { code }") { place: Place }`,
        resolvers: {
          Query: { hive: () => ({ place: { code: 'a' } }) },
          Place: { label: fails },
        },
      },
      {
        name: 'counts',
        sdl: `${link} ${place} type Hive @key(fields: "place { code }") { place: Place bees: String }`,
        resolvers: {
          Hive: {
            ...reference,
            bees: (hive: { place: { code: string } }) => `those of ${hive.place.code}`,
          },
        },
      },
    ]
    const graph = await startGraph(subgraphs)

    const { data } = await ask(graph, '{ hive { bees place { label } } }')

    expect(data).toEqual({ hive: { bees: 'those of a', place: null } })
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
