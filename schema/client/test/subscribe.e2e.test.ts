import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { WebSocket } from 'ws'
import { MessageAddedDocument } from '../src/generated/documents.ts'
import type { GravityClient, GravityClientOptions } from '../src/gravity-client.ts'
import { createMemorySessionStorage } from '../src/session-storage.ts'
import { follow, signedInClient, take } from './subscriber.ts'
import { coded, TestGraph } from './test-graph.ts'

let graph: TestGraph
const clients: GravityClient[] = []

function clientOf(options: Partial<GravityClientOptions> = {}): GravityClient {
  const client = signedInClient(graph, options)
  clients.push(client)
  return client
}

beforeEach(async () => {
  graph = await new TestGraph().start()
})

afterEach(async () => {
  for (const client of clients.splice(0)) client.close()
  await graph.stop()
})

describe('subscribe', () => {
  it('gives every event in its order, from the start it was given', async () => {
    graph.room.send('before')
    const messages = follow(clientOf())
    expect(await take(messages, 1)).toEqual(['before'])

    graph.room.send('one')
    graph.room.send('two')

    expect(await take(messages, 2)).toEqual(['one', 'two'])
    expect(graph.socketAuthorizations).toEqual([expect.stringMatching(/^Bearer access-/)])
  })

  it('shares one socket between the subscriptions of a client', async () => {
    const client = clientOf()
    graph.room.send('hello')

    const all = await Promise.all([take(follow(client), 1), take(follow(client), 1)])

    expect(all).toEqual([['hello'], ['hello']])
    expect(graph.socketAuthorizations).toHaveLength(1)
  })

  it('closes the socket when the last reader has left', async () => {
    graph.room.send('only')
    const client = clientOf()

    for await (const event of follow(client)) {
      expect(event.messageAdded.author.displayName).toBe('Ada')
      break
    }

    await graph.socketsClosed()
    expect(graph.openSockets).toBe(0)
  })

  it('ends without an error when its signal aborts', async () => {
    const leaving = new AbortController()
    const messages = clientOf().subscribe(
      MessageAddedDocument,
      { roomId: 'room' },
      { signal: leaving.signal },
    )

    leaving.abort()

    expect(await messages.next()).toEqual({ done: true, value: undefined })
  })

  it('ends without an error when the client is closed', async () => {
    const client = clientOf()
    graph.room.send('one')
    const messages = follow(client)
    await take(messages, 1)

    client.close()

    expect(await messages.next()).toEqual({ done: true, value: undefined })
  })

  it('works with the WebSocket of the ws package', async () => {
    graph.room.send('one')

    expect(await take(follow(clientOf({ webSocketImpl: WebSocket })), 1)).toEqual(['one'])
  })

  it.each([coded('FORBIDDEN'), coded('NOT_FOUND'), coded('BAD_USER_INPUT')])(
    'throws a refusal that stays: %s',
    async (refusal) => {
      graph.refusals.push(refusal)

      const messages = follow(clientOf())

      const { code } = refusal.extensions
      await expect(messages.next()).rejects.toMatchObject({ name: 'GravityClientError', code })
      expect(await messages.next()).toEqual({ done: true, value: undefined })
    },
  )

  it('throws UNAUTHENTICATED when nobody is signed in', async () => {
    graph.refusals.push(coded('UNAUTHENTICATED'))
    const client = clientOf({ sessionStorage: createMemorySessionStorage() })

    await expect(follow(client).next()).rejects.toMatchObject({ code: 'UNAUTHENTICATED' })
  })
})

describe('reconnection', () => {
  it('loses and repeats nothing when the connection is cut', async () => {
    const messages = follow(clientOf())
    graph.room.send('one')
    expect(await take(messages, 1)).toEqual(['one'])

    graph.cutSockets()
    graph.room.send('two')
    graph.room.send('three')

    expect(await take(messages, 2)).toEqual(['two', 'three'])
    expect(graph.startedAfter).toEqual([0, 1])
  })

  it.each([1000, 1001, 1012, 1013, 4408, 4500])('survives a close with %i', async (code) => {
    const messages = follow(clientOf())
    graph.room.send('one')
    await take(messages, 1)

    graph.closeSockets(code, 'Away')
    graph.room.send('two')

    expect(await take(messages, 1)).toEqual(['two'])
    expect(graph.startedAfter).toEqual([0, 1])
  })

  it('goes on when the server has been away for a while', async () => {
    let interruptions = 0
    const messages = follow(clientOf(), () => {
      interruptions += 1
      if (interruptions === 4) void graph.start()
    })
    graph.room.send('one')
    await take(messages, 1)

    await graph.stop()
    graph.room.send('two')

    expect(await take(messages, 1)).toEqual(['two'])
    expect(interruptions).toBeGreaterThanOrEqual(4)
  })

  it('waits for a server that is not there yet', async () => {
    await graph.stop()
    const messages = follow(clientOf(), () => void (graph.openSockets || graph.start()))
    graph.room.send('one')

    expect(await take(messages, 1)).toEqual(['one'])
  })

  it('asks again when a service behind the graph is away for a moment', async () => {
    graph.refusals.push(coded('SUBGRAPH_UNAVAILABLE'), coded('RATE_LIMITED'))
    graph.room.send('one')

    expect(await take(follow(clientOf()), 1)).toEqual(['one'])
    expect(graph.startedAfter).toEqual([0, 0, 0])
  })

  it('gives up when the graph keeps failing', async () => {
    graph.refusals.push(...Array.from({ length: 50 }, () => coded('INTERNAL_SERVER_ERROR')))

    await expect(follow(clientOf()).next()).rejects.toMatchObject({
      code: 'INTERNAL_SERVER_ERROR',
    })
  })

  it('notices a connection that has died without a word', async () => {
    const messages = follow(clientOf({ pingEveryMs: 20, pongWithinMs: 50 }))
    graph.room.send('one')
    await take(messages, 1)

    graph.freezeSockets()
    graph.room.send('two')

    expect(await take(messages, 1)).toEqual(['two'])
    expect(graph.startedAfter).toEqual([0, 1])
  })
})
