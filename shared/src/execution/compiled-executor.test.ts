import { setImmediate as later } from 'node:timers/promises'
import { describe, expect, it } from '@jest/globals'
import { buildSchema, type ExecutionResult, execute, GraphQLError, parse } from 'graphql'
import { createCompiledExecutor } from './compiled-executor.ts'

const schema = buildSchema(`
  interface Named { name: String! }
  type Person implements Named { id: ID! name: String! friends(first: Int = 2): [Person!]! pet: Animal fails: String failsHard: String! lists: [[Int!]] }
  type Cat implements Named { name: String! lives: Int }
  type Dog implements Named { name: String! barks(loud: Boolean): String! }
  union Animal = Cat | Dog
  enum Mood { HAPPY SAD }
  input Filter { text: String! mood: Mood = HAPPY tags: [String!] }
  type Query {
    person(id: ID!): Person
    required: Person!
    people: [Person]
    named: [Named!]
    search(filter: Filter!): String
    mood: Mood
    wrong: [Int]
    text: String
  }
  type Mutation { add(amount: Int!): Int! }
`)

function person(id: number): object {
  return {
    __typename: 'Person',
    id: String(id),
    name: id % 5 === 4 ? null : `Person ${id}`,
    friends: ({ first }: { first: number }) =>
      Array.from({ length: first }, (_, index) =>
        index % 2 ? later(person(id + index + 1)) : person(id + index + 1),
      ),
    pet: async () => ({
      __typename: id % 2 ? 'Cat' : 'Dog',
      name: `Pet ${id}`,
      lives: 'nine',
      barks: 'Wuff',
    }),
    fails: async () => {
      await later()
      throw new Error(`${id} fails`)
    },
    failsHard: () => {
      throw new GraphQLError(`${id} fails hard`, { extensions: { code: 'CONFLICT' } })
    },
    lists: [[1, null], null, [2, 3]],
  }
}

function createRoot() {
  const added: number[] = []
  return {
    person: ({ id }: { id: string }) => (id === '0' ? null : person(Number(id))),
    required: () => person(4),
    people: () => [
      person(1),
      null,
      later(person(2)),
      Promise.reject(new Error('lost')),
      new Error('an error'),
      person(4),
    ],
    named: async () => [person(1), { __typename: 'Cat', name: 'Tom' }],
    search: (input: object) => JSON.stringify(input),
    mood: 'BORED',
    wrong: 'text',
    text: () => 'text',
    add: async ({ amount }: { amount: number }) => {
      await later()
      added.push(amount)
      return added.reduce((sum, one) => sum + one, 0)
    },
  }
}

interface Question {
  readonly query: string
  readonly variables?: Readonly<Record<string, unknown>>
  readonly operationName?: string
}

const questions: readonly Question[] = [
  { query: '{ text mood wrong }' },
  { query: '{ person(id: 1) { id name friends { name } alias: friends(first: 1) { id lists } } }' },
  { query: '{ person(id: "0") { name } }' },
  { query: '{ required { id name } }' },
  { query: '{ required { id } text }' },
  { query: '{ people { name fails friends(first: 3) { name fails } } }' },
  { query: '{ person(id: 1) { name failsHard } text }' },
  { query: '{ person(id: 3) { friends { name fails } fails } }' },
  {
    query:
      '{ person(id: 2) { pet { __typename ... on Cat { lives name } ...Bark } } } fragment Bark on Dog { name barks(loud: true) }',
  },
  { query: '{ named { __typename name ... on Person { id pet { ... on Named { name } } } } }' },
  {
    query:
      '{ person(id: 1) { ...A ...A ... { name } } } fragment A on Named { name ... on Person { lists } }',
  },
  { query: '{ search(filter: { text: "a" }) }' },
  {
    query: 'query ($f: Filter!) { search(filter: $f) }',
    variables: { f: { text: 'x', mood: 'SAD', tags: 'one' } },
  },
  { query: 'query ($f: Filter!) { search(filter: $f) }', variables: { f: { mood: 'ANGRY' } } },
  { query: 'query ($f: Filter!) { search(filter: $f) }' },
  {
    query: 'query ($t: String!, $m: Mood) { search(filter: { text: $t, mood: $m }) }',
    variables: { t: 'x' },
  },
  {
    query: 'query ($n: Int = 1) { person(id: 1) { friends(first: $n) { name } } }',
    variables: { n: null },
  },
  {
    query: 'query ($yes: Boolean!) { text @include(if: $yes) mood @skip(if: $yes) }',
    variables: { yes: true },
  },
  { query: '{ text @include(if: false) person(id: 1) @skip(if: false) { id } }' },
  { query: 'query A { text } query B { mood }', operationName: 'B' },
  { query: 'query A { text } query B { mood }' },
  { query: 'query A { text }', operationName: 'C' },
  { query: 'mutation { a: add(amount: 1) b: add(amount: 2) c: add(amount: 3) }' },
  { query: '{ __proto__: text constructor: text toString: __typename }' },
  { query: '{ __schema { queryType { name } } __type(name: "Mood") { enumValues { name } } }' },
]

function told(result: ExecutionResult): unknown {
  return {
    text: JSON.stringify(result.data),
    errors: result.errors?.map((error) => [
      error.message,
      error.path,
      error.extensions,
      error.nodes?.length,
      error.originalError?.message,
    ]),
  }
}

describe('a compiled executor', () => {
  const executor = createCompiledExecutor(schema)

  it.each(questions)(
    'answers $query as graphql-js does',
    async ({ query, variables, operationName }) => {
      const document = parse(query)
      const request = { document, variableValues: variables, operationName, contextValue: {} }

      const expected = told(await execute({ schema, ...request, rootValue: createRoot() }))
      const first = told(await executor({ ...request, rootValue: createRoot() }))
      const second = told(await executor({ ...request, rootValue: createRoot() }))

      expect(first).toEqual(expected)
      expect(second).toEqual(expected)
    },
  )

  it('answers at once when every resolver does', () => {
    const answered = executor({
      document: parse('{ text }'),
      contextValue: {},
      rootValue: { text: 'a' },
    })

    expect(answered).toEqual({ data: { text: 'a' } })
  })

  it('gives each call of a resolver arguments of its own', async () => {
    const seen: object[] = []
    const document = parse('{ search(filter: { text: "a" }) }')
    const rootValue = {
      search: (input: Record<string, unknown>) => {
        seen.push({ ...input })
        delete input['filter']
      },
    }

    await executor({ document, contextValue: {}, rootValue })
    await executor({ document, contextValue: {}, rootValue })

    expect(seen).toEqual([
      { filter: { text: 'a', mood: 'HAPPY' } },
      { filter: { text: 'a', mood: 'HAPPY' } },
    ])
  })

  it('leaves no rejection to nobody when an item makes its list null before others have failed', async () => {
    const failing = Promise.withResolvers<never>()
    const rootValue = { named: [{ __typename: 'Cat', name: () => failing.promise }, null] }
    const document = parse('{ named { name } }')

    const answer = await executor({ document, contextValue: {}, rootValue })
    failing.reject(new Error('Late'))
    // Node tells of those that nobody handles after this.
    await later()
    await later()

    expect(answer.data).toEqual({ named: null })
    expect(answer.errors).toHaveLength(1)
  })
})
