import { ApolloClient, HttpLink, InMemoryCache } from '@apollo/client'
import { GraphQLWsLink } from '@apollo/client/link/subscriptions'
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { fetchExchange, subscriptionExchange, Client as UrqlClient } from '@urql/core'
import { createClient as createSocket } from 'graphql-ws'
import { firstValueFrom } from 'rxjs'
import { createClient } from '../src/create-client.ts'
import {
  MeDocument,
  MessageAddedDocument,
  SendMessageDocument,
} from '../src/generated/documents.ts'
import { createMemorySessionStorage } from '../src/session-storage.ts'
import { webSocketUrlFor } from '../src/web-socket-url.ts'
import { TestGraph } from './test-graph.ts'

let graph: TestGraph
const input = { roomId: 'room', clientMessageId: '1', body: 'Hello' }

beforeEach(async () => {
  graph = await new TestGraph().start()
})

afterEach(async () => {
  await graph.stop()
})

/** The session of this package lends its tokens to another client. */
function tokenLender() {
  const client = createClient({
    url: graph.url,
    sessionStorage: createMemorySessionStorage(graph.desk.issue()),
  })
  return async () => `Bearer ${await client.session.accessToken()}`
}

function socketFor(authorization: () => Promise<string>) {
  return createSocket({
    url: webSocketUrlFor(graph.url),
    connectionParams: async () => ({ authorization: await authorization() }),
  })
}

describe('Apollo Client with the documents of this package', () => {
  it('infers data and variables, and runs query, mutation and subscription', async () => {
    const authorization = tokenLender()
    const socket = socketFor(authorization)
    const http = new HttpLink({
      uri: graph.url,
      fetch: async (url, init) =>
        fetch(url, {
          ...init,
          headers: { ...init?.headers, authorization: await authorization() },
        }),
    })
    const apollo = new ApolloClient({ cache: new InMemoryCache(), link: http })
    const live = new ApolloClient({ cache: new InMemoryCache(), link: new GraphQLWsLink(socket) })

    const me = await apollo.query({ query: MeDocument })
    const sent = await apollo.mutate({ mutation: SendMessageDocument, variables: { input } })
    const event = await firstValueFrom(
      live.subscribe({
        query: MessageAddedDocument,
        variables: { roomId: 'room', afterSequence: 0 },
      }),
    )

    const names: (string | undefined)[] = [
      me.data?.me?.displayName,
      sent.data?.sendMessage.__typename,
      event.data?.messageAdded.author.displayName,
    ]
    expect(names).toEqual(['Ada', 'Message', 'Ada'])
    apollo.stop()
    live.stop()
    await socket.dispose()
  })
})

describe('urql with the documents of this package', () => {
  it('infers data and variables, and runs query, mutation and subscription', async () => {
    const authorization = tokenLender()
    const socket = socketFor(authorization)
    const urql = new UrqlClient({
      url: graph.url,
      preferGetMethod: false,
      fetch: async (url, init) =>
        fetch(url, {
          ...init,
          headers: { ...init?.headers, authorization: await authorization() },
        }),
      exchanges: [
        fetchExchange,
        subscriptionExchange({
          forwardSubscription: ({ query, variables }) => ({
            subscribe: (sink) => ({
              unsubscribe: socket.subscribe(
                { query: query ?? '', variables },
                {
                  ...sink,
                  next: ({ data = null, errors }) =>
                    sink.next(errors ? { data, errors } : { data }),
                },
              ),
            }),
          }),
        }),
      ],
    })

    const me = await urql.query(MeDocument, {}).toPromise()
    const sent = await urql.mutation(SendMessageDocument, { input }).toPromise()
    const events = urql.subscription(MessageAddedDocument, { roomId: 'room', afterSequence: 0 })
    const event = await new Promise<Parameters<Parameters<typeof events.subscribe>[0]>[0]>(
      (resolve) => {
        const { unsubscribe } = events.subscribe((first) => {
          resolve(first)
          unsubscribe()
        })
      },
    )

    const names: (string | undefined)[] = [
      me.data?.me?.displayName,
      sent.data?.sendMessage.__typename,
      event.data?.messageAdded.author.displayName,
    ]
    expect(names).toEqual(['Ada', 'Message', 'Ada'])
    await socket.dispose()
  })
})
