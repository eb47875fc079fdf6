import { describe, expect, it } from '@jest/globals'
import { Kind, visit } from 'graphql'
import type { DocumentRule } from '../src/planning/parse-request.ts'
import { ask, startGraph } from './execution-graph.ts'
import { librarySubgraphs } from './execution-library.ts'

const graph = await startGraph(librarySubgraphs)

async function refusalOf(query: string, operationName?: string): Promise<string | undefined> {
  const prepared = await graph.prepare({
    query,
    operationName,
    variables: undefined,
    extensions: undefined,
  })
  if (!('errors' in prepared)) return undefined
  for (const { extensions } of prepared.errors)
    expect(extensions).toEqual({ code: 'BAD_USER_INPUT' })
  return prepared.errors[0]?.message
}

describe('prepare', () => {
  it.each([
    ['{ people { id }', 'Syntax Error: Expected Name, found <EOF>.'],
    ['{ unknown }', 'Cannot query field "unknown" on type "Query".'],
    [
      '{ person { id } }',
      'Field "person" argument "id" of type "ID!" is required, but it was not provided.',
    ],
    ['{ __proto__ }', 'Cannot query field "__proto__" on type "Query".'],
    ['fragment F on Person { id }', 'Fragment "F" is never used.'],
    [
      '{ echo(number: 1, mood: GOOD) } { echo }',
      'This anonymous operation must be the only defined operation.',
    ],
    [
      'query A { echo } query B { echo }',
      'The document has several operations: say which by operationName.',
    ],
    [
      '{ search(text: "\\u0000") { __typename } }',
      'A text in the document contains a null character.',
    ],
    [
      '{ search(text: "\\ud800") { __typename } }',
      'Syntax Error: Invalid Unicode escape sequence: "\\ud800".',
    ],
    ['{ ...F } fragment F on Query { ...F }', 'Cannot spread fragment "F" within itself.'],
  ])('refuses %s', async (query, message) => {
    expect(await refusalOf(query)).toBe(message)
  })

  it('refuses a name that no operation has', async () => {
    expect(await refusalOf('query A { echo }', 'B')).toBe(
      'The document has no operation named "B".',
    )
  })

  it('refuses what is nested too deeply to be parsed', async () => {
    const deep = `${'{ people { friends '.repeat(4_000)}{ id }${' } }'.repeat(4_000)}`

    expect(await refusalOf(deep)).toMatch(/too deeply|token limit/)
  })

  it('takes the operation with the name', async () => {
    const query = 'query A { a: echo } query B { b: echo }'

    expect(await ask(graph, query, { operationName: 'B' })).toEqual({ data: { b: '{"number":3}' } })
  })

  it('knows kind and name of the operation', async () => {
    const request = { operationName: undefined, variables: undefined, extensions: undefined }

    expect(await graph.prepare({ query: 'query Q { echo }', ...request })).toMatchObject({
      kind: 'query',
      name: 'Q',
    })
    expect(await graph.prepare({ query: '{ echo }', ...request })).toMatchObject({
      kind: 'query',
      name: undefined,
    })
  })

  it('prepares a document once for all that send it', async () => {
    const request = { query: '{ people { name } }', operationName: undefined }
    const facts = { variables: undefined, extensions: undefined }

    const [one, other] = await Promise.all([
      graph.prepare({ ...request, ...facts }),
      graph.prepare({ ...request, ...facts }),
    ])

    expect(one).toBe(other)
    expect(await graph.prepare({ ...request, ...facts })).toBe(one)
  })

  it('keeps no more documents than it may', async () => {
    const small = await startGraph(librarySubgraphs, { maximumOperations: 2 })
    const prepare = (alias: string) =>
      small.prepare({
        query: `{ ${alias}: echo }`,
        operationName: undefined,
        variables: undefined,
        extensions: undefined,
      })

    const first = await prepare('a')
    await prepare('b')
    await prepare('c')

    expect(await prepare('a')).not.toBe(first)
  })

  it('asks the rules of its host before it validates', async () => {
    const noAliases: DocumentRule = (document) => {
      const errors: { message: string }[] = []
      visit(document, {
        enter(node) {
          if (node.kind === Kind.FIELD && node.alias) errors.push({ message: 'No aliases.' })
        },
      })
      return errors
    }
    const strict = await startGraph(librarySubgraphs, { rules: [noAliases] })

    expect(await ask(strict, '{ a: unknown }')).toEqual({
      errors: [{ message: 'No aliases.', extensions: { code: 'BAD_USER_INPUT' } }],
    })
  })
})

describe('variables', () => {
  const query = 'query ($id: ID!, $point: Point) { person(id: $id) { id } echo(point: $point) }'

  it.each([
    [{}, 'Variable "$id" of required type "ID!" was not provided.'],
    [{ id: null }, 'Variable "$id" of non-null type "ID!" must not be null.'],
    [{ id: '1\u0000' }, 'Variable "$id" contains a null character.'],
    [{ id: '\ud800' }, 'Variable "$id" contains an unpaired surrogate.'],
    [
      { id: '1', point: { x: 'a' } },
      'Variable "$point" got invalid value "a" at "point.x"; Int cannot represent non-integer value: "a"',
    ],
    [
      { id: '1', point: { z: 1 } },
      'Variable "$point" got invalid value { z: 1 }; Field "z" is not defined by type "Point". Did you mean "x" or "y"?',
    ],
  ])('that do not fit refuse the request: %j', async (variables, message) => {
    const answer = await ask(graph, query, { variables })

    expect(answer).toEqual({
      errors: [
        expect.objectContaining({
          message,
          extensions: { code: 'BAD_USER_INPUT', requestId: 'request-1' },
        }),
      ],
    })
  })

  it('reach the subgraphs as they were coerced', async () => {
    const { data } = await ask(graph, query, { variables: { id: 9, point: { y: 2 } } })

    expect(data).toEqual({ person: null, echo: '{"number":3,"point":{"x":1,"y":[2]}}' })
  })
})

describe('the cache of operations', () => {
  it('never answers one request with what was prepared for another', async () => {
    const query = 'query Q { echo }'

    // Texts that would be the same if name and document were merely put side by side.
    expect(await refusalOf('Q { echo }', 'query')).toMatch('Syntax Error')
    expect(await refusalOf('Q query Q { echo }')).toMatch('Syntax Error')
    expect(await refusalOf('1 Qquery Q { echo }')).toMatch('Syntax Error')

    expect(await refusalOf(query)).toBeUndefined()
    expect(await refusalOf(query, 'Q')).toBeUndefined()
  })
})
