import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { MeDocument } from '../src/generated/documents.ts'
import type { GravityClient } from '../src/gravity-client.ts'
import { follow, signedInClient, take } from './subscriber.ts'
import { coded, TestGraph } from './test-graph.ts'

let graph: TestGraph
const clients: GravityClient[] = []

function clientOf(): GravityClient {
  const client = signedInClient(graph)
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

describe('the session of a socket', () => {
  it('moves to a socket with the new token before the old one expires', async () => {
    graph.desk.lifetimeMs = 30_150
    const client = clientOf()
    const messages = follow(client)
    graph.room.send('one')
    await take(messages, 1)
    graph.desk.lifetimeMs = 600_000

    await graph.socketNumber(2)
    graph.room.send('two')

    expect(await take(messages, 1)).toEqual(['two'])
    expect(graph.desk.refreshes).toBeGreaterThanOrEqual(1)
    expect(graph.refusedSockets).toBe(0)
  })

  it('renews a token that the server refuses, once for all subscriptions', async () => {
    const client = clientOf()
    graph.desk.forgetAccessTokens()
    graph.room.send('one')

    const all = await Promise.all([take(follow(client), 1), take(follow(client), 1)])

    expect(all).toEqual([['one'], ['one']])
    expect(graph.desk.refreshes).toBe(1)
  })

  it('renews a token when a running subscription is refused with UNAUTHENTICATED', async () => {
    graph.refusals.push(coded('UNAUTHENTICATED'))
    graph.room.send('one')

    expect(await take(follow(clientOf()), 1)).toEqual(['one'])
    expect(graph.desk.refreshes).toBe(1)
  })

  it('throws UNAUTHENTICATED and signs out when the session is revoked', async () => {
    const client = clientOf()
    const messages = follow(client)
    graph.room.send('one')
    await take(messages, 1)

    graph.desk.endEverything()
    graph.closeSockets(4403, 'The session was revoked')

    await expect(messages.next()).rejects.toMatchObject({ code: 'UNAUTHENTICATED' })
    expect(await client.session.current()).toBeUndefined()
  })

  it('signs out when the server refuses a fresh token as well', async () => {
    const client = clientOf()
    graph.desk.forgetAccessTokens()
    graph.desk.lifetimeMs = -1

    await expect(follow(client).next()).rejects.toMatchObject({ code: 'UNAUTHENTICATED' })
    expect(await client.session.current()).toBeUndefined()
    expect(graph.desk.refreshes).toBe(1)
  })

  it('waits for the auth service when the token cannot be renewed for now', async () => {
    graph.desk.lifetimeMs = -1
    graph.desk.unavailable = true
    const client = clientOf()
    graph.room.send('one')
    const messages = follow(client, () => {
      graph.desk.lifetimeMs = 600_000
      graph.desk.unavailable = false
    })

    expect(await take(messages, 1)).toEqual(['one'])
  })

  it('ends with UNAUTHENTICATED when the person signs out', async () => {
    const client = clientOf()
    const messages = follow(client)
    graph.room.send('one')
    await take(messages, 1)

    await client.session.signOut()

    await expect(messages.next()).rejects.toMatchObject({ code: 'UNAUTHENTICATED' })
  })

  it('uses the token that a call has renewed', async () => {
    const client = clientOf()
    const messages = follow(client)
    graph.room.send('one')
    await take(messages, 1)
    graph.desk.forgetAccessTokens()

    await client.execute(MeDocument)
    graph.room.send('two')

    expect(await take(messages, 1)).toEqual(['two'])
    expect(new Set(graph.socketAuthorizations).size).toBe(2)
  })
})
