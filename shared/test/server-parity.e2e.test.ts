import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { type FormattedExecutionResult, parse } from 'graphql'
import { createClient } from 'graphql-ws'
import WebSocket from 'ws'
import { createInMemoryCaller } from '../src/server/call-in-memory.ts'
import { type SubgraphServer, serveSubgraph } from '../src/server/serve-subgraph.ts'
import { aViewer } from '../src/testing/a-viewer.ts'
import { silentLog } from '../src/testing/silent-log.ts'
import { createIdentitySigner, IDENTITY_HEADER } from '../src/viewer/signed-identity.ts'
import type { RequestIdentity } from '../src/viewer/viewer.ts'
import { anIdentity, createNoticeBoard } from './server-notices.ts'

const meshSecret = 'a mesh secret that is long enough for a test'
const signer = createIdentitySigner({ secret: meshSecret })

interface Case {
  readonly title: string
  readonly query: string
  readonly variables?: Record<string, unknown>
  readonly operationName?: string
  readonly identity?: RequestIdentity
}

const signedIn = anIdentity({ viewer: aViewer({ userId: 'u1' }) })
const moderator = anIdentity({
  viewer: aViewer({ scopes: ['notices:read', 'notices:moderate'] }),
})

const entities = `query($representations: [_Any!]!) {
  _entities(representations: $representations) {
    __typename
    ... on Notice { id body postedAt }
    ... on Secret { id text }
  }
}`

const questions: readonly Case[] = [
  {
    title: 'a list',
    query: '{ notices { nodes { id body postedAt } pageInfo { endCursor hasNextPage } } }',
  },
  {
    title: 'a variable',
    query: 'query($id: ID!) { notice(id: $id) { body } }',
    variables: { id: 'n3' },
  },
  { title: 'nothing found', query: '{ notice(id: "none") { body } }' },
  {
    title: 'aliases and __typename',
    query: '{ a: notice(id: "n1") { __typename id } b: notice(id: "n2") { id } }',
  },
  { title: 'the viewer', query: '{ whoAmI }', identity: signedIn },
  { title: 'a scalar converted', query: '{ at(time: "2026-03-01T12:00:00+02:00") }' },
  {
    title: 'an enum of problems',
    query:
      'mutation { post(input: { body: "" }) { __typename ... on InvalidInput { code message field } } }',
    identity: signedIn,
  },
  {
    title: 'a mutation',
    query: 'mutation { post(input: { body: "Hi" }) { ... on Notice { id body } } }',
    identity: signedIn,
  },
  { title: 'a mutation refused', query: 'mutation { post(input: { body: "Hi" }) { __typename } }' },
  {
    title: 'one of several named operations',
    query: 'query A { whoAmI } query B { notice(id: "n1") { id } }',
    operationName: 'B',
  },
  { title: 'an unknown operation name', query: 'query A { whoAmI }', operationName: 'C' },
  { title: 'a bug, masked', query: '{ fails whoAmI }', identity: signedIn },
  { title: 'an outage, explained', query: '{ failsUnavailable }' },
  { title: 'a null that must not be', query: '{ failsRequired { must } }' },
  { title: 'a protected field, anonymous', query: '{ notice(id: "n1") { id draft } }' },
  {
    title: 'a protected field, signed in',
    query: '{ notice(id: "n1") { id draft } }',
    identity: signedIn,
  },
  { title: 'a protected type, anonymous', query: '{ secret { text } }' },
  { title: 'a missing scope', query: '{ moderation }', identity: signedIn },
  { title: 'a scope held', query: '{ moderation }', identity: moderator },
  {
    title: 'a union with a protected member',
    query: '{ findings { __typename ... on Notice { id } ... on Secret { text } } }',
  },
  {
    title: 'a bad variable',
    query: 'query($id: ID!) { notice(id: $id) { body } }',
    variables: { id: { no: 1 } },
  },
  { title: 'a missing variable', query: 'query($id: ID!) { notice(id: $id) { body } }' },
  {
    title: 'a bad scalar in a variable',
    query: 'query($t: DateTime!) { at(time: $t) }',
    variables: { t: 'yesterday' },
  },
  {
    title: 'a null character',
    query: 'query($i: EchoInput) { echo(input: $i) }',
    variables: { i: { tags: ['ok', 'a\u0000b'] } },
  },
  {
    title: 'an unpaired surrogate',
    query: 'query($t: String) { echo(text: $t) }',
    variables: { t: '\ud800' },
  },
  { title: 'a null character as a literal', query: String.raw`{ echo(text: "a\u0000b") }` },
  { title: 'a bad page', query: '{ notices(first: 5) { nodes { id } } }' },
  { title: 'a bad cursor', query: '{ notices(after: "nonsense") { nodes { id } } }' },
  {
    title: 'entities',
    query: entities,
    variables: {
      representations: [
        { __typename: 'Notice', id: 'n2' },
        { __typename: 'Notice', id: 'none' },
        { __typename: 'Notice', id: 'n1' },
      ],
    },
  },
  {
    title: 'entities of which some are refused',
    query: entities,
    variables: {
      representations: [
        { __typename: 'Notice', id: 'throws' },
        { __typename: 'Secret', id: 's1' },
        { __typename: 'Notice', id: 'n1' },
      ],
    },
  },
  {
    title: 'a broken context',
    query: '{ whoAmI }',
    identity: anIdentity({ requestId: 'breaks-context' }),
  },
  { title: 'the SDL', query: '{ _service { sdl } }' },
]

const subscriptions: readonly Case[] = [
  { title: 'a finite stream', query: 'subscription { countdown(from: 3) }' },
  {
    title: 'a stream of variables',
    query: 'subscription($from: Int!) { left: countdown(from: $from) }',
    variables: { from: 2 },
  },
  { title: 'a source that breaks', query: 'subscription { breaks }' },
  { title: 'a refusal', query: 'subscription { moderated { id } }', identity: signedIn },
  { title: 'a refusal of strangers', query: 'subscription { moderated { id } }' },
  {
    title: 'a broken context',
    query: 'subscription { breaks }',
    identity: anIdentity({ requestId: 'breaks-context' }),
  },
  {
    title: 'a bad variable',
    query: 'subscription($from: Int!) { countdown(from: $from) }',
    variables: { from: 'x' },
  },
]

const { subgraph } = createNoticeBoard()
const caller = createInMemoryCaller(subgraph, { log: silentLog })
let server: SubgraphServer

beforeAll(async () => {
  server = await serveSubgraph(subgraph, { host: '127.0.0.1', port: 0, meshSecret, log: silentLog })
})
afterAll(() => server.stop())

function inMemory({ query, variables, operationName, identity = anIdentity() }: Case) {
  const { signal } = new AbortController()
  return { document: parse(query), variables, operationName, identity, signal }
}

async function overHttp({ query, variables, operationName, identity = anIdentity() }: Case) {
  const response = await fetch(`${server.url}/graphql`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      [IDENTITY_HEADER]: signer.sign(identity, 'notices'),
    },
    body: JSON.stringify({ query, variables, operationName }),
  })
  return await response.json()
}

async function overSocket({ query, variables, identity = anIdentity() }: Case) {
  const client = createClient({
    url: `${server.url.replace('http', 'ws')}/graphql`,
    webSocketImpl: WebSocket,
  })
  const results: unknown[] = []
  try {
    const extensions = { identity: signer.sign(identity, 'notices') }
    for await (const result of client.iterate({ query, variables, extensions }))
      results.push(result)
  } finally {
    await client.dispose()
  }
  return results
}

/** What the answer is once it has been through JSON, as a client sees it. */
function asJson(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value))
}

describe('a subgraph called in memory and over HTTP', () => {
  it.each(questions)('answers $title alike', async (question) => {
    const [memory, http] = await Promise.all([
      caller.execute(inMemory(question)),
      overHttp(question),
    ])

    expect(asJson(memory)).toEqual(http)
  })

  it.each(subscriptions)('streams $title alike', async (question) => {
    const started = await caller.subscribe(inMemory(question))
    const memory: FormattedExecutionResult[] =
      Symbol.asyncIterator in started ? await Array.fromAsync(started) : [started]

    expect(asJson(memory)).toEqual(await overSocket(question))
  })
})
