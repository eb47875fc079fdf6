import { hash } from 'node:crypto'
import { freePort } from '@gravity/shared/postgres/free-port'
import { serveSubgraph } from '@gravity/shared/server/serve-subgraph'
import { readTelemetryConfig } from '@gravity/shared/telemetry/config'
import { openSubgraphSpans } from '@gravity/shared/telemetry/open-subgraph-spans'
import { createStatementTeller } from '@gravity/shared/telemetry/statement-count'
import { eventually } from '@gravity/shared/testing/eventually'
import { silentLog } from '@gravity/shared/testing/silent-log'
import {
  type ReceivedSpan,
  startCollector,
  type TelemetryCollector,
} from '@gravity/shared/testing/telemetry-collector'
import { createIdentitySigner } from '@gravity/shared/viewer/signed-identity'
import { describe, expect, it } from '@jest/globals'
import { GraphQLError } from 'graphql'
import { createClient } from 'graphql-ws'
import { WebSocket } from 'ws'
import { createHttpClient } from '../src/subgraphs/http-client.ts'
import { aSubgraph, type TestSubgraph } from './execution-graph.ts'
import { type OpenedRouter, openTestRouter } from './opened-router.ts'
import { openChatRoom } from './subscription-chat.ts'
import { createTestKey, TestKeySource } from './test-tokens.ts'

const meshSecret = 'a mesh secret that is long enough for a test'
const signer = createIdentitySigner({ secret: meshSecret })
const link = `extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key"])`
const tellStatement = createStatementTeller()

const shop: readonly TestSubgraph[] = [
  {
    name: 'products',
    sdl: `${link}
      type Query { products(like: String!, tag: String): [Product!]! failing: String }
      type Product @key(fields: "id") { id: ID! }`,
    resolvers: {
      Query: {
        products: () => {
          tellStatement()
          return [{ id: '1' }, { id: '2' }]
        },
        failing: () => {
          throw new GraphQLError('secret-message-19', { extensions: { code: 'CONFLICT' } })
        },
      },
    },
  },
  {
    name: 'prices',
    sdl: `${link} type Product @key(fields: "id") { id: ID! price: Int! }`,
    resolvers: {
      Product: {
        __resolveReference: async ({ id }: { id: string }) => {
          await Promise.resolve()
          tellStatement()
          return { id, price: Number(id) * 100 }
        },
      },
    },
  },
]

function environmentFor(
  collector: TelemetryCollector,
  more: NodeJS.ProcessEnv = {},
): NodeJS.ProcessEnv {
  return {
    OTEL_EXPORTER_OTLP_ENDPOINT: collector.url,
    OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json',
    OTEL_EXPORTER_OTLP_HEADERS: 'x-api-key=collector%20key',
    ...more,
  }
}

interface ShopRouter extends AsyncDisposable {
  readonly router: OpenedRouter
  readonly token: string
  /** Stops everything, which sends what is left. */
  stop(): Promise<void>
}

/** The shop behind real servers, each with telemetry of its own as if it were a process, and a router over them. */
async function startShop(env: NodeJS.ProcessEnv): Promise<ShopRouter> {
  await using opening = new AsyncDisposableStack()
  const key = await createTestKey()
  const urls = new Map<string, string>()
  for (const subgraph of shop) {
    const { name } = subgraph
    const spans = await openSubgraphSpans(readTelemetryConfig(env), { name, log: silentLog })
    if (spans) opening.defer(() => spans.stop())
    const options = { host: '127.0.0.1', port: 0, meshSecret, log: silentLog, spans }
    const server = await serveSubgraph(aSubgraph(subgraph), options)
    opening.defer(() => server.stop())
    urls.set(name, `${server.url}/graphql`)
  }
  const router = await openTestRouter(shop, env, {
    keySource: new TestKeySource(key).read,
    openClient: (name, _url, openTraffic) =>
      createHttpClient({ name, url: urls.get(name) ?? '', signer, traffic: openTraffic() }),
  })
  opening.defer(() => router.stop())
  const open = opening.move()
  const stop = () => open.disposeAsync()
  return {
    router,
    token: await key.sign({ userId: 'secret-user-20' }),
    stop,
    [Symbol.asyncDispose]: stop,
  }
}

const document =
  'query Catalogue($like: String!) { products(like: $like, tag: "literal-secret-18") { id price } }'

async function askForCatalogue({ router, token }: ShopRouter): Promise<unknown> {
  return router.ask(document, {
    variables: { like: 'variable-secret-17' },
    headers: {
      authorization: `Bearer ${token}`,
      traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
    },
  })
}

/** The tree of spans below a parent, as lines of indented names. */
function treeOf(spans: readonly ReceivedSpan[], parent: string | undefined, indent = ''): string[] {
  return spans
    .filter(({ parentSpanId }) => parentSpanId === parent)
    .flatMap(({ service, name, spanId }) => [
      `${indent}${service}: ${name}`,
      ...treeOf(spans, spanId, `${indent}  `),
    ])
}

function spanNamed(spans: readonly ReceivedSpan[], name: string, service?: string): ReceivedSpan {
  const found = spans.find(
    (span) => span.name === name && (service ?? span.service) === span.service,
  )
  if (!found) throw new Error(`There is no span ${name}`)
  return found
}

describe('OpenTelemetry', () => {
  it('receives the whole tree of a federated query, subgraphs included', async () => {
    await using collector = await startCollector()
    const shop = await startShop(environmentFor(collector))

    const answer = await askForCatalogue(shop)
    await shop.stop()

    expect(answer).toEqual({
      data: {
        products: [
          { id: '1', price: 100 },
          { id: '2', price: 200 },
        ],
      },
    })
    const { spans } = collector
    expect(treeOf(spans, 'b7ad6b7169203331').toSorted()).toEqual(
      [
        'gravity-router: POST /graphql',
        '  gravity-router: graphql.parse',
        '  gravity-router: graphql.validate',
        '  gravity-router: graphql.plan',
        '  gravity-router: query Catalogue',
        '    gravity-router: products query',
        '      gravity-products: POST /graphql',
        '    gravity-router: prices query',
        '      gravity-prices: POST /graphql',
      ].toSorted(),
    )
    expect(new Set(spans.map(({ traceId }) => traceId))).toEqual(
      new Set(['0af7651916cd43dd8448eb211c80319c']),
    )
    expect(spanNamed(spans, 'POST /graphql', 'gravity-router')).toMatchObject({
      kind: 2,
      attributes: {
        'http.request.method': 'POST',
        'url.path': '/graphql',
        'http.response.status_code': 200,
      },
    })
    expect(spanNamed(spans, 'query Catalogue').attributes).toEqual({
      'graphql.operation.type': 'query',
      'graphql.operation.name': 'Catalogue',
      'graphql.document.hash': hash('sha256', document),
    })
    expect(spanNamed(spans, 'prices query')).toMatchObject({
      kind: 3,
      attributes: {
        'peer.service': 'prices',
        'graphql.operation.type': 'query',
        'gravity.representations': 2,
        'http.response.status_code': 200,
      },
    })
    expect(spanNamed(spans, 'POST /graphql', 'gravity-prices')).toMatchObject({
      kind: 2,
      attributes: {
        'gravity.subgraph': 'prices',
        'graphql.operation.type': 'query',
        'gravity.database.statements': 2,
        'http.response.status_code': 200,
      },
    })
    expect(
      spanNamed(spans, 'POST /graphql', 'gravity-products').attributes[
        'gravity.database.statements'
      ],
    ).toBe(1)
  })

  it.each(['http/json', 'http/protobuf'])(
    'never tells what people send, over %s',
    async (protocol) => {
      await using collector = await startCollector()
      const shop = await startShop(
        environmentFor(collector, { OTEL_EXPORTER_OTLP_PROTOCOL: protocol }),
      )

      await askForCatalogue(shop)
      await shop.router.ask('query F($like: String!) { failing products(like: $like) { id } }', {
        variables: { like: { secret: 'variable-secret-17' } },
        headers: { authorization: `Bearer ${shop.token}` },
      })
      await shop.router.ask('query { failing }')
      await shop.stop()

      const bytes = collector.bytes()
      expect(bytes).toContain('query Catalogue')
      expect(bytes).toContain('http.server.request.duration')
      expect(bytes).toContain('CONFLICT')
      expect(bytes).not.toMatch(/secret|127\.0\.0\.1:\d+\/graphql|Bearer|eyJ/)
      const types = collector.requests.map(({ headers }) => headers['content-type'])
      const expected = protocol === 'http/json' ? 'application/json' : 'application/x-protobuf'
      expect(new Set(types)).toEqual(new Set([expected]))
      expect(collector.requests[0]?.headers['x-api-key']).toBe('collector key')
    },
  )

  it('marks what failed, with a code and without a message', async () => {
    await using collector = await startCollector()
    const shop = await startShop(environmentFor(collector))

    await shop.router.ask('query Bad { failing }')
    await shop.router.ask('query Broken { nothing }')
    await shop.stop()

    const { spans } = collector
    for (const name of ['query Bad', 'products query']) {
      expect(spanNamed(spans, name)).toMatchObject({
        failed: true,
        attributes: { 'error.type': 'CONFLICT' },
      })
    }
    expect(spanNamed(spans, 'POST /graphql', 'gravity-products')).toMatchObject({
      failed: true,
      attributes: { 'error.type': 'CONFLICT' },
    })
    expect(spanNamed(spans, 'POST /graphql', 'gravity-router').failed).toBe(false)
  })

  it('measures requests, operations, calls and the plan cache', async () => {
    await using collector = await startCollector()
    const shop = await startShop(environmentFor(collector))

    await askForCatalogue(shop)
    await askForCatalogue(shop)
    await shop.stop()

    const { metrics } = collector
    expect(metrics.get('http.server.request.duration')).toEqual([
      {
        'http.request.method': 'POST',
        'http.route': '/graphql',
        'http.response.status_code': 200,
      },
    ])
    expect(metrics.get('graphql.server.operation.duration')).toEqual([
      { 'graphql.operation.type': 'query', 'graphql.operation.name': 'Catalogue' },
    ])
    expect(metrics.get('graphql.client.operation.duration')).toEqual(
      expect.arrayContaining([
        { 'peer.service': 'products', 'graphql.operation.type': 'query' },
        { 'peer.service': 'prices', 'graphql.operation.type': 'query' },
      ]),
    )
    expect(metrics.get('gravity.router.plan_cache.requests')).toEqual([
      { result: 'hit' },
      { result: 'miss' },
    ])
    expect(metrics.get('gravity.router.cache.requests')).toEqual(
      ['response', 'entity'].flatMap((cache) => [
        { cache, result: 'hit' },
        { cache, result: 'miss' },
      ]),
    )
    expect(metrics.has('http.server.active_requests')).toBe(true)
  })

  it('follows the sampling of the caller, and tells subgraphs of it', async () => {
    await using collector = await startCollector()
    const shop = await startShop(environmentFor(collector))

    await shop.router.ask(document, {
      variables: { like: '' },
      headers: { traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-00' },
    })
    await shop.stop()

    expect(collector.spans).toEqual([])
  })

  it('costs no request anything when the collector is away', async () => {
    const port = await freePort()
    const shop = await startShop({ OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${port}` })

    const answer = await askForCatalogue(shop)
    await shop.stop()

    expect(answer).not.toHaveProperty('errors')
  })

  it('gives each event of a subscription a trace of its own, linked to the subscription', async () => {
    await using collector = await startCollector()
    const room = openChatRoom()
    const router = await openTestRouter(room.subgraphs, environmentFor(collector))
    const client = createClient({
      url: router.graphql.replace('http', 'ws'),
      webSocketImpl: WebSocket,
      retryAttempts: 0,
    })
    const results = client.iterate({
      query: 'subscription Hall { posted(room: "hall") { body author { name } } }',
    })
    const next = results.next()
    await eventually(() => expect(room.listeners()).toBe(1))
    room.post('body-secret-21')
    await next
    await results.return?.()
    await client.dispose()
    await router.stop()

    const { spans } = collector
    const subscription = spanNamed(spans, 'subscription Hall')
    const event = spanNamed(spans, 'subscription Hall event')
    expect(subscription).toMatchObject({ kind: 2, parentSpanId: undefined })
    expect(event).toMatchObject({ kind: 5, links: [subscription.spanId], parentSpanId: undefined })
    expect(event.traceId).not.toBe(subscription.traceId)
    expect(spanNamed(spans, 'people query')).toMatchObject({ parentSpanId: event.spanId })
    expect(collector.bytes()).not.toContain('secret')
  })
})
