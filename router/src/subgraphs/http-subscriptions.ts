import { GravityError } from '@gravity/shared/errors/gravity-error'
import type { IdentitySigner } from '@gravity/shared/viewer/signed-identity'
import { type Client, createClient } from 'graphql-ws'
import { WebSocket } from 'ws'
import { readResponse } from './graphql-answer.ts'
import type { SubgraphCall, SubgraphRequest, SubgraphResponse } from './subgraph-client.ts'

export interface HttpSubscriptionsOptions {
  readonly name: string
  readonly url: string
  readonly signer?: IdentitySigner | undefined
}

/** The subscriptions of one subgraph, all over one connection. */
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
 * signed for its own viewer, in `extensions.identity`.
 */
export function createHttpSubscriptions(options: HttpSubscriptionsOptions): HttpSubscriptions {
  let client: Client | undefined
  const connected = (): Client => {
    client ??= openClient(options.url.replace(/^http/, 'ws'))
    return client
  }
  return {
    subscribe({ operation, variables }, { identity }) {
      const { text, name } = operation
      const results = connected().iterate({
        query: text,
        variables: { ...variables },
        ...(name !== undefined && { operationName: name }),
        ...(options.signer && {
          extensions: { identity: options.signer.sign(identity, options.name) },
        }),
      })
      return responses(results, options.name)
    },
    async close() {
      await client?.dispose()
    },
  }
}

function openClient(url: string): Client {
  let overdue: NodeJS.Timeout | undefined
  const client = createClient({
    url,
    webSocketImpl: WebSocket,
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

function responses(
  results: AsyncIterator<unknown>,
  subgraph: string,
): AsyncIterableIterator<SubgraphResponse, undefined> {
  let refusal: SubgraphResponse | undefined
  return {
    async next() {
      if (refusal) return { done: true, value: undefined }
      try {
        const { done, value } = await results.next()
        if (done) return { done: true, value: undefined }
        return { done: false, value: readResponse(value) ?? unreadable(subgraph) }
      } catch (cause) {
        refusal = refusalOf(cause)
        if (!refusal) throw lost(subgraph, cause)
        return { done: false, value: refusal }
      }
    },
    async return() {
      await results.return?.()
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
  })
}
