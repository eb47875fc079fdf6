import { ApolloServer } from '@apollo/server'
import { afterAll, describe, expect, it } from '@jest/globals'
import { createGateway } from '../src/gateway.ts'
import { createReferenceGateway } from '../src/reference/reference-gateway.ts'
import { anIdentity, memoryClients, startGraph } from './execution-graph.ts'
import { librarySubgraphs } from './execution-library.ts'

const graph = await startGraph(librarySubgraphs)
const reference = await createReferenceGateway({
  supergraphSdl: graph.supergraphSdl(),
  openClient: memoryClients(librarySubgraphs),
  identityOf: () => anIdentity(),
})
const apollo = new ApolloServer({ gateway: reference })
const gravity = new ApolloServer({ gateway: createGateway(graph) })

afterAll(async () => {
  await apollo.stop()
  await gravity.stop()
})

async function answerOf(server: ApolloServer, query: string, variables: Record<string, unknown>) {
  const { body } = await server.executeOperation({ query, variables })
  if (body.kind !== 'single') throw new Error('Expected a single result')
  return body.singleResult
}

const queries = [
  '{ people { id name tags friends { id reviews { stars of { id title } } } } }',
  '{ items { id title rating ... on Book { shippingCost author { name } } ... on Film { director { email } } } }',
  'query ($first: Int, $yes: Boolean!) { items { reviews(first: $first) { id @skip(if: $yes) } } }',
  '{ search(text: "1") { __typename ... on Person { name } ... on Item { id title } } }',
  '{ shelves { id title } copies { house { code city } item { id rating } } }',
  '{ person(id: "1") { loans { number } } broken nothing { id } }',
]

describe('createGateway', () => {
  it.each(queries)('lets Apollo Server answer like the stock gateway: %s', async (query) => {
    const variables = { first: 1, yes: true }

    const ours = await answerOf(gravity, query, variables)
    const theirs = await answerOf(apollo, query, variables)

    expect(JSON.parse(JSON.stringify(ours.data))).toEqual(JSON.parse(JSON.stringify(theirs.data)))
    expect(ours.errors?.map(({ path }) => path)).toEqual(theirs.errors?.map(({ path }) => path))
  })

  it('tells Apollo Server what is wrong with a request', async () => {
    const { data, errors } = await answerOf(
      gravity,
      'query ($id: ID!) { person(id: $id) { id } }',
      {
        id: null,
      },
    )

    expect(data).toBeUndefined()
    expect(errors).toMatchObject([{ extensions: { code: 'BAD_USER_INPUT' } }])
  })
})
