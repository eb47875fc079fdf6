import { z } from 'zod'
import { GravityError } from '../src/errors/gravity-error.ts'
import { invalidInput } from '../src/errors/invalid-input.ts'
import { loadByKey } from '../src/loaders/load-by-key.ts'
import { type PageArguments, readPage, toConnection } from '../src/pagination/connection.ts'
import { defineCursor } from '../src/pagination/cursor.ts'
import { buildSubgraph } from '../src/server/build-subgraph.ts'
import type { PublicRoute, Subgraph } from '../src/server/subgraph.ts'
import type { RequestIdentity } from '../src/viewer/viewer.ts'

/** A small subgraph with one of everything that a server has to carry. */

export interface Notice {
  readonly id: string
  readonly body: string
  readonly postedAt: Date
}

/** What the test can see of a subgraph's resolvers. */
export interface NoticeBoard {
  readonly subgraph: Subgraph
  /** The names of the resolvers that ran, in order. */
  readonly calls: string[]
  /** One entry per source of a subscription that was closed. */
  readonly closed: string[]
  /** Reasons by which resolvers learnt that nobody waits for them any more. */
  readonly aborted: unknown[]
  /** Tells all listeners of `noticeAdded`. */
  add(notice: Notice): void
  /** How many listen to `noticeAdded` now. */
  listeners(): number
  /** Lets every `waits` answer. */
  release(): void
  /** Makes the dependency `board` fail. */
  breakDown(): void
}

interface Context {
  readonly identity: RequestIdentity
  readonly signal: AbortSignal
  readonly notices: ReturnType<typeof loadByKey<string, Notice>>
}

export const notices: readonly Notice[] = Array.from({ length: 5 }, (_, index) => ({
  id: `n${index + 1}`,
  body: `Notice ${index + 1}`,
  postedAt: new Date(Date.UTC(2026, 0, index + 1)),
}))

const noticeCursor = defineCursor('notices', z.tuple([z.string()]))

function readNotices(args: PageArguments) {
  const page = readPage(args, { cursor: noticeCursor, size: 2, maximum: 4 })
  const ordered = page.direction === 'forward' ? notices : notices.toReversed()
  const from = ordered.findIndex((notice) => notice.id === page.from?.[0]) + 1
  return toConnection(ordered.slice(from, from + page.limit), page, (notice) => [notice.id])
}

interface Observed {
  readonly calls: string[]
  readonly closed: string[]
  readonly aborted: unknown[]
  readonly released: AbortSignal
}

function createQueries(board: Observed) {
  const called = <Value>(name: string, value: Value): Value => {
    board.calls.push(name)
    return value
  }
  return {
    notices: (_: unknown, args: PageArguments) => called('notices', readNotices(args)),
    notice: (_: unknown, { id }: { id: string }, { notices }: Context) =>
      called('notice', notices.load(id)),
    whoAmI: (...[, , { identity }]: [unknown, unknown, Context]) => identity.viewer?.userId ?? null,
    secret: () => called('secret', { id: 's1', text: 'hidden' }),
    moderation: () => called('moderation', 'all quiet'),
    echo: (_: unknown, { text, input }: { text?: string; input?: { tags?: string[] } }) =>
      called('echo', text ?? input?.tags?.join(',') ?? null),
    at: (_: unknown, { time }: { time: Date }) => time,
    fails: () => {
      throw new Error('the password of the database is hunter2')
    },
    failsUnavailable: async () => {
      throw new GravityError('SUBGRAPH_UNAVAILABLE', 'Notices cannot be read now.', {
        cause: new Error('connection refused'),
        extensions: { retryAfterSeconds: 3 },
      })
    },
    failsRequired: () => ({ must: null }),
    findings: () => [
      { __typename: 'Notice', ...notices[0] },
      { __typename: 'Secret', id: 's1', text: 'hidden' },
    ],
    waits: (...[, , { signal }]: [unknown, unknown, Context]) =>
      new Promise((resolve, reject) => {
        board.calls.push('waits')
        board.released.addEventListener('abort', () => resolve('released'))
        signal.addEventListener('abort', () => {
          board.aborted.push(signal.reason)
          reject(signal.reason)
        })
      }),
  }
}

/** A source like those over pub/sub: it waits, and only `return` ends it. */
function createListeners(closed: string[]) {
  const listeners = new Set<(notice: Notice) => void>()
  const listen = (): AsyncIterable<{ noticeAdded: Notice }> => {
    const waiting: Notice[] = []
    let wake = (): void => undefined
    const listener = (notice: Notice): void => {
      waiting.push(notice)
      wake()
    }
    listeners.add(listener)
    return {
      [Symbol.asyncIterator]: () => ({
        async next() {
          while (waiting.length === 0) await new Promise<void>((resolve) => (wake = resolve))
          const [notice] = waiting.splice(0, 1)
          return notice
            ? { done: false, value: { noticeAdded: notice } }
            : { done: true, value: undefined }
        },
        async return() {
          listeners.delete(listener)
          closed.push('noticeAdded')
          return { done: true, value: undefined }
        },
      }),
    }
  }
  return { listeners, listen }
}

async function* tellViewer({ identity }: Context) {
  yield { whoListens: identity.viewer?.userId ?? null }
}

async function* countDown(from: number) {
  for (let left = from; left > 0; left -= 1) yield { countdown: left }
}

async function* breakDownAfterOne() {
  yield { breaks: 1 }
  throw new Error('the broker at 10.0.0.7 is gone')
}

const greeting: PublicRoute = {
  method: 'GET',
  path: '/.well-known/greeting',
  handle: async ({ query, identity }) => ({
    status: 200,
    headers: { 'content-type': 'text/plain' },
    body: `Hello ${query.get('name')}, ${identity.viewer?.userId ?? 'stranger'}`,
  }),
}

export function createNoticeBoard(): NoticeBoard {
  const release = new AbortController()
  const board: Observed = { calls: [], closed: [], aborted: [], released: release.signal }
  const { listeners, listen } = createListeners(board.closed)
  let broken = false
  const subgraph = buildSubgraph<Context>({
    name: 'notices',
    sdlFile: new URL('./server-notices.graphql', import.meta.url),
    createContext: ({ identity, signal }) => {
      if (identity.requestId === 'breaks-context') throw new Error('no context today')
      return {
        identity,
        signal,
        notices: loadByKey(
          async (ids) => notices.filter(({ id }) => ids.includes(id)),
          ({ id }) => id,
        ),
      }
    },
    resolvers: {
      Query: createQueries(board),
      Mutation: {
        post: (_: unknown, { input }: { input: { body: string } }) =>
          input.body === ''
            ? invalidInput('body', 'Write something')
            : { __typename: 'Notice', id: 'n9', body: input.body, postedAt: new Date(0) },
      },
      Subscription: {
        noticeAdded: { subscribe: listen },
        countdown: { subscribe: (_: unknown, { from }: { from: number }) => countDown(from) },
        moderated: { subscribe: listen },
        breaks: { subscribe: breakDownAfterOne },
        whoListens: {
          subscribe: (...[, , context]: [unknown, unknown, Context]) => tellViewer(context),
        },
      },
      Notice: {
        __resolveReference: ({ id }: { id: string }, { notices }: Context) => {
          board.calls.push(`Notice(${id})`)
          if (id === 'throws') throw new GravityError('NOT_FOUND', 'No such notice')
          return notices.load(id)
        },
        draft: () => 'not yet',
      },
      Secret: {
        __resolveReference: ({ id }: { id: string }) => {
          board.calls.push(`Secret(${id})`)
          return { id, text: 'hidden' }
        },
      },
    },
    routes: [greeting],
    checks: {
      board: async () => {
        if (broken) throw new Error('the board fell off the wall')
      },
    },
  })
  return {
    ...board,
    subgraph,
    add: (notice) => {
      for (const listener of listeners) listener(notice)
    },
    listeners: () => listeners.size,
    release: () => release.abort(),
    breakDown: () => {
      broken = true
    },
  }
}

export function anIdentity(facts: Partial<RequestIdentity> = {}): RequestIdentity {
  return {
    viewer: null,
    requestId: 'r1',
    traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
    clientAddress: null,
    ...facts,
  }
}
