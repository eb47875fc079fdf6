import { Executor } from './executor.ts'
import { createDocumentPrinter, dataOf } from './graphql-request.ts'
import type { ClientSessionControl, GravityClient, GravityClientOptions } from './gravity-client.ts'
import { LiveConnection } from './live-connection.ts'
import type { PostRequestOptions } from './post-request.ts'
import { defaultReconnectPolicy } from './reconnect-delay.ts'
import { refreshSession } from './refresh-session.ts'
import { SessionKeeper } from './session-keeper.ts'
import { createMemorySessionStorage } from './session-storage.ts'
import { startSubscription } from './start-subscription.ts'
import { webSocketUrlFor } from './web-socket-url.ts'

/**
 * A client of one Gravity endpoint, for one person at a time. Opens nothing until it is used.
 *
 * @example
 * const client = createClient({ url: 'http://127.0.0.1:8000/graphql' })
 * const { login } = await client.execute(LoginDocument, { input: { email, password } })
 * await client.session.signIn(takeSuccess(login, 'Session'))
 */
export function createClient(options: GravityClientOptions): GravityClient {
  const http: PostRequestOptions = {
    url: options.url,
    fetch: options.fetch ?? ((input, init) => globalThis.fetch(input, init)),
    timeoutMs: options.timeoutMs ?? 30_000,
  }
  const keeper = new SessionKeeper({
    storage: options.sessionStorage ?? createMemorySessionStorage(),
    refresh: (refreshToken) => refreshSession(http, refreshToken),
    now: options.now ?? Date.now,
    renewBeforeMs: options.renewBeforeMs ?? 30_000,
  })
  const connection = new LiveConnection({
    url: () => options.webSocketUrl ?? webSocketUrlFor(options.url),
    webSocketImpl: options.webSocketImpl,
    pingEveryMs: options.pingEveryMs ?? 15_000,
    pongWithinMs: options.pongWithinMs ?? 5_000,
    keeper,
  })
  const print = createDocumentPrinter()
  const executor = new Executor({ http, keeper })
  const closing = new AbortController()
  const policy = { ...defaultReconnectPolicy, ...options.reconnect }
  const start = { connection, keeper, policy, closing: closing.signal }
  return {
    session: sessionControl(keeper),
    execute: async (document, ...[variables, executeOptions]) => {
      const data = await executor.execute(print(document), variables ?? {}, executeOptions)
      return dataOf(document, data)
    },
    subscribe: (document, ...[variables, subscribeOptions]) =>
      startSubscription(start, {
        document,
        printed: print(document),
        variables,
        ...subscribeOptions,
      }),
    close: () => {
      closing.abort()
      connection.close()
      keeper.close()
    },
  }
}

function sessionControl(keeper: SessionKeeper): ClientSessionControl {
  return {
    current: () => keeper.current(),
    accessToken: async () => (await keeper.fresh())?.accessToken,
    signIn: (session) => keeper.signIn(session),
    signOut: () => keeper.signOut(),
    onChange: (listener) => keeper.onChange(listener),
  }
}
