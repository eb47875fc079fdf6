import { eventually } from '@gravity/shared/testing/eventually'
import { describe, expect, it } from '@jest/globals'
import { createClient } from 'graphql-ws'
import { WebSocket } from 'ws'
import { createChangingSource } from './changing-source.ts'
import { memoryClients, type TestSubgraph } from './execution-graph.ts'
import { openTestRouter } from './opened-router.ts'

/** A graph of two fields and a subscription, all held back until they are let, and one that takes its place. */
async function start() {
  const { promise: opened, resolve: open } = Promise.withResolvers<void>()
  const asked = { before: 0 }
  const before: TestSubgraph = {
    name: 'before',
    sdl: 'type Query { before: String } type Subscription { ticked: String }',
    resolvers: {
      Query: {
        before() {
          asked.before += 1
          return opened.then(() => 'still here')
        },
      },
      Subscription: {
        ticked: {
          async *subscribe() {
            yield { ticked: 'begun' }
            await opened
            yield { ticked: 'gone on' }
          },
        },
      },
    },
  }
  const after: TestSubgraph = {
    name: 'after',
    sdl: 'type Query { after: String }',
    resolvers: { Query: { after: () => 'after' } },
  }
  const changing = createChangingSource([before])
  const openClient = memoryClients([before, after])
  const options = { source: changing.source, openClient }
  const router = await openTestRouter([before], {}, options)
  const client = createClient({
    url: router.graphql.replace('http', 'ws'),
    webSocketImpl: WebSocket,
    retryAttempts: 0,
  })
  return {
    ...changing,
    asked,
    after,
    open,
    router,
    client,
    async [Symbol.asyncDispose]() {
      await client.dispose()
      await router.stop()
    },
  }
}

describe('a change of the schema', () => {
  it('drops no request, no socket and no subscription', async () => {
    await using it = await start()
    const { router, client } = it
    const events = client.iterate({ query: 'subscription { ticked }' })
    expect((await events.next()).value).toEqual({ data: { ticked: 'begun' } })
    const running = router.ask('{ before }')
    const onSocket = client.iterate({ query: '{ before }' }).next()
    await eventually(() => expect(it.asked.before).toBe(2))

    await it.swap([it.after])

    await eventually(async () =>
      expect(await router.ask('{ after }')).toEqual({ data: { after: 'after' } }),
    )
    expect((await client.iterate({ query: '{ after }' }).next()).value).toEqual({
      data: { after: 'after' },
    })
    expect(await router.ask('{ before }')).toMatchObject({
      errors: [{ message: 'Cannot query field "before" on type "Query".' }],
    })
    it.open()
    expect(await running).toEqual({ data: { before: 'still here' } })
    expect((await onSocket).value).toEqual({ data: { before: 'still here' } })
    expect((await events.next()).value).toEqual({ data: { ticked: 'gone on' } })
  })

  it('that cannot be served leaves the last good one', async () => {
    await using it = await start()

    it.change('this is no schema')
    it.change('type Query { after: String }')
    it.open()

    expect(await it.router.ask('{ before }')).toEqual({ data: { before: 'still here' } })
    const ready = await fetch(`${it.router.url}/health/ready`)
    expect(ready.status).toBe(200)
  })
})
