import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { StartError } from '@gravity/shared/config/start-error'
import { GravityError } from '@gravity/shared/errors/gravity-error'
import { createLogger } from '@gravity/shared/log/logger'
import { eventually } from '@gravity/shared/testing/eventually'
import { silentLog } from '@gravity/shared/testing/silent-log'
import { describe, expect, it } from '@jest/globals'
import { createClient } from 'graphql-ws'
import { WebSocket } from 'ws'
import type { RequestOutcome, RouterPlugin } from '../src/plugins/plugin.ts'
import { createRequestWatch } from '../src/plugins/request-watch.ts'
import { createHttpClient } from '../src/subgraphs/http-client.ts'
import { librarySubgraphs } from './execution-library.ts'
import { openTestRouter } from './opened-router.ts'
import { openChatRoom } from './subscription-chat.ts'
import { createTestKey, TestKeySource } from './test-tokens.ts'

const namesAndReviews = '{ person(id: "1") { name reviews { stars } } }'

describe('a plugin', () => {
  it('is told of the end of an operation that comes too often', async () => {
    const codes: unknown[] = []
    const plugin: RouterPlugin = {
      name: 'observer',
      onOperation:
        () =>
        ({ errors }) =>
          void codes.push(errors.map(({ extensions }) => extensions?.['code'])),
    }
    const rules = [{ name: 'once', key: 'everybody', points: 1, windowSeconds: 600 }]
    const env = { GRAVITY_ROUTER_RATE_LIMITS: JSON.stringify(rules) }
    await using router = await openTestRouter(librarySubgraphs, env, { plugins: [plugin] })

    await router.ask('{ __typename }')
    await router.ask('{ __typename }')

    expect(codes).toEqual([[], ['RATE_LIMITED']])
  })

  it('that adds a header which no answer can have costs its request, and not the router', async () => {
    const plugin: RouterPlugin = {
      name: 'echo',
      onOperation({ request, variables }) {
        request.setHeader('x-echo', String(variables['text']))
      },
    }
    await using router = await openTestRouter(librarySubgraphs, {}, { plugins: [plugin] })
    const ask = (text: string) => router.ask('{ __typename }', { variables: { text } })

    const split = await ask('a\r\nset-cookie: b=c')
    const foreign = await ask('ж')
    const good = await ask('a')

    expect([split.errors?.length, foreign.errors?.length, good.errors]).toEqual([1, 1, undefined])
  })

  it('sees a request, its operation and every call of a subgraph, each with how it ended', async () => {
    const seen: unknown[] = []
    const plugin: RouterPlugin = {
      name: 'observer',
      onSchema: ({ apiSchema, supergraphSdl }) => {
        seen.push(['schema', apiSchema.getQueryType()?.name, supergraphSdl.includes('join__')])
      },
      onRequest({ method, path, headers }) {
        seen.push(['request', method, path, headers['x-mine']])
        return ({ status, errorCodes }) => void seen.push(['answered', status, errorCodes])
      },
      onPreparation({ kind, request }) {
        seen.push([kind, request?.path])
        return undefined
      },
      onOperation({ kind, name, viewer, variables, document }) {
        seen.push([kind, name, viewer, variables, document?.definitions.length])
        return ({ errors, results }) => void seen.push(['executed', errors.length, results])
      },
      onSubgraphCall({ subgraph, representations, request }) {
        seen.push([subgraph, representations, request.operation.kind])
        return ({ response, error }) => void seen.push([subgraph, response?.errors, error])
      },
    }
    await using router = await openTestRouter(librarySubgraphs, {}, { plugins: [plugin] })

    await router.ask('query P($id: ID!) { person(id: $id) { name reviews { stars } } }', {
      variables: { id: '1' },
      headers: { 'x-mine': 'yes' },
    })

    await eventually(() => expect(seen).toHaveLength(12))
    expect(seen).toEqual([
      ['schema', 'Query', true],
      ['request', 'POST', '/graphql', 'yes'],
      ['parse', '/graphql'],
      ['validate', '/graphql'],
      ['plan', '/graphql'],
      ['query', 'P', null, { id: '1' }, 1],
      ['people', 0, 'query'],
      ['people', [], undefined],
      ['reviews', 1, 'query'],
      ['reviews', [], undefined],
      ['executed', 0, 1],
      ['answered', 200, []],
    ])
  })

  it('refuses a request with the status of its code, for pages of other origins too', async () => {
    const plugin: RouterPlugin = {
      name: 'door',
      async onRequest({ headers }) {
        if (!headers['x-key']) throw new GravityError('FORBIDDEN', 'Bring a key.')
        return undefined
      },
    }
    await using router = await openTestRouter(librarySubgraphs, {}, { plugins: [plugin] })
    const send = (headers: Record<string, string>) =>
      fetch(router.graphql, {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...headers },
        body: '{"query":"{ nothing { id } }"}',
      })

    const refused = await send({ origin: 'http://localhost:3000' })
    const answered = await send({ 'x-key': '1' })

    expect(refused.status).toBe(403)
    expect(refused.headers.get('access-control-allow-origin')).toBe('http://localhost:3000')
    expect(await refused.json()).toMatchObject({
      errors: [{ message: 'Bring a key.', extensions: { code: 'FORBIDDEN' } }],
    })
    expect(await answered.json()).toEqual({ data: { nothing: null } })
  })

  it('refuses an operation, alone and in a batch', async () => {
    const plugin: RouterPlugin = {
      name: 'names',
      onOperation({ name }) {
        if (name === undefined) throw new GravityError('BAD_USER_INPUT', 'Give it a name.')
        return undefined
      },
    }
    await using router = await openTestRouter(librarySubgraphs, {}, { plugins: [plugin] })

    const alone = await router.ask('{ nothing { id } }')
    const response = await fetch(router.graphql, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify([
        { query: '{ nothing { id } }' },
        { query: 'query N { nothing { id } }' },
      ]),
    })

    const refusal = { message: 'Give it a name.', extensions: { code: 'BAD_USER_INPUT' } }
    expect(alone).toMatchObject({ errors: [refusal] })
    expect(alone).not.toHaveProperty('data')
    expect(await response.json()).toMatchObject([
      { errors: [refusal] },
      { data: { nothing: null } },
    ])
  })

  it('adds headers and extensions to answers', async () => {
    const plugin: RouterPlugin = {
      name: 'adder',
      onRequest(request) {
        request.setHeader('X-Region', 'north')
        return undefined
      },
      async onOperation(operation) {
        operation.addExtension('cost', { units: 3 })
        return undefined
      },
    }
    await using router = await openTestRouter(librarySubgraphs, {}, { plugins: [plugin] })

    const response = await fetch(`${router.graphql}?query={nothing{id}}`)

    expect(response.headers.get('x-region')).toBe('north')
    expect(await response.text()).toBe(
      '{"data":{"nothing":null},"extensions":{"cost":{"units":3}}}',
    )
  })

  it('adds headers to what is sent to subgraphs, and never lets two that differ share an answer', async () => {
    const got: (string | undefined)[] = []
    const server = createServer((request, response) => {
      const { 'x-tenant': tenant } = request.headers
      got.push(String(tenant))
      setTimeout(() => {
        response.setHeader('content-type', 'application/json')
        response.end(JSON.stringify({ data: { tenant } }))
      }, 50)
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const { port } = server.address() as AddressInfo
    const plugin: RouterPlugin = {
      name: 'tenants',
      addsSubgraphHeaders: true,
      onSubgraphCall(call) {
        call.setHeader('X-Tenant', `${call.operation.request.headers['x-tenant']}`)
        return undefined
      },
    }
    const options = {
      plugins: [plugin],
      openClient: (name: string) => createHttpClient({ name, url: `http://127.0.0.1:${port}` }),
    }
    const one = [{ name: 'one', sdl: 'type Query { tenant: String }', resolvers: {} }]
    await using router = await openTestRouter(one, {}, options)

    const answers = await Promise.all(
      ['a', 'b'].map((tenant) => router.ask('{ tenant }', { headers: { 'x-tenant': tenant } })),
    )
    server.closeAllConnections()
    server.close()

    expect(answers).toEqual([{ data: { tenant: 'a' } }, { data: { tenant: 'b' } }])
    expect(got.toSorted()).toEqual(['a', 'b'])
  })

  it('that breaks costs its request and nothing more', async () => {
    const logged: string[] = []
    const broken = (): never => {
      throw new Error('a secret of the inside')
    }
    const plugin: RouterPlugin = {
      name: 'broken',
      onSchema: broken,
      onRequest: ({ headers }) => (headers['x-break'] === 'request' ? broken() : undefined),
      onOperation: ({ request }) =>
        request.headers['x-break'] === 'operation' ? broken() : undefined,
      onSubgraphCall: ({ operation }) =>
        operation.request.headers['x-break'] === 'call' ? broken() : broken,
    }
    const log = createLogger({
      name: 'test',
      level: 'info',
      format: 'json',
      destination: { write: (line) => logged.push(line) },
    })
    await using router = await openTestRouter(librarySubgraphs, {}, { plugins: [plugin], log })
    const ask = (place: string) => router.ask(namesAndReviews, { headers: { 'x-break': place } })

    const whole = await ask('end')
    const answers = [await ask('request'), await ask('operation'), await ask('call')]

    expect(whole.data).toMatchObject({ person: { name: 'person 1' } })
    for (const { errors } of answers) {
      expect(errors).toMatchObject([{ extensions: { code: 'INTERNAL_SERVER_ERROR' } }])
    }
    expect(JSON.stringify(answers)).not.toContain('a secret')
    expect(logged.filter((line) => line.includes('broken')).length).toBeGreaterThanOrEqual(5)
  })

  it('evaluates policies', async () => {
    const key = await createTestKey()
    const sdl = `extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@policy"])
      type Query { ledger: String @policy(policies: [["staff"]]) }`
    const resolvers = { Query: { ledger: () => 'open' } }
    const plugin: RouterPlugin = {
      name: 'policies',
      allowsPolicy: (policy, { roles }) => roles.includes(policy),
    }
    const options = { plugins: [plugin], keySource: new TestKeySource(key).read }
    await using router = await openTestRouter([{ name: 'books', sdl, resolvers }], {}, options)
    const ask = async (roles: string[]) => {
      const token = await key.sign({ claims: { roles } })
      return router.ask('{ ledger }', { headers: { authorization: `Bearer ${token}` } })
    }

    expect(await ask(['staff'])).toEqual({ data: { ledger: 'open' } })
    expect(await ask(['guest'])).toMatchObject({ errors: [{ extensions: { code: 'FORBIDDEN' } }] })
  })

  it('decides which labels of @override are on', async () => {
    const link = (directives: string) =>
      `extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: [${directives}])`
    const subgraphs = [
      {
        name: 'old',
        sdl: `${link('"@shareable"')} type Query { place: String }`,
        resolvers: { Query: { place: () => 'old' } },
      },
      {
        name: 'new',
        sdl: `${link('"@override"')}
          type Query { place: String @override(from: "old", label: "beta") }`,
        resolvers: { Query: { place: () => 'new' } },
      },
    ]
    const key = await createTestKey()
    const plugins: RouterPlugin[] = [
      { name: 'undecided', decideLabel: () => undefined },
      { name: 'testers', decideLabel: (_label, viewer) => viewer?.userId === 'tester' },
    ]
    const options = { plugins, keySource: new TestKeySource(key).read }
    await using router = await openTestRouter(subgraphs, {}, options)
    const authorization = `Bearer ${await key.sign({ userId: 'tester' })}`

    expect(await router.ask('{ place }')).toEqual({ data: { place: 'old' } })
    expect(await router.ask('{ place }', { headers: { authorization } })).toEqual({
      data: { place: 'new' },
    })
  })

  it('sees deferred parts, and adds to the first of them', async () => {
    const ended: number[] = []
    const plugin: RouterPlugin = {
      name: 'observer',
      onOperation(operation) {
        operation.addExtension('mine', 1)
        return ({ results }) => void ended.push(results)
      },
    }
    await using router = await openTestRouter(librarySubgraphs, {}, { plugins: [plugin] })

    const response = await fetch(router.graphql, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        accept: 'multipart/mixed;deferSpec=20220824, application/json',
      },
      body: JSON.stringify({
        query: '{ person(id: "1") { name ... @defer { reviews { stars } } } }',
      }),
    })
    const text = await response.text()

    expect(response.headers.get('content-type')).toContain('multipart/mixed')
    expect(text).toContain('"mine":1')
    expect(text).toContain('"stars":5')
    await eventually(() => expect(ended).toEqual([2]))
  })

  it('follows subscriptions over sockets: operation, events and the end', async () => {
    const room = openChatRoom()
    const seen: unknown[] = []
    const plugin: RouterPlugin = {
      name: 'observer',
      onRequest({ transport }) {
        seen.push(transport)
        return ({ status }: RequestOutcome) => void seen.push(['left', status])
      },
      onOperation({ kind, name }) {
        seen.push([kind, name])
        return ({ results }) => void seen.push(['ended', results])
      },
      onEvent() {
        seen.push('event')
        return ({ errors }) => void seen.push(['event ended', errors.length])
      },
      onSubgraphCall: ({ subgraph, request }) => {
        seen.push([subgraph, request.operation.kind])
        return undefined
      },
    }
    await using router = await openTestRouter(room.subgraphs, {}, { plugins: [plugin] })
    const client = createClient({
      url: router.graphql.replace('http', 'ws'),
      webSocketImpl: WebSocket,
      retryAttempts: 0,
    })
    const results = client.iterate({
      query: 'subscription S { posted(room: "hall") { body author { name } } }',
    })
    const next = results.next()
    await eventually(() => expect(room.listeners()).toBe(1))
    room.post('hello')

    expect((await next).value?.data).toEqual({
      posted: { body: 'hello', author: { name: 'person 1' } },
    })
    await results.return?.()
    await eventually(() => expect(seen).toHaveLength(8))
    expect(seen).toEqual([
      'websocket',
      ['subscription', 'S'],
      ['chat', 'subscription'],
      'event',
      ['people', 'query'],
      ['event ended', 0],
      ['ended', 1],
      ['left', undefined],
    ])
    await client.dispose()
  })
})

describe('GRAVITY_ROUTER_PLUGINS', () => {
  it('loads the example, which does what it says', async () => {
    const env = { GRAVITY_ROUTER_PLUGINS: './router/examples/company-plugin.ts' }
    await using router = await openTestRouter(librarySubgraphs, env)

    const stranger = await router.ask('{ nothing { id } }')
    const known = await router.ask('query Q { nothing { id } }', {
      headers: { 'graphql-client-name': 'shop' },
    })

    expect(stranger).toMatchObject({ errors: [{ extensions: { code: 'FORBIDDEN' } }] })
    expect(known).toEqual({
      data: { nothing: null },
      extensions: { company: { operation: 'Q' } },
    })
  })

  it('says in one sentence what cannot be loaded', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'gravity-plugins-'))
    const modules = {
      missing: { text: undefined, reason: /missing\.mjs, which .* cannot be loaded: / },
      empty: { text: 'export const other = 1', reason: /must export "plugin" or "createPlugin"/ },
      failing: {
        text: 'export const createPlugin = () => { throw new Error("No key.") }',
        reason: /cannot be loaded: No key\./,
      },
    }
    try {
      for (const [name, { text, reason }] of Object.entries(modules)) {
        const path = join(folder, `${name}.mjs`)
        if (text !== undefined) await writeFile(path, text)
        const opening = openTestRouter(librarySubgraphs, { GRAVITY_ROUTER_PLUGINS: path })

        await expect(opening).rejects.toThrow(StartError)
        await expect(
          openTestRouter(librarySubgraphs, { GRAVITY_ROUTER_PLUGINS: path }),
        ).rejects.toThrow(reason)
      }
    } finally {
      await rm(folder, { recursive: true })
    }
  })

  it('watches nothing when there is nobody to tell', () => {
    const nobody = { plugins: [], accessLog: undefined, log: silentLog }

    expect(createRequestWatch(nobody)).toBeUndefined()
  })
})
