import { once } from 'node:events'
import { eventually } from '@gravity/shared/testing/eventually'
import { describe, expect, it } from '@jest/globals'
import { WebSocket } from 'ws'
import { type RunningRouter, startRouter } from './running-router.ts'

interface OpenSocket {
  readonly messages: string[]
  readonly closed: Promise<number>
  send(id: string, query: string): void
}

async function openSocket(router: RunningRouter): Promise<OpenSocket> {
  const socket = new WebSocket(router.socketUrl, ['graphql-transport-ws'])
  const messages: string[] = []
  socket.on('message', (message) => messages.push(message.toString()))
  const closed = once(socket, 'close').then(([code]) => Number(code))
  await once(socket, 'open')
  socket.send('{"type":"connection_init"}')
  await eventually(() => expect(messages).toContain('{"type":"connection_ack"}'))
  return {
    messages,
    closed,
    send: (id, query) => socket.send(JSON.stringify({ id, type: 'subscribe', payload: { query } })),
  }
}

describe('a router that stops', () => {
  it('answers what is in flight and accepts nothing new', async () => {
    const router = await startRouter()
    const answer = router.post({ query: '{ slow(ms: 300) }' })
    await eventually(() => expect(router.graph.running).toContain('slow'))

    const stopped = router.stop()

    await expect(router.post({ query: '{ hello }' })).rejects.toThrow()
    const response = await answer
    expect(response.headers.get('connection')).toBe('close')
    expect(await response.json()).toEqual({ data: { slow: 'done' } })
    await stopped
    expect(router.graph.stopped()).toBe(true)
  })

  it('cuts off what takes longer than the grace', async () => {
    const router = await startRouter({ config: { stopGraceMs: 100 } })
    const answer = expect(router.post({ query: '{ patience }' })).rejects.toThrow()
    await eventually(() => expect(router.graph.running).toContain('patience'))

    await router.stop()

    await answer
    await eventually(() => expect(router.graph.running.size).toBe(0))
  })

  it('closes sockets with 1001, those with a query in flight after its answer', async () => {
    const router = await startRouter()
    const [subscribed, asking] = await Promise.all([openSocket(router), openSocket(router)])
    subscribed.send('1', 'subscription { published }')
    asking.send('2', '{ slow(ms: 300) }')
    await eventually(() => expect(router.graph.running.size).toBe(2))

    const stopped = router.stop()

    expect(await subscribed.closed).toBe(1001)
    expect(await asking.closed).toBe(1001)
    // Without `complete`: the subscription is not over, and clients open it again elsewhere.
    expect(subscribed.messages).toHaveLength(1)
    expect(asking.messages).toContain('{"id":"2","type":"next","payload":{"data":{"slow":"done"}}}')
    await stopped
  })

  it('ends event streams without completing them', async () => {
    const router = await startRouter()
    const response = await router.post(
      { query: 'subscription { published }' },
      { accept: 'text/event-stream' },
    )

    const stopped = router.stop()

    expect(await response.text()).toBe(':\n\n')
    await stopped
  })

  it('does not wait for idle connections', async () => {
    const router = await startRouter({ config: { stopGraceMs: 60_000 } })
    await router.post({ query: '{ hello }' }).then((response) => response.text())

    await router.stop()

    expect(router.graph.stopped()).toBe(true)
  })
})
