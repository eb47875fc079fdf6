import { ApolloClient, ApolloLink, gql, HttpLink, InMemoryCache } from '@apollo/client'
import { PersistedQueryLink } from '@apollo/client/link/persisted-queries'
import { createMemoryCache } from '@gravity/shared/cache/memory-cache'
import { eventually } from '@gravity/shared/testing/eventually'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { createClient as createEventClient } from 'graphql-sse'
import { createClient as createSocketClient } from 'graphql-ws'
import { hashDocument } from '../src/documents/document-hash.ts'
import { type RunningRouter, startRouter } from './running-router.ts'

const sharedCache = createMemoryCache()
let router: RunningRouter
beforeAll(async () => {
  router = await startRouter({ sharedCache })
})
afterAll(() => router.stop())

function persisted(text: string, sha256Hash = hashDocument(text)) {
  return { persistedQuery: { version: 1, sha256Hash } }
}

async function codeOf(response: Response): Promise<unknown> {
  // A parse boundary: whoever asks expects a refusal.
  const { errors } = (await response.json()) as { errors: [{ extensions: { code: string } }] }
  return errors[0].extensions.code
}

/** Apollo Client as it is, with what it sent. */
function openApollo(url: string, useGETForHashedQueries: boolean) {
  const requests: string[] = []
  const link = ApolloLink.from([
    new PersistedQueryLink({
      sha256: async (text: string) => hashDocument(text),
      useGETForHashedQueries,
    }),
    new HttpLink({
      uri: url,
      fetch: (input, init) => {
        const whole = `${String(input)} ${String(init?.body ?? '')}`
        requests.push(`${init?.method ?? 'GET'} ${whole.includes('hello(') ? 'text' : 'hash'}`)
        return fetch(input, init)
      },
    }),
  ])
  return { client: new ApolloClient({ link, cache: new InMemoryCache() }), requests }
}

describe('Apollo Client with persisted queries', () => {
  it.each([
    [true, ['GET hash', 'POST text', 'GET hash']],
    [false, ['POST hash', 'POST text', 'POST hash']],
  ])('sends a document once and its hash from then on (by GET: %s)', async (byGet, expected) => {
    const { client, requests } = openApollo(router.graphql, byGet)
    const query = gql(`query Greet${byGet}($name: String) { hello(name: $name) }`)

    for (const name of ['Ada', 'Bob']) {
      const { data } = await client.query({ query, variables: { name } })
      expect(data).toEqual({ hello: `Hello ${name}` })
    }

    expect(requests).toEqual(expected)
  })
})

describe('an automatic persisted query', () => {
  it('is asked for by its own error code, under the status of the media type', async () => {
    const body = { extensions: persisted('{ never }') }

    const plain = await router.post(body)
    const modern = await router.post(body, { accept: 'application/graphql-response+json' })

    expect([plain.status, modern.status]).toEqual([200, 400])
    expect(await plain.json()).toMatchObject({
      errors: [
        {
          message: 'PersistedQueryNotFound',
          extensions: { code: 'PERSISTED_QUERY_NOT_FOUND', requestId: expect.any(String) },
        },
      ],
    })
  })

  it('is known to the routers that share a cache', async () => {
    await using other = await startRouter({ sharedCache })
    const query = '{ shared: hello }'
    await router.post({ query, extensions: persisted(query) })

    await eventually(async () => {
      const response = await other.post({ extensions: persisted(query) })
      expect(await response.json()).toEqual({ data: { shared: 'Hello world' } })
    })
  })

  it('is not taken under the hash of another, nor in another form of the extension', async () => {
    const query = '{ mismatched: hello }'
    const send = (extensions: unknown) => router.post({ query, extensions })

    expect(await codeOf(await send(persisted(query, hashDocument('{ other }'))))).toBe(
      'BAD_USER_INPUT',
    )
    for (const persistedQuery of [7, { version: 2, sha256Hash: 'x' }, { version: 1 }]) {
      expect((await send({ persistedQuery })).status).toBe(400)
    }
    expect(await codeOf(await router.post({ extensions: persisted(query) }))).toBe(
      'PERSISTED_QUERY_NOT_FOUND',
    )
  })

  it('is not kept when it cannot be executed', async () => {
    for (const query of ['{ unknown }', '{ hello', '# nothing']) {
      await router.post({ query, extensions: persisted(query) })

      expect(await codeOf(await router.post({ extensions: persisted(query) }))).toBe(
        'PERSISTED_QUERY_NOT_FOUND',
      )
    }
  })

  it('leaves mutations to POST', async () => {
    const query = 'mutation { add(amount: 0) }'
    await router.post({ query, extensions: persisted(query) })
    const extensions = JSON.stringify(persisted(query))

    expect((await router.get(`${new URLSearchParams({ extensions })}`)).status).toBe(405)
    expect((await router.post({ extensions: persisted(query) })).status).toBe(200)
  })

  it('runs over sockets and event streams', async () => {
    const query = 'subscription { count(to: 2) }'
    const events = [{ data: { count: 1 } }, { data: { count: 2 } }]
    const request = { query: '', extensions: persisted(query) }
    await router.post({ query, extensions: persisted(query) }, { accept: 'text/event-stream' })
    const socket = createSocketClient({ url: router.socketUrl, retryAttempts: 0 })
    const stream = createEventClient({ url: router.graphql, retryAttempts: 0 })

    for (const client of [socket, stream]) {
      const results: unknown[] = []
      for await (const result of client.iterate(request)) results.push(result)
      expect(results).toEqual(events)
    }
    await socket.dispose()
    stream.dispose()
  })

  it('is found by the document id of GraphQL over HTTP as well', async () => {
    const query = '{ byId: hello }'
    await router.post({ query, extensions: persisted(query) })
    const documentId = `sha256:${hashDocument(query)}`

    for (const response of [
      await router.post({ documentId }),
      await router.get(`${new URLSearchParams({ documentId })}`),
    ]) {
      expect(await response.json()).toEqual({ data: { byId: 'Hello world' } })
    }
  })

  it('is not supported where it is switched off', async () => {
    await using off = await startRouter({ env: { GRAVITY_ROUTER_APQ: 'off' } })
    const query = '{ hello }'

    expect(await codeOf(await off.post({ extensions: persisted(query) }))).toBe(
      'PERSISTED_QUERY_NOT_SUPPORTED',
    )
    expect((await off.post({ query, extensions: persisted(query) })).status).toBe(200)
  })
})
