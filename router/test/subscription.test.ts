import { type SubgraphServer, serveSubgraph } from '@gravity/shared/server/serve-subgraph'
import { eventually } from '@gravity/shared/testing/eventually'
import { silentLog } from '@gravity/shared/testing/silent-log'
import { createIdentitySigner } from '@gravity/shared/viewer/signed-identity'
import { describe, expect, it } from '@jest/globals'
import type { ServedGraph } from '../src/create-graph.ts'
import type { GraphResult } from '../src/graph.ts'
import { createHttpClient } from '../src/subgraphs/http-client.ts'
import { anIdentity, aSubgraph, startGraph, type TestSubgraph } from './execution-graph.ts'
import { type ChatRoom, openChatRoom } from './subscription-chat.ts'

const meshSecret = 'a secret of the mesh that is long enough'

interface Stage {
  readonly room: ChatRoom
  readonly graph: ServedGraph
  [Symbol.asyncDispose](): Promise<void>
}

async function inMemory(): Promise<Stage> {
  const room = openChatRoom()
  const graph = await startGraph(room.subgraphs)
  return { room, graph, [Symbol.asyncDispose]: () => graph.stop() }
}

async function overHttp(): Promise<Stage & { restart(): Promise<void> }> {
  const room = openChatRoom()
  const serve =
    (port = 0) =>
    (subgraph: TestSubgraph) =>
      serveSubgraph(aSubgraph(subgraph), {
        host: '127.0.0.1',
        port,
        meshSecret,
        log: silentLog,
        graceMs: 0,
      })
  const servers = new Map<string, SubgraphServer>()
  for (const subgraph of room.subgraphs) servers.set(subgraph.name, await serve()(subgraph))
  const signer = createIdentitySigner({ secret: meshSecret })
  const graph = await startGraph(room.subgraphs, {
    openClient(name) {
      return createHttpClient({ name, url: `${servers.get(name)?.url}/graphql`, signer })
    },
  })
  return {
    room,
    graph,
    async restart() {
      for (const subgraph of room.subgraphs) {
        const server = servers.get(subgraph.name)
        await server?.stop()
        const port = Number(new URL(server?.url ?? '').port)
        servers.set(subgraph.name, await serve(port)(subgraph))
      }
    },
    async [Symbol.asyncDispose]() {
      await graph.stop()
      await Promise.all([...servers.values()].map((server) => server.stop()))
    },
  }
}

interface Listening {
  readonly query?: string
  readonly signal?: AbortSignal
}

const posted = 'subscription { posted(room: "hall") { body author { name } } }'

async function listen(
  graph: ServedGraph,
  { query = posted, signal = new AbortController().signal }: Listening = {},
): Promise<GraphResult | AsyncIterator<GraphResult>> {
  const request = { query, operationName: undefined, variables: {}, extensions: undefined }
  const prepared = await graph.prepare(request)
  if ('errors' in prepared) throw new Error(JSON.stringify(prepared.errors))
  const result = await graph.subscribe(prepared, { identity: anIdentity(), variables: {}, signal })
  return 'body' in result ? result : result[Symbol.asyncIterator]()
}

async function stream(
  graph: ServedGraph,
  listening?: Listening,
): Promise<AsyncIterator<GraphResult>> {
  const result = await listen(graph, listening)
  if ('body' in result) throw new Error(result.body)
  return result
}

async function next(events: AsyncIterator<GraphResult>): Promise<unknown> {
  const { done, value } = await events.next()
  return done ? 'the end' : JSON.parse(value.body)
}

describe.each([
  ['in memory', inMemory],
  ['over HTTP and WebSocket', overHttp],
])('a subscription %s', (_name, open) => {
  it('completes every event with what other subgraphs know, in order', async () => {
    await using stage = await open()
    const events = await stream(stage.graph)
    const first = next(events)
    await eventually(() => expect(stage.room.listeners()).toBe(1))

    stage.room.post('one', '7')
    stage.room.post('two', '8')
    stage.room.post('three', '7')

    expect(await first).toEqual({ data: { posted: { body: 'one', author: { name: 'person 7' } } } })
    expect(await next(events)).toEqual({
      data: { posted: { body: 'two', author: { name: 'person 8' } } },
    })
    expect(await next(events)).toEqual({
      data: { posted: { body: 'three', author: { name: 'person 7' } } },
    })
  })

  it('goes on after an event with errors', async () => {
    await using stage = await open()
    const query = 'subscription { posted(room: "hall") { x: faulty } }'
    const events = await stream(stage.graph, { query })
    const first = next(events)
    await eventually(() => expect(stage.room.listeners()).toBe(1))

    stage.room.post('bad')
    stage.room.post('good')

    expect(await first).toEqual({
      errors: [
        {
          message: 'Bad',
          path: ['posted', 'x'],
          extensions: { code: 'CONFLICT', requestId: 'request-1' },
        },
      ],
      data: { posted: { x: null } },
    })
    expect(await next(events)).toEqual({ data: { posted: { x: 'good' } } })
  })

  it('ends when the subgraph ends it', async () => {
    await using stage = await open()
    const events = await stream(stage.graph)
    const end = next(events)
    await eventually(() => expect(stage.room.listeners()).toBe(1))

    stage.room.close()

    expect(await end).toBe('the end')
  })

  it('leaves the subgraph when its client aborts', async () => {
    await using stage = await open()
    const client = new AbortController()
    const events = await stream(stage.graph, { signal: client.signal })
    const end = next(events)
    await eventually(() => expect(stage.room.listeners()).toBe(1))

    client.abort()

    expect(await end).toBe('the end')
    await eventually(() => expect(stage.room.listeners()).toBe(0))
  })

  it('leaves the subgraph when its consumer stops reading', async () => {
    await using stage = await open()
    const events = await stream(stage.graph)
    const waiting = next(events)
    await eventually(() => expect(stage.room.listeners()).toBe(1))

    await events.return?.()

    expect(await waiting).toBe('the end')
    await eventually(() => expect(stage.room.listeners()).toBe(0))
  })

  it('says why the subgraph refuses it', async () => {
    await using stage = await open()
    const query = 'subscription { posted(room: "cellar") { body } }'

    const result = await listen(stage.graph, { query })
    const answer = 'body' in result ? JSON.parse(result.body) : await next(result)

    expect(answer).toMatchObject({ errors: [{ extensions: { code: 'NOT_FOUND' } }] })
  })

  it('is refused before it starts when the viewer may not select its field', async () => {
    await using stage = await open()

    const result = await listen(stage.graph, { query: 'subscription { guarded { body } }' })

    expect(result).toMatchObject({
      refused: false,
      errors: [{ path: ['guarded'], extensions: { code: 'UNAUTHENTICATED' } }],
    })
  })
})

describe('a subscription whose connection is lost', () => {
  it('ends with an error, and the next one finds the subgraph again', async () => {
    await using stage = await overHttp()
    const events = await stream(stage.graph)
    const last = next(events)
    await eventually(() => expect(stage.room.listeners()).toBe(1))

    await stage.restart()

    expect(await last).toMatchObject({ errors: [{ extensions: { code: 'SUBGRAPH_UNAVAILABLE' } }] })
    expect(await next(events)).toBe('the end')
    const again = next(await stream(stage.graph))
    await eventually(() => expect(stage.room.listeners()).toBe(1))
    stage.room.post('again')
    expect(await again).toMatchObject({ data: { posted: { body: 'again' } } })
  })
})
