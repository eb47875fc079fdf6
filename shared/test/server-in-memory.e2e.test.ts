import { describe, expect, it } from '@jest/globals'
import { parse } from 'graphql'
import { createLogger } from '../src/log/logger.ts'
import { createInMemoryCaller } from '../src/server/call-in-memory.ts'
import type { SubgraphOperation } from '../src/server/run-operation.ts'
import { aViewer } from '../src/testing/a-viewer.ts'
import { eventually } from '../src/testing/eventually.ts'
import { silentLog } from '../src/testing/silent-log.ts'
import { anIdentity, createNoticeBoard, notices } from './server-notices.ts'

const [first, second] = notices

function open(log = silentLog) {
  const board = createNoticeBoard()
  return { board, caller: createInMemoryCaller(board.subgraph, { log }) }
}

function operation(source: string, facts: Partial<SubgraphOperation> = {}): SubgraphOperation {
  return {
    document: parse(source),
    identity: anIdentity(),
    signal: new AbortController().signal,
    ...facts,
  }
}

async function subscribe(
  { caller }: ReturnType<typeof open>,
  source: string,
  facts: Partial<SubgraphOperation> = {},
) {
  const stream = await caller.subscribe(operation(source, facts))
  if (!(Symbol.asyncIterator in stream)) throw new Error(JSON.stringify(stream))
  return stream
}

const added = 'subscription { noticeAdded { body } }'

describe('executing in memory', () => {
  it('keeps many viewers apart', async () => {
    const { caller } = open()
    const viewers = Array.from({ length: 50 }, (_, index) => `u${index}`)

    const answers = await Promise.all(
      viewers.map((userId) =>
        caller.execute(
          operation('{ whoAmI }', { identity: anIdentity({ viewer: aViewer({ userId }) }) }),
        ),
      ),
    )

    expect(answers).toEqual(viewers.map((userId) => ({ data: { whoAmI: userId } })))
  })

  it('rejects at once when its signal aborts, and tells the resolvers', async () => {
    const { board, caller } = open()
    const controller = new AbortController()
    const answer = caller.execute(operation('{ waits }', { signal: controller.signal }))
    await eventually(() => expect(board.calls).toEqual(['waits']))

    controller.abort(new Error('too late'))

    await expect(answer).rejects.toThrow('too late')
    expect(board.aborted).toEqual([new Error('too late')])
  })

  it('runs nothing for a signal that has aborted before', async () => {
    const { board, caller } = open()

    const answer = caller.execute(operation('{ waits }', { signal: AbortSignal.abort() }))

    await expect(answer).rejects.toThrow()
    expect(board.calls).toEqual([])
  })

  it('tells errors as plain values with a code and a path, without a stack', async () => {
    const { caller } = open()

    const { errors } = await caller.execute(operation('{ fails }'))

    expect(errors).toStrictEqual([
      {
        message: 'Something went wrong here. The request id leads to the cause in the log.',
        path: ['fails'],
        extensions: { code: 'INTERNAL_SERVER_ERROR' },
      },
    ])
  })

  it('logs what it masks with the cause, and no refusal', async () => {
    const lines: string[] = []
    const destination = { write: (line: string) => lines.push(line) }
    const { caller } = open(
      createLogger({ name: 'test', level: 'debug', format: 'json', destination }),
    )

    await caller.execute(operation('{ fails secret { text } }'))

    expect(lines).toHaveLength(1)
    expect(JSON.parse(lines.join())).toMatchObject({
      level: 'error',
      subgraph: 'notices',
      path: 'fails',
      requestId: 'r1',
      traceId: '0af7651916cd43dd8448eb211c80319c',
    })
  })
})

describe('subscribing in memory', () => {
  it('delivers every event in order, and closes the source on return', async () => {
    const opened = open()
    const stream = await subscribe(opened, added)
    for (const notice of notices) opened.board.add(notice)

    for (const { body } of notices) {
      expect(await stream.next()).toEqual({
        done: false,
        value: { data: { noticeAdded: { body } } },
      })
    }
    await stream.return()

    expect(opened.board.listeners()).toBe(0)
    expect(opened.board.closed).toEqual(['noticeAdded'])
  })

  it('closes the source when a consumer leaves its loop', async () => {
    const opened = open()
    const stream = await subscribe(opened, added)
    if (first) opened.board.add(first)

    for await (const _result of stream) break

    expect(opened.board.closed).toEqual(['noticeAdded'])
  })

  it('ends and closes the source when the signal aborts', async () => {
    const opened = open()
    const controller = new AbortController()
    const stream = await subscribe(opened, added, { signal: controller.signal })
    const waiting = stream.next()

    controller.abort()

    expect(await waiting).toEqual({ done: true, value: undefined })
    expect(stream.ended.aborted).toBe(true)
    expect(opened.board.listeners()).toBe(0)
  })

  it('closes a source that opened although nobody waited any more', async () => {
    const opened = open()
    const controller = new AbortController()
    const starting = subscribe(opened, added, { signal: controller.signal })

    controller.abort()

    const stream = await starting
    expect(await stream.next()).toEqual({ done: true, value: undefined })
    expect(opened.board.listeners()).toBe(0)
  })

  it('leaves the other subscriptions of the same source alone', async () => {
    const opened = open()
    const leaving = await subscribe(opened, added)
    const staying = await subscribe(opened, added)

    await leaving.return()
    if (second) opened.board.add(second)

    expect(await staying.next()).toMatchObject({
      value: { data: { noticeAdded: { body: second?.body } } },
    })
  })

  it('executes each event with a context, and so with loaders, of its own', async () => {
    const opened = open()
    const contexts = new Set<object>()
    const { createContext } = opened.board.subgraph
    const counting = {
      ...opened.board.subgraph,
      createContext: (request: Parameters<typeof createContext>[0]) => {
        const context = createContext(request)
        contexts.add(context)
        return context
      },
    }
    const caller = createInMemoryCaller(counting, { log: silentLog })

    const stream = await subscribe({ ...opened, caller }, 'subscription { countdown(from: 3) }')
    await Array.fromAsync(stream)

    expect(contexts.size).toBe(4)
  })
})
