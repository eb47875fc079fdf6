import { GravityError } from '@gravity/shared/errors/gravity-error'
import type { IdentitySigner } from '@gravity/shared/viewer/signed-identity'
import { type Client, createClient } from 'graphql-ws'
import { WebSocket } from 'ws'
import { EqualEvents } from './equal-events.ts'
import { readResponse } from './graphql-answer.ts'
import type { HeadersFor } from './header-rules.ts'
import type { SubgraphCall, SubgraphRequest, SubgraphResponse } from './subgraph-client.ts'
import type { TrafficSettings } from './traffic-settings.ts'

export interface HttpSubscriptionsOptions {
  readonly name: string
  readonly url: string
  readonly signer: IdentitySigner | undefined
  readonly settings: TrafficSettings
  readonly headersOf: HeadersFor | undefined
  /** Called for every event, before anybody sees it. */
  readonly onEvent: () => void
}

/** The subscriptions of one subgraph, all over one connection for each set of headers. */
export interface HttpSubscriptions {
  subscribe(request: SubgraphRequest, call: SubgraphCall): AsyncIterable<SubgraphResponse>
  close(): Promise<void>
}

const pingMilliseconds = 15_000
/** How long the subgraph may take to answer a ping before the connection counts as lost. */
const pongMilliseconds = 10_000

/**
 * Speaks `graphql-transport-ws` with a subgraph. The connection is open while there are subscriptions; after it was lost
 * the next one opens it again. Subscriptions that it carried end with SUBGRAPH_UNAVAILABLE: resuming them here, from
 * where they began, would repeat or lose events, and only their clients know what they have seen. Each operation is
 * signed for its own viewer, in `extensions.identity`; headers that rules make of the client's are those of the
 * upgrade, so clients that differ in them do not share a connection.
 */
export function createHttpSubscriptions(options: HttpSubscriptionsOptions): HttpSubscriptions {
  const connections = new Connections(options)
  const equalEvents = new EqualEvents()
  const stopListening = options.settings.tls?.onChange(() => connections.renew())
  return {
    subscribe({ operation, variables }, { identity, eventKey, headers }) {
      const { text, name } = operation
      const { client, release } = connections.use(options.headersOf?.(headers) ?? {})
      const results = client.iterate({
        query: text,
        variables: { ...variables },
        ...(name !== undefined && { operationName: name }),
        ...(options.signer && {
          extensions: { identity: options.signer.sign(identity, options.name) },
        }),
      })
      const merge = eventKey === undefined ? undefined : equalEvents.listen(eventKey)
      const read = (value: unknown): SubgraphResponse => {
        options.onEvent()
        const response = readResponse(value) ?? unreadable(options.name)
        return merge ? merge(response) : response
      }
      return responses(results, { read, release, subgraph: options.name })
    },
    async close() {
      stopListening?.()
      await connections.close()
    },
  }
}

interface Connection {
  readonly client: Client
  users: number
}

/** One connection for each set of headers, open while somebody uses it. */
class Connections {
  readonly #options: HttpSubscriptionsOptions
  readonly #open = new Map<string, Connection>()
  /** Those that nobody joins any more. */
  readonly #former = new Set<Connection>()

  constructor(options: HttpSubscriptionsOptions) {
    this.#options = options
  }

  /** A client of the protocol, until `release` is called; calling that again does nothing. */
  use(headers: Readonly<Record<string, string>>): { client: Client; release: () => void } {
    const key = JSON.stringify(headers)
    const known = this.#open.get(key)
    const connection = known ?? { client: openClient(this.#options, headers), users: 0 }
    if (!known) this.#open.set(key, connection)
    connection.users += 1
    let isUsed = true
    const release = (): void => {
      if (!isUsed) return
      isUsed = false
      connection.users -= 1
      // The client closes its socket by itself when nothing is left on it.
      if (connection.users === 0) this.#forget(key, connection)
    }
    return { client: connection.client, release }
  }

  /** What begins from now on gets new connections; what is under way stays where it is. */
  renew(): void {
    for (const connection of this.#open.values()) this.#former.add(connection)
    this.#open.clear()
  }

  async close(): Promise<void> {
    const all = [...this.#open.values(), ...this.#former]
    await Promise.all(all.map(({ client }) => client.dispose()))
  }

  #forget(key: string, connection: Connection): void {
    this.#former.delete(connection)
    if (this.#open.get(key) === connection) this.#open.delete(key)
  }
}

function openClient(
  { url, settings }: HttpSubscriptionsOptions,
  headers: Readonly<Record<string, string>>,
): Client {
  const socketOptions = {
    headers,
    maxPayload: settings.responseBytes,
    handshakeTimeout: pingMilliseconds,
  }
  class SubgraphSocket extends WebSocket {
    constructor(address: string | URL, protocols: string | string[]) {
      super(address, protocols, { ...socketOptions, ...settings.tls?.options })
    }
  }
  let overdue: NodeJS.Timeout | undefined
  const client = createClient({
    url: url.replace(/^http/, 'ws'),
    webSocketImpl: SubgraphSocket,
    keepAlive: pingMilliseconds,
    connectionAckWaitTimeout: pingMilliseconds,
    retryAttempts: 0,
    on: {
      ping(received) {
        if (received) return
        clearTimeout(overdue)
        overdue = setTimeout(() => client.terminate(), pongMilliseconds)
      },
      pong: () => clearTimeout(overdue),
      closed: () => clearTimeout(overdue),
    },
  })
  return client
}

interface Reading {
  readonly read: (value: unknown) => SubgraphResponse
  /** Called when nothing more will be read. */
  readonly release: () => void
  readonly subgraph: string
}

function responses(
  results: AsyncIterator<unknown>,
  { read, release, subgraph }: Reading,
): AsyncIterableIterator<SubgraphResponse, undefined> {
  let refusal: SubgraphResponse | undefined
  return {
    async next() {
      if (refusal) return { done: true, value: undefined }
      try {
        const { done, value } = await results.next()
        if (!done) return { done: false, value: read(value) }
        release()
        return { done: true, value: undefined }
      } catch (cause) {
        release()
        refusal = refusalOf(cause)
        if (!refusal) throw lost(subgraph, cause)
        return { done: false, value: refusal }
      }
    },
    async return() {
      await results.return?.()
      release()
      return { done: true, value: undefined }
    },
    [Symbol.asyncIterator]() {
      return this
    },
  }
}

/** What the protocol's `error` message carries: errors because of which the operation was not executed. */
function refusalOf(cause: unknown): SubgraphResponse | undefined {
  return Array.isArray(cause) ? readResponse({ errors: cause }) : undefined
}

function unreadable(subgraph: string): never {
  throw lost(subgraph, new Error('An event is not a GraphQL response'))
}

function lost(subgraph: string, cause: unknown): GravityError {
  return new GravityError('SUBGRAPH_UNAVAILABLE', `The connection to ${subgraph} is lost`, {
    cause,
    extensions: { reason: 'UNREACHABLE' },
  })
}
