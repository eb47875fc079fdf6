import { GravityError } from '@gravity/shared/errors/gravity-error'
import { describe, expect, it } from '@jest/globals'
import type { OpenClient } from '../src/subgraphs/client-pool.ts'
import { ask, memoryClients, startGraph } from './execution-graph.ts'
import { librarySubgraphs } from './execution-library.ts'

const requestId = 'request-1'
const away = { code: 'SUBGRAPH_UNAVAILABLE', requestId }
const broken = { code: 'INTERNAL_SERVER_ERROR', requestId }

/** The library with one subgraph that cannot be reached. */
function without(name: string) {
  const memory = memoryClients(librarySubgraphs)
  const openClient: OpenClient = (subgraph, url) => ({
    ...memory(subgraph, url),
    ...(subgraph === name && {
      send: () =>
        Promise.reject(new GravityError('SUBGRAPH_UNAVAILABLE', 'http://10.0.0.7 is down')),
    }),
  })
  return startGraph(librarySubgraphs, { openClient })
}

function pathsAndExtensions(errors: readonly object[] = []): object[] {
  return errors.map((error) => ({ ...error, message: undefined }))
}

describe('a subgraph that is away', () => {
  it('leaves the rest of the answer, with an error at each of its fields', async () => {
    const graph = await without('people')

    const { data, errors } = await ask(
      graph,
      '{ topReviews { stars by { id x: nickname } } nothing { id } }',
    )

    expect(data).toEqual({
      topReviews: [
        { stars: 5, by: { id: '1', x: null } },
        { stars: 1, by: { id: '2', x: null } },
        { stars: 5, by: { id: '1', x: null } },
        { stars: 1, by: { id: '2', x: null } },
      ],
      nothing: null,
    })
    expect(errors?.[0]?.message).toBe('This part of the answer is not available at the moment.')
    expect(pathsAndExtensions(errors)).toEqual([
      { path: ['topReviews', 0, 'by', 'x'], extensions: away },
      { path: ['topReviews', 1, 'by', 'x'], extensions: away },
      { path: ['topReviews', 2, 'by', 'x'], extensions: away },
      { path: ['topReviews', 3, 'by', 'x'], extensions: away },
      { path: ['nothing'], extensions: away },
    ])
  })

  it('is reported at the fields that require what it knows', async () => {
    const graph = await without('catalogue')

    const { data, errors } = await ask(
      graph,
      '{ copy(house: "N", number: 1) { number item { id ... on Book { shippingCost } } } }',
    )

    expect(data).toEqual({ copy: null })
    expect(pathsAndExtensions(errors)).toEqual([
      { path: ['copy', 'item', 'shippingCost'], extensions: away },
    ])
  })

  it('is not reported where conditions leave its fields out', async () => {
    const graph = await without('people')
    const query = 'query ($yes: Boolean!) { topReviews { by { id nickname @skip(if: $yes) } } }'

    const { errors } = await ask(graph, query, { variables: { yes: true } })

    expect(errors).toBeUndefined()
  })

  it('takes the whole answer only where nulls may not stand', async () => {
    const graph = await without('reviews')

    const { data, errors } = await ask(graph, '{ items { title reviews { id } } }')

    expect(data).toBeNull()
    expect(pathsAndExtensions(errors)).toEqual([
      { path: ['items', 0, 'reviews'], extensions: away },
    ])
  })
})

describe('errors of subgraphs', () => {
  it('stand at the path that the client knows, in every place of the entity', async () => {
    const graph = await startGraph(librarySubgraphs)

    const { data, errors } = await ask(
      graph,
      '{ topReviews { writer: by { id } } items { ... on Film { director { n: nickname } } } }',
    )

    expect(data).toMatchObject({ items: [{}, {}, {}, { director: {} }, { director: { n: null } }] })
    expect(errors).toEqual([
      {
        message: 'No nickname',
        path: ['items', 4, 'director', 'n'],
        extensions: { code: 'NOT_FOUND', requestId },
      },
    ])
  })

  it('stand where the failure was, when its null has risen to the entity', async () => {
    const graph = await startGraph(librarySubgraphs)

    const { data, errors } = await ask(
      graph,
      '{ search(text: "person 2") { ... on Person { nickname e: email } } }',
    )

    expect(data).toBeNull()
    expect(pathsAndExtensions(errors)).toEqual([
      { path: ['search', 0, 'e'], extensions: { code: 'NOT_FOUND', requestId } },
    ])
  })

  it('keep their code and lose what is internal', async () => {
    const subgraphs = [
      {
        name: 'internal',
        sdl: 'type Query { secret: String refused: String }',
        resolvers: {
          Query: {
            secret: () => {
              throw new Error('select * from users at postgres://10.0.0.1')
            },
            refused: () => {
              const extensions = { retryAfterSeconds: 3, stacktrace: ['at x.ts:1'] }
              throw new GravityError('RATE_LIMITED', 'Try again later', { extensions })
            },
          },
        },
      },
    ]
    const graph = await startGraph(subgraphs)

    const { data, errors } = await ask(graph, '{ secret refused }')

    expect(data).toEqual({ secret: null, refused: null })
    expect(errors).toEqual([
      {
        message: 'Something went wrong here; the request id leads to the cause in the log.',
        path: ['secret'],
        extensions: broken,
      },
      {
        message: 'Try again later',
        path: ['refused'],
        extensions: { code: 'RATE_LIMITED', retryAfterSeconds: 3, requestId },
      },
    ])
  })
})

describe('values that do not fit the schema', () => {
  const answers: Record<string, unknown> = {
    list: 'no list',
    object: 7,
    number: 'seven',
    real: Number.POSITIVE_INFINITY,
    required: null,
    items: ['a', null],
  }
  const openClient: OpenClient = (name, url) => ({
    ...memoryClients(subgraphs)(name, url),
    send: async ({ operation }) => ({
      data: Object.fromEntries(
        Object.entries(answers).filter(([field]) => operation.text.includes(field)),
      ),
      errors: [],
    }),
  })
  const subgraphs = [
    {
      name: 'odd',
      sdl: `type Query { list: [String] object: Thing number: Int real: Float required: String! items: [String!] }
        type Thing { a: Int }`,
      resolvers: {},
    },
  ]

  it.each([
    ['list', ['list'], { list: null }],
    ['object { a }', ['object'], { object: null }],
    ['number', ['number'], { number: null }],
    ['real', ['real'], { real: null }],
    ['required', ['required'], null],
    ['items', ['items', 1], { items: null }],
  ])('become null with an error: %s', async (selection, path, data) => {
    const graph = await startGraph(subgraphs, { openClient })

    const answer = await ask(graph, `{ ${selection} }`)

    expect(answer.data).toEqual(data)
    expect(pathsAndExtensions(answer.errors)).toEqual([{ path, extensions: broken }])
  })
})
