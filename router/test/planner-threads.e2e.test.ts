import { Worker } from 'node:worker_threads'
import { eventually } from '@gravity/shared/testing/eventually'
import { silentLog } from '@gravity/shared/testing/silent-log'
import { afterEach, describe, expect, it } from '@jest/globals'
import { parse } from 'graphql'
import { PlannerThreads } from '../src/planning/planner-threads.ts'
import { composedSource } from '../src/supergraph/composed-source.ts'
import type { TestSubgraph } from './execution-graph.ts'
import { librarySubgraphs } from './execution-library.ts'
import { openTestRouter } from './opened-router.ts'

/** Six subgraphs that could all answer nearly everything: the planner has a great many ways to compare. */
const tangle: readonly TestSubgraph[] = ['a', 'b', 'c', 'd', 'e', 'f'].map((name) => ({
  name,
  sdl: `
    extend schema @link(url: "https://specs.apollo.dev/federation/v2.7", import: ["@key", "@shareable"])
    type Query { node: Node @shareable }
    type Node @key(fields: "v") {
      v: Int @shareable
      left: Node @shareable
      right: Node @shareable
      only_${name}: Int
    }`,
  resolvers: { Query: { node: () => ({ v: 1 }) }, Node: { [`only_${name}`]: () => 2 } },
}))

/** Selects a tree of nodes; each level doubles the work of the planner. */
function tree(depth: number): string {
  if (depth === 0) return '{ v only_a }'
  return `{ l${depth}: left ${tree(depth - 1)} r${depth}: right ${tree(depth - 1)} v }`
}

const wide = {
  GRAVITY_ROUTER_TOKENS: '100000',
  GRAVITY_ROUTER_ALIASES: '100000',
  GRAVITY_ROUTER_FIELDS: '100000',
}

describe('a router that plans on a thread', () => {
  it('answers as ever', async () => {
    await using router = await openTestRouter(librarySubgraphs)

    expect(await router.ask('{ echo }')).toEqual({ data: { echo: '{"number":3}' } })
    expect(await router.ask('{ people { name } unknown }')).toMatchObject({
      errors: [{ message: 'Cannot query field "unknown" on type "Query".' }],
    })
  })

  it('goes on answering while it plans', async () => {
    await using router = await openTestRouter(tangle, wide)
    await router.ask('{ node { v } }')
    const planning = router.ask(`{ node ${tree(8)} }`)
    let answered = 0
    let planned = false
    void planning.then(() => {
      planned = true
    })

    while (!planned) {
      await router.ask('{ node { v } }')
      answered += 1
    }

    expect(await planning).toMatchObject({ data: { node: { v: 1 } } })
    expect(answered).toBeGreaterThan(5)
  })

  it('refuses what takes too long to plan, and plans what comes after it', async () => {
    await using router = await openTestRouter(tangle, {
      ...wide,
      GRAVITY_ROUTER_PLAN_SECONDS: '0.3',
    })
    await router.ask('{ node { v } }')

    const refused = router.ask(`{ node ${tree(11)} }`)
    const other = router.ask('{ node { v only_b } }')

    const message =
      'The operation takes longer than 0.3 s to be planned: select less, or on fewer types.'
    expect(await refused).toMatchObject({
      errors: [{ message, extensions: { code: 'BAD_USER_INPUT' } }],
    })
    expect(await other).toEqual({ data: { node: { v: 1, only_b: 2 } } })
  })

  it('plans on its own thread when it is told to', async () => {
    await using router = await openTestRouter(librarySubgraphs, {
      GRAVITY_ROUTER_PLANNER_THREADS: '0',
    })

    expect(await router.ask('{ echo }')).toEqual({ data: { echo: '{"number":3}' } })
  })
})

const workerFile = new URL('../src/planning/planner-worker.ts', import.meta.url)

/** A thread that keeps what it is asked. */
class HeardWorker extends Worker {
  readonly asked: unknown[] = []

  override postMessage(request: unknown): void {
    this.asked.push(request)
    super.postMessage(request)
  }
}

let workers: HeardWorker[] = []
afterEach(async () => {
  await Promise.all(workers.map((worker) => worker.terminate()))
  workers = []
})

async function aPool(workerOptions: { readonly megabytes?: number } = {}) {
  const { megabytes = 512 } = workerOptions
  const sdl = await composedSource(tangle).start(() => undefined)
  const pool = new PlannerThreads({
    threads: 1,
    deadlineMs: 60_000,
    log: silentLog,
    start() {
      const resourceLimits = { maxOldGenerationSizeMb: megabytes }
      const worker = new HeardWorker(workerFile, { resourceLimits })
      workers.push(worker)
      return worker
    },
  })
  return { sdl, pool, planner: pool.plannerFor(sdl) }
}

/** A supergraph with one field, and how that is planned. */
async function aSupergraphWith(field: string) {
  const sdl = `type Query { ${field}: Int }`
  const subgraph = { name: 'one', sdl, resolvers: {} }
  return {
    sdl: await composedSource([subgraph]).start(() => undefined),
    document: parse(`{ ${field} }`),
    plan: { node: { kind: 'Fetch', serviceName: 'one', operation: `{${field}}` } },
  }
}

describe('a planner thread', () => {
  const document = parse('{ node { v only_a } }')

  it('that dies is replaced, and what it was planning is planned by the next', async () => {
    const { pool, planner } = await aPool()
    await planner.plan(document)

    const planning = planner.plan(parse(`{ node ${tree(5)} }`))
    await workers[0]?.terminate()

    expect(await planning).toMatchObject({ kind: 'QueryPlan' })
    expect(workers).toHaveLength(2)
    await pool.stop()
  })

  it('that dies again and again takes only its operation with it', async () => {
    const { pool, planner } = await aPool()
    await planner.plan(document)

    const planning = planner.plan(parse(`{ node ${tree(11)} }`))
    const rejected = expect(planning).rejects.toThrow('The planner thread ended')
    await workers[0]?.terminate()
    await eventually(() => expect(workers.length).toBe(2))
    await workers[1]?.terminate()

    await rejected
    expect(await planner.plan(document)).toMatchObject({ kind: 'QueryPlan' })
    await pool.stop()
  })

  it('that runs out of memory refuses the operation', async () => {
    const { pool, planner } = await aPool({ megabytes: 32 })
    await planner.plan(document)

    await expect(planner.plan(parse(`{ node ${tree(11)} }`))).rejects.toThrow(
      'The operation takes more memory than there is to be planned: select less.',
    )
    await pool.stop()
  })

  it('plans for several supergraphs, and for all of them again when it is replaced', async () => {
    const { pool, planner } = await aPool()
    const [first, second] = [await aSupergraphWith('first'), await aSupergraphWith('second')]
    const firstPlanner = pool.plannerFor(first.sdl)
    const secondPlanner = pool.plannerFor(second.sdl)

    for (let deaths = 0; deaths < 2; deaths += 1) {
      expect(await firstPlanner.plan(first.document)).toMatchObject(first.plan)
      expect(await secondPlanner.plan(second.document)).toMatchObject(second.plan)
      expect(await planner.plan(document)).toMatchObject({ kind: 'QueryPlan' })
      expect(workers).toHaveLength(deaths + 1)
      await workers[deaths]?.terminate()
    }
    await pool.stop()
  })

  it('forgets a supergraph that has retired, and reads it again for those who are late', async () => {
    const { pool, planner } = await aPool()
    const next = await aSupergraphWith('next')
    const asked = workers[0]?.asked
    const planning = planner.plan(document)
    const nextPlanner = pool.plannerFor(next.sdl)

    planner.retire()
    expect(await planning).toMatchObject({ kind: 'QueryPlan' })
    expect(await planner.plan(document)).toMatchObject({ kind: 'QueryPlan' })
    expect(await nextPlanner.plan(next.document)).toMatchObject(next.plan)

    expect(asked).toMatchObject([
      { kind: 'open', supergraph: 0 },
      { kind: 'plan', supergraph: 0 },
      { kind: 'open', supergraph: 1 },
      { kind: 'close', supergraph: 0 },
      { kind: 'open', supergraph: 0 },
      { kind: 'plan', supergraph: 0 },
      { kind: 'close', supergraph: 0 },
      { kind: 'plan', supergraph: 1 },
    ])
    await pool.stop()
  })

  it('that cannot read a supergraph goes on planning for the others', async () => {
    const { pool, planner } = await aPool()

    await expect(pool.plannerFor('type Query { a: Int }').plan(document)).rejects.toThrow(
      'Invalid supergraph',
    )

    expect(await planner.plan(document)).toMatchObject({ kind: 'QueryPlan' })
    expect(workers).toHaveLength(1)
    await pool.stop()
  })
})
