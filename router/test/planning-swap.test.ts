import { eventually } from '@gravity/shared/testing/eventually'
import { describe, expect, it } from '@jest/globals'
import { createChangingSource } from './changing-source.ts'
import { ask, memoryClients, startGraph, type TestSubgraph, watched } from './execution-graph.ts'

function subgraph(name: string, field: string, resolve: () => unknown = () => field): TestSubgraph {
  return {
    name,
    sdl: `type Query { ${field}: String }`,
    resolvers: { Query: { [field]: resolve } },
  }
}

describe('a change of the schema', () => {
  it('serves new requests, and lets running ones finish over the old schema', async () => {
    const gate = Promise.withResolvers<string>()
    const old = subgraph('old', 'before', () => gate.promise)
    const next = subgraph('next', 'after')
    const { source, swap } = createChangingSource([old])
    const graph = await startGraph([old, next], { source })
    let changes = 0
    graph.onSchemaChange(() => {
      changes += 1
    })
    const running = ask(graph, '{ before }')

    await swap([next])

    await eventually(() => expect(changes).toBe(1))
    expect(await ask(graph, '{ after }')).toEqual({ data: { after: 'after' } })
    expect(await ask(graph, '{ before }')).toMatchObject({
      errors: [{ message: 'Cannot query field "before" on type "Query".' }],
    })
    gate.resolve('still here')
    expect(await running).toEqual({ data: { before: 'still here' } })
    expect(Object.keys(graph.checks())).toEqual(['next'])
    await graph.stop()
  })

  it('that cannot be served leaves the last good one', async () => {
    const { source, change } = createChangingSource([subgraph('old', 'before')])
    const graph = await startGraph([subgraph('old', 'before')], { source })

    change('this is no schema')

    expect(await ask(graph, '{ before }')).toEqual({ data: { before: 'before' } })
    await graph.stop()
  })

  it('closes the clients of subgraphs that are gone, and keeps the others', async () => {
    const closed: string[] = []
    const subgraphs = [subgraph('stays', 'a'), subgraph('goes', 'b')]
    const memory = memoryClients(subgraphs)
    const { source, swap } = createChangingSource(subgraphs)
    const graph = await startGraph(subgraphs, {
      source,
      openClient: (name, url) => ({
        ...memory(name, url),
        close: async () => void closed.push(name),
      }),
    })

    await swap([subgraph('stays', 'a')])

    await eventually(() => expect(closed).toEqual(['goes']))
    expect(await ask(graph, '{ a }')).toEqual({ data: { a: 'a' } })
    await graph.stop()
    expect(closed).toEqual(['goes', 'stays'])
  })

  it('prepares again what was asked for last', async () => {
    const before = [subgraph('one', 'a')]
    const after = [subgraph('one', 'a'), subgraph('two', 'b')]
    const { openClient } = watched(memoryClients(after))
    const { source, swap } = createChangingSource(before)
    const graph = await startGraph(after, { source, openClient })
    const request = {
      query: '{ a }',
      operationName: undefined,
      variables: {},
      extensions: undefined,
    }
    const old = await graph.prepare(request)

    await swap(after)

    await eventually(async () => expect((await graph.prepare(request)) === old).toBe(false))
    expect(await ask(graph, '{ a b }')).toEqual({ data: { a: 'a', b: 'b' } })
    await graph.stop()
  })
})
