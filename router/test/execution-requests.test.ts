import { describe, expect, it } from '@jest/globals'
import { staticSource } from '../src/supergraph/supergraph-source.ts'
import {
  benchmarkQuery,
  benchmarkResponse,
  benchmarkSubgraphs,
  benchmarkSupergraph,
} from './execution-benchmark.ts'
import { ask, memoryClients, startGraph, watched } from './execution-graph.ts'
import { librarySubgraphs } from './execution-library.ts'

async function watchedLibrary() {
  const { openClient, sent } = watched(memoryClients(librarySubgraphs))
  return { graph: await startGraph(librarySubgraphs, { openClient }), sent }
}

describe('requests to subgraphs', () => {
  it('answers the federation benchmark with six requests', async () => {
    const { openClient, sent } = watched(memoryClients(benchmarkSubgraphs))
    const source = staticSource(benchmarkSupergraph)
    const graph = await startGraph(benchmarkSubgraphs, { source, openClient })

    const answer = await ask(graph, benchmarkQuery)

    expect(answer).toEqual(benchmarkResponse)
    expect(sent.map(({ subgraph }) => subgraph)).toEqual([
      'accounts',
      'products',
      'reviews',
      'products',
      'accounts',
      'inventory',
    ])
  })

  it('asks for an entity once, however often it occurs', async () => {
    const { graph, sent } = await watchedLibrary()

    const { data } = await ask(graph, '{ topReviews { by { nickname } } }')

    expect(data).toEqual({
      topReviews: [
        { by: { nickname: 'ada' } },
        { by: { nickname: null } },
        { by: { nickname: 'ada' } },
        { by: { nickname: null } },
      ],
    })
    expect(sent).toMatchObject([
      { subgraph: 'reviews', representations: 0 },
      { subgraph: 'people', representations: 2 },
    ])
  })

  it('puts what several fields need from one subgraph into one request', async () => {
    const { graph, sent } = await watchedLibrary()

    await ask(
      graph,
      '{ items { ... on Book { author { nickname } } ... on Film { director { tags } } } }',
    )

    expect(sent.map(({ subgraph }) => subgraph)).toEqual(['catalogue', 'people'])
    expect(sent[1]?.text).toContain('_entities0:_entities(representations:$representations0)')
  })

  it('asks nobody for the schema and the type of the root', async () => {
    const { graph, sent } = await watchedLibrary()

    const { data } = await ask(
      graph,
      '{ __typename __type(name: "Genre") { enumValues { name } } }',
    )

    expect(data).toEqual({
      __typename: 'Query',
      __type: { enumValues: [{ name: 'NOVEL' }, { name: 'POEM' }] },
    })
    expect(sent).toEqual([])
  })

  it('answers the schema and other fields in one operation', async () => {
    const { graph } = await watchedLibrary()
    const query = `query ($name: String!) {
      nothing { id } type: __type(name: $name) { ...T } ... on Query { __schema { queryType { name } } }
    } fragment T on __Type { kind name }`

    const { data } = await ask(graph, query, { variables: { name: 'Person' } })

    expect(data).toEqual({
      nothing: null,
      type: { kind: 'OBJECT', name: 'Person' },
      __schema: { queryType: { name: 'Query' } },
    })
  })
})
