import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { eventually } from '@gravity/shared/testing/eventually'
import { describe, expect, it } from '@jest/globals'
import { z } from 'zod'
import type { ObservePreparation } from '../src/planning/preparation.ts'
import { createChangingSource } from './changing-source.ts'
import { ask, startGraph, type TestSubgraph } from './execution-graph.ts'
import { librarySubgraphs } from './execution-library.ts'
import { openTestRouter } from './opened-router.ts'

async function aFolder() {
  const path = await mkdtemp(join(tmpdir(), 'gravity-warm-'))
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }) }
}

/** Counts the plans that are made. */
function aCounter() {
  let plans = 0
  const observePreparation: ObservePreparation = (kind) => {
    if (kind === 'plan') plans += 1
    return () => undefined
  }
  return { observePreparation, plans: () => plans }
}

const memoryShape = z.object({
  operations: z.array(z.object({ query: z.string(), operationName: z.string().optional() })),
})

async function rememberedQueries(file: string): Promise<string[]> {
  const { operations } = memoryShape.parse(JSON.parse(await readFile(file, 'utf8')))
  return operations.map(({ query }) => query)
}

describe('the operations of the last run', () => {
  it('are prepared at the next start, with the variants that were needed', async () => {
    await using folder = await aFolder()
    const warming = { file: join(folder.path, 'router', 'operations.json') }
    const query = 'query ($with: Boolean!) { people { name id @include(if: $with) } }'
    const first = await startGraph(librarySubgraphs, { warming })
    await ask(first, query, { variables: { with: true } })
    await ask(first, query, { variables: { with: false } })
    await ask(first, '{ echo }')
    await first.stop()

    const counter = aCounter()
    const second = await startGraph(librarySubgraphs, { warming, ...counter })
    await eventually(() => expect(counter.plans()).toBe(3))
    await ask(second, query, { variables: { with: true } })
    await ask(second, query, { variables: { with: false } })
    await ask(second, '{ echo }')

    expect(counter.plans()).toBe(3)
    await second.stop()
  })

  it('are remembered without what may be a secret, in a file for nobody else', async () => {
    await using folder = await aFolder()
    const file = join(folder.path, 'operations.json')
    const byVariable = 'query ($id: ID!) { person(id: $id) { name } }'
    const router = await openTestRouter(librarySubgraphs, {}, { operationsFile: file })
    await router.ask(byVariable, { variables: { id: 'secret of a variable' } })
    await router.ask('{ person(id: "secret of a document") { name } }')
    await router.ask('{ refused }')
    await router.stop()

    expect(await rememberedQueries(file)).toEqual([byVariable])
    expect(await readFile(file, 'utf8')).not.toContain('secret')
    expect((await stat(file)).mode & 0o777).toBe(0o600)
  })

  it('are forgotten when the file is none', async () => {
    await using folder = await aFolder()
    const file = join(folder.path, 'operations.json')
    await writeFile(file, '{"version":1,"operations":[{"query":')

    const router = await openTestRouter(librarySubgraphs, {}, { operationsFile: file })
    expect(await router.ask('{ echo }')).toEqual({ data: { echo: '{"number":3}' } })
    await router.stop()

    expect(await rememberedQueries(file)).toEqual(['{ echo }'])
  })

  it('are kept by a run that is asked for others', async () => {
    await using folder = await aFolder()
    const warming = { file: join(folder.path, 'operations.json') }
    for (const query of ['{ echo }', '{ people { name } }']) {
      const graph = await startGraph(librarySubgraphs, { warming })
      await ask(graph, query)
      await graph.stop()
    }

    expect(await rememberedQueries(warming.file)).toHaveLength(2)
  })
})

describe('the documents of a safelist', () => {
  it('are prepared at the start', async () => {
    await using folder = await aFolder()
    const path = join(folder.path, 'safelist.json')
    await writeFile(
      path,
      JSON.stringify({ a: 'query Echo { echo }', b: 'query People { people { name } }' }),
    )
    const counter = aCounter()
    const documents = async () => ['query Echo { echo }', 'query People { people { name } }']
    const graph = await startGraph(librarySubgraphs, { warming: { documents }, ...counter })

    await eventually(() => expect(counter.plans()).toBe(2))
    await ask(graph, 'query Echo { echo }', { operationName: 'Echo' })

    expect(counter.plans()).toBe(2)
    await graph.stop()
    await using router = await openTestRouter(librarySubgraphs, {
      GRAVITY_ROUTER_SAFELIST: 'enforce',
      GRAVITY_ROUTER_SAFELIST_FILE: path,
    })
    await eventually(async () => {
      const metrics = await (await fetch(`${router.url}/metrics`)).text()
      expect(metrics).toMatch(
        /^gravity_router_preparation_duration_seconds_count\{.*"plan".*\} 2$/m,
      )
    })
  })
})

function aSubgraph(field: string): TestSubgraph {
  return {
    name: 'one',
    sdl: `type Query { same: Int ${field}: Int }`,
    resolvers: { Query: { same: () => 1, [field]: () => 2 } },
  }
}

describe('a new schema', () => {
  it('is served when the operations are ready for it', async () => {
    const counter = aCounter()
    const { source, swap } = createChangingSource([aSubgraph('old')])
    const graph = await startGraph([aSubgraph('next')], { source, ...counter })
    const queries = Array.from({ length: 20 }, (_, number) => `{ a${number}: same }`)
    for (const query of queries) await ask(graph, query)
    const plansWhenServed: number[] = []
    graph.onSchemaChange(() => plansWhenServed.push(counter.plans()))

    await swap([aSubgraph('next')])
    await eventually(() => expect(plansWhenServed).toEqual([40]))
    for (const query of queries) await ask(graph, query)

    expect(counter.plans()).toBe(40)
    expect(await ask(graph, '{ next }')).toEqual({ data: { next: 2 } })
    await graph.stop()
  })

  it('does not wait for them for ever', async () => {
    const { source, swap } = createChangingSource([aSubgraph('old')])
    const graph = await startGraph([aSubgraph('next')], { source, warming: { waitMs: 0 } })
    for (let number = 0; number < 20; number += 1) await ask(graph, `{ a${number}: same }`)

    await swap([aSubgraph('next')])

    await eventually(async () =>
      expect(await ask(graph, '{ next }')).toEqual({ data: { next: 2 } }),
    )
    await graph.stop()
  })

  it('gives way to a newer one that comes while it is being prepared', async () => {
    const { source, swap } = createChangingSource([aSubgraph('old')])
    const graph = await startGraph([aSubgraph('newest')], { source })
    for (let number = 0; number < 50; number += 1) await ask(graph, `{ a${number}: same }`)
    let last: string | undefined
    graph.onSchemaChange(() => {
      last = graph.supergraphSdl()
    })

    await Promise.all([swap([aSubgraph('newer')]), swap([aSubgraph('newest')])])

    await eventually(async () =>
      expect(await ask(graph, '{ newest }')).toEqual({ data: { newest: 2 } }),
    )
    expect(last).toContain('newest:')
    await graph.stop()
  })
})
