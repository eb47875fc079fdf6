import { eventually } from '@gravity/shared/testing/eventually'
import { describe, expect, it } from '@jest/globals'
import type { TestSubgraph } from './execution-graph.ts'
import { type OpenedRouter, openTestRouter } from './opened-router.ts'
import { reasonsOf } from './traffic-router.ts'

/** A subgraph of this process whose field answers when it is let, and one that answers at once. */
function createHall() {
  const { promise: opened, resolve: open } = Promise.withResolvers<void>()
  const hall = { inside: 0, most: 0, open }
  const subgraphs: readonly TestSubgraph[] = [
    {
      name: 'hall',
      sdl: 'type Query { hall(n: Int): String }',
      resolvers: {
        Query: {
          async hall() {
            hall.inside += 1
            hall.most = Math.max(hall.most, hall.inside)
            await opened
            hall.inside -= 1
            return 'open'
          },
        },
      },
    },
    { name: 'yard', sdl: 'type Query { yard: String }', resolvers: { Query: { yard: () => 'y' } } },
  ]
  return Object.assign(hall, { subgraphs })
}

async function metric({ url }: OpenedRouter, series: string): Promise<number | undefined> {
  const lines = (await (await fetch(`${url}/metrics`)).text()).split('\n')
  const line = lines.find((each) => each.startsWith(`gravity_router_subgraph_${series}`))
  return line === undefined ? undefined : Number(line.slice(line.lastIndexOf(' ')))
}

const traffic = (value: object): NodeJS.ProcessEnv => ({
  GRAVITY_ROUTER_TRAFFIC: JSON.stringify(value),
})

describe('a subgraph of this process', () => {
  it('that misses the deadline that was asked for costs its part of the answer', async () => {
    const hall = createHall()
    await using router = await openTestRouter(
      hall.subgraphs,
      traffic({ subgraphs: { hall: { deadlineMs: 50 } } }),
    )

    const answer = await router.ask('{ hall yard }')

    expect(answer.data).toEqual({ hall: null, yard: 'y' })
    expect(reasonsOf(answer)).toEqual([['hall', 'SUBGRAPH_UNAVAILABLE', 'DEADLINE']])
    expect(await metric(router, 'attempts_total{subgraph="hall",outcome="failed"}')).toBe(1)
    hall.open()
    expect(await router.ask('{ hall }')).toEqual({ data: { hall: 'open' } })
    expect(await metric(router, 'attempts_total{subgraph="hall",outcome="answered"}')).toBe(1)
    expect(await metric(router, 'in_flight{subgraph="hall"}')).toBe(0)
  })

  it('gets as many calls at once as were asked for, and the others wait for their turn', async () => {
    const hall = createHall()
    await using router = await openTestRouter(hall.subgraphs, {
      GRAVITY_ROUTER_SUBGRAPH_CONCURRENCY: '2',
    })

    const asked = [1, 2, 3, 4, 5].map((n) => router.ask(`{ hall(n: ${n}) }`))
    await eventually(async () => expect(await metric(router, 'waiting{subgraph="hall"}')).toBe(3))
    hall.open()
    const answers = await Promise.all(asked)

    expect(answers).toEqual(asked.map(() => ({ data: { hall: 'open' } })))
    expect(hall.most).toBe(2)
  })

  it('refuses at once what finds no room to wait', async () => {
    const hall = createHall()
    await using router = await openTestRouter(
      hall.subgraphs,
      traffic({ all: { concurrency: 1, queue: 0 } }),
    )

    const first = router.ask('{ hall }')
    await eventually(() => expect(hall.inside).toBe(1))
    const second = await router.ask('{ hall(n: 2) yard }')
    hall.open()

    expect(second.data).toEqual({ hall: null, yard: 'y' })
    expect(reasonsOf(second)).toEqual([['hall', 'SUBGRAPH_UNAVAILABLE', 'OVERLOADED']])
    expect(await first).toEqual({ data: { hall: 'open' } })
    expect(await metric(router, 'attempts_total{subgraph="hall",outcome="refused"}')).toBe(1)
  })

  it('makes room when a client leaves', async () => {
    const hall = createHall()
    await using router = await openTestRouter(
      hall.subgraphs,
      traffic({ all: { concurrency: 1, deadlineMs: 60_000 } }),
    )
    const leaving = new AbortController()
    const left = fetch(`${router.graphql}?query=${encodeURIComponent('{ hall }')}`, {
      signal: leaving.signal,
    })
    await eventually(() => expect(hall.inside).toBe(1))
    const next = router.ask('{ hall(n: 2) }')
    await eventually(async () => expect(await metric(router, 'waiting{subgraph="hall"}')).toBe(1))

    leaving.abort()
    await expect(left).rejects.toThrow()
    await eventually(() => expect(hall.inside).toBe(2))
    hall.open()

    expect(await next).toEqual({ data: { hall: 'open' } })
    expect(await metric(router, 'attempts_total{subgraph="hall",outcome="abandoned"}')).toBe(1)
  })

  it('is called without any of it when nothing was asked for', async () => {
    const hall = createHall()
    hall.open()
    await using router = await openTestRouter(hall.subgraphs, traffic({ all: { retries: {} } }))

    expect(await router.ask('{ hall }')).toEqual({ data: { hall: 'open' } })

    expect(await metric(router, 'attempts_total{subgraph="hall"')).toBeUndefined()
  })
})
