import type { Viewer } from '@gravity/shared/viewer/viewer'
import { describe, expect, it } from '@jest/globals'
import { readRouterConfig } from '../src/config.ts'
import { ask, memoryClients, startGraph, type TestSubgraph, watched } from './execution-graph.ts'
import { openTestRouter } from './opened-router.ts'

const link = 'https://specs.apollo.dev/federation/v2.9'

/** A field that moves from `old` to `new` while a label is on. */
function moving(label: string): readonly TestSubgraph[] {
  return [
    {
      name: 'old',
      sdl: `
        extend schema @link(url: "${link}", import: ["@key"])
        type Query { thing: Thing other: String }
        type Thing @key(fields: "id") { id: ID! moved: String price: Int }`,
      resolvers: {
        Query: { thing: () => ({ id: '1' }), other: () => 'other' },
        Thing: { moved: () => 'old' },
      },
    },
    {
      name: 'new',
      sdl: `
        extend schema @link(url: "${link}", import: ["@key", "@override"])
        type Thing @key(fields: "id") {
          id: ID!
          moved: String @override(from: "old", label: "${label}")
        }`,
      resolvers: {
        Thing: { __resolveReference: (reference: object) => reference, moved: () => 'new' },
      },
    },
  ]
}

const query = '{ thing { moved } }'

function aViewer(userId: string): Viewer {
  return { userId, sessionId: 's', roles: [], scopes: [], expiresAt: 0 }
}

describe('a label that is a percentage', () => {
  it('is on for about as many viewers, and for each of them for good', async () => {
    const graph = await startGraph(moving('percent(30)'))
    const viewers = Array.from({ length: 300 }, (_, number) => aViewer(`user-${number}`))
    const answers = async () =>
      Promise.all(viewers.map(async (viewer) => (await ask(graph, query, { viewer })).data))

    const first = await answers()

    expect(await answers()).toEqual(first)
    const moved = first.filter((data) => JSON.stringify(data) === '{"thing":{"moved":"new"}}')
    expect(moved.length).toBeGreaterThan(300 * 0.2)
    expect(moved.length).toBeLessThan(300 * 0.4)
  })

  it('stays on for a viewer while it grows', async () => {
    const less = await startGraph(moving('percent(20)'))
    const more = await startGraph(moving('percent(60)'))

    for (let number = 0; number < 50; number += 1) {
      const viewer = aViewer(`user-${number}`)
      const before = await ask(less, query, { viewer })
      if (JSON.stringify(before).includes('new')) {
        expect(await ask(more, query, { viewer })).toEqual(before)
      }
    }
  })

  it('is decided anew for strangers', async () => {
    const graph = await startGraph(moving('percent(50)'))

    const answers = new Set<string>()
    for (let number = 0; number < 100; number += 1) {
      answers.add(JSON.stringify(await ask(graph, query)))
    }

    expect(answers.size).toBe(2)
  })

  it.each([
    ['percent(0)', 'old'],
    ['percent(100)', 'new'],
  ])('%s leaves nothing to chance', async (label, moved) => {
    await using router = await openTestRouter(moving(label))

    for (let number = 0; number < 20; number += 1) {
      expect(await router.ask(query)).toEqual({ data: { thing: { moved } } })
    }
  })
})

describe('a label with a name', () => {
  it('is on as the configuration says, and off otherwise', async () => {
    await using off = await openTestRouter(moving('move-things'))
    await using on = await openTestRouter(moving('move-things'), {
      GRAVITY_ROUTER_OVERRIDE_LABELS: 'other:10, move-things:100',
    })

    expect(await off.ask(query)).toEqual({ data: { thing: { moved: 'old' } } })
    expect(await on.ask(query)).toEqual({ data: { thing: { moved: 'new' } } })
  })

  it('is on when the host of the graph says so', async () => {
    const graph = await startGraph(moving('beta'), {
      decideLabel: (label, viewer) => label === 'beta' && viewer?.userId === 'tester',
    })

    expect(await ask(graph, query, { viewer: aViewer('tester') })).toEqual({
      data: { thing: { moved: 'new' } },
    })
    expect(await ask(graph, query)).toEqual({ data: { thing: { moved: 'old' } } })
  })

  it('makes no difference to operations without its field', async () => {
    const subgraphs = moving('beta')
    const { openClient, sent } = watched(memoryClients(subgraphs))
    let asked = 0
    const graph = await startGraph(subgraphs, {
      openClient,
      decideLabel: () => {
        asked += 1
        return true
      },
    })

    await ask(graph, '{ other }')

    expect(asked).toBe(0)
    expect(sent).toHaveLength(1)
  })
})

describe('GRAVITY_ROUTER_OVERRIDE_LABELS', () => {
  it.each(['beta', 'beta:101', ':5', 'beta:-1'])('refuses %s', (labels) => {
    expect(() => readRouterConfig({ GRAVITY_ROUTER_OVERRIDE_LABELS: labels })).toThrow(
      /GRAVITY_ROUTER_OVERRIDE_LABELS .* a list such as new-search:5,move.reviews:100/,
    )
  })
})
