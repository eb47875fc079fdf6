import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { type RunningRouter, startRouter } from './running-router.ts'
import { createTestKey, type TestKey, TestKeySource } from './test-tokens.ts'

let router: RunningRouter
let key: TestKey
let stranger: TestKey
beforeAll(async () => {
  ;[key, stranger] = await Promise.all([createTestKey(), createTestKey()])
  router = await startRouter({ keySource: new TestKeySource(key).read })
})
afterAll(() => router.stop())

interface Answer {
  readonly status: number
  readonly codes: readonly unknown[]
  readonly text: string
}

async function readAnswer(response: Response): Promise<Answer> {
  const text = await response.text()
  const { errors = [] } = JSON.parse(text)
  return {
    status: response.status,
    codes: errors.map((error: { extensions?: { code?: unknown } }) => error.extensions?.code),
    text,
  }
}

function sendText(
  body: string | Buffer<ArrayBuffer>,
  headers: Readonly<Record<string, string>> = {},
): Promise<Answer> {
  const send = fetch(router.graphql, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      accept: 'application/graphql-response+json',
      ...headers,
    },
    body,
  })
  return send.then(readAnswer)
}

function sendQuery(query: unknown, more: Readonly<Record<string, unknown>> = {}): Promise<Answer> {
  return sendText(JSON.stringify({ query, ...more }))
}

function sendToken(authorization: string): Promise<Answer> {
  return sendText('{"query":"{ me { id } }"}', { authorization })
}

function deep(levels: number, open: string, close: string): string {
  return open.repeat(levels) + close.repeat(levels)
}

/** A whole request that must be refused, never with a 500, by one code. */
const refusals: readonly (readonly [string, string, () => Promise<Answer>])[] = [
  ['an unknown field', '400 BAD_USER_INPUT', () => sendQuery('{ unknown }')],
  ['a wrong literal', '400 BAD_USER_INPUT', () => sendQuery('{ hello(name: 5) }')],
  [
    'a wrong variable',
    '400 BAD_USER_INPUT',
    () => sendQuery('query q($n: String) { hello(name: $n) }', { variables: { n: [1] } }),
  ],
  [
    'a missing variable',
    '400 BAD_USER_INPUT',
    () => sendQuery('query q($n: Int!) { slow(ms: $n) }'),
  ],
  [
    'an unknown operation',
    '400 BAD_USER_INPUT',
    () => sendQuery('{ hello }', { operationName: 'x' }),
  ],
  ['a syntax error', '400 BAD_USER_INPUT', () => sendQuery('{')],
  ['an empty query', '400 BAD_USER_INPUT', () => sendQuery('')],
  [
    'a document without an operation',
    '400 BAD_USER_INPUT',
    () => sendQuery('fragment f on Query { hello }'),
  ],
  ['a schema as a document', '400 BAD_USER_INPUT', () => sendQuery('type Query { a: Int }')],
  ['an empty body', '400 BAD_USER_INPUT', () => sendText('')],
  ['malformed JSON', '400 BAD_USER_INPUT', () => sendText('{"query":"{ hello }"')],
  ['JSON that is no object', '400 BAD_USER_INPUT', () => sendText('"{ hello }"')],
  ['null', '400 BAD_USER_INPUT', () => sendText('null')],
  ['an empty batch', '400 BAD_USER_INPUT', () => sendText('[]')],
  [
    'parameters under __proto__',
    '400 BAD_USER_INPUT',
    () => sendText('{"__proto__":{"query":"{ hello }"}}'),
  ],
  ['a deeply nested JSON body', '400 BAD_USER_INPUT', () => sendText(deep(100_000, '{"a":', '}'))],
  [
    'bytes that are not UTF-8',
    '400 BAD_USER_INPUT',
    () =>
      sendText(
        Buffer.concat([Buffer.from('{"query":"{ hello }'), Buffer.from([0xff, 0x22, 0x7d])]),
      ),
  ],
  [
    'UTF-16',
    '415 BAD_USER_INPUT',
    () => sendText('{}', { 'content-type': 'application/json; charset=utf-16' }),
  ],
  [
    'another content type',
    '415 BAD_USER_INPUT',
    () => sendText('<a/>', { 'content-type': 'application/xml' }),
  ],
  [
    'a form',
    '400 BAD_USER_INPUT',
    () => sendText('query={hello}', { 'content-type': 'application/x-www-form-urlencoded' }),
  ],
  [
    'an oversized body',
    '413 BAD_USER_INPUT',
    () => sendText(`{"query":"${' '.repeat(1_100_000)}"}`),
  ],
  [
    '10,000 aliases',
    '400 BAD_USER_INPUT',
    () => sendQuery(`{ ${Array.from({ length: 10_000 }, (_, at) => `a${at}: hello`).join(' ')} }`),
  ],
  [
    '1,000 levels',
    '400 BAD_USER_INPUT',
    () => sendQuery(`{ ${deep(1_000, 'self { ', ' }').replace('}', 'hello }')} }`),
  ],
  [
    '1,000 levels of lists',
    '400 BAD_USER_INPUT',
    () => sendQuery(`{ hello(name: ${deep(1_000, '[', ']')}) }`),
  ],
  ['5,000 times one field', '400 BAD_USER_INPUT', () => sendQuery(`{ ${'hello '.repeat(5_000)} }`)],
  [
    'fragments on a cycle',
    '400 BAD_USER_INPUT',
    () => sendQuery('{ ...a } fragment a on Query { self { ...b } } fragment b on Query { ...a }'),
  ],
  ['a null byte in the document', '400 BAD_USER_INPUT', () => sendQuery('{ hello\u0000 }')],
  [
    'an unpaired surrogate in the document',
    '400 BAD_USER_INPUT',
    () => sendText('{"query":"{ hello \\ud800 }"}'),
  ],
  [
    'a null byte in the operation name',
    '400 BAD_USER_INPUT',
    () => sendQuery('query q { hello }', { operationName: '\u0000' }),
  ],
  [
    'an unpaired surrogate in the operation name',
    '400 BAD_USER_INPUT',
    () => sendText('{"query":"query q { hello }","operationName":"\\udfff"}'),
  ],
  [
    'a persisted query that is not known',
    '400 PERSISTED_QUERY_NOT_FOUND',
    () => sendText('{"extensions":{"persistedQuery":{"version":1,"sha256Hash":"00"}}}'),
  ],
  ['a token that is none', '401 UNAUTHENTICATED', () => sendToken('Bearer nonsense')],
  ['an empty token', '401 UNAUTHENTICATED', () => sendToken('Bearer ')],
  ['another scheme', '401 UNAUTHENTICATED', () => sendToken('Basic YTpi')],
  [
    'a token of 10,000 characters',
    '401 UNAUTHENTICATED',
    () => sendToken(`Bearer ${'a'.repeat(10_000)}`),
  ],
  [
    'an expired token',
    '401 UNAUTHENTICATED',
    async () => sendToken(`Bearer ${await key.sign({ expiresAt: new Date(Date.now() - 1_000) })}`),
  ],
  [
    "a token of another's key",
    '401 UNAUTHENTICATED',
    async () => sendToken(`Bearer ${await stranger.sign()}`),
  ],
  [
    'a token with a broken signature',
    '401 UNAUTHENTICATED',
    async () => sendToken(`Bearer ${(await key.sign()).slice(0, -8)}AAAAAAAA`),
  ],
  [
    'a token that is signed by nobody',
    '401 UNAUTHENTICATED',
    () => sendToken(`Bearer ${unsigned()}`),
  ],
]

function unsigned(): string {
  const encode = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url')
  const header = { alg: 'none', typ: 'at+jwt' }
  return `${encode(header)}.${encode({ sub: 'user-1', sid: 's', exp: 4_000_000_000 })}.`
}

describe('bad input', () => {
  it.each(refusals)('%s is refused with %s', async (_, expected, send) => {
    const answer = await send()

    const found = new Set(answer.codes.map((code) => `${answer.status} ${code}`))
    expect([...found]).toEqual([expected])
    expect(answer.text).not.toMatch(/node_modules|\.ts:|at .* \(/)
  })

  it('leaves the router alive', async () => {
    const response = await router.post({ query: '{ hello }' })

    expect(await response.json()).toEqual({ data: { hello: 'Hello world' } })
  })

  it('hands null bytes and unpaired surrogates in variables to the graph unharmed', async () => {
    const body = '{"query":"query q($n:String){hello(name:$n)}","variables":{"n":"\\u0000\\ud800"}}'

    const answer = await sendText(body)

    expect(answer.status).toBe(200)
    expect(JSON.parse(answer.text)).toEqual({ data: { hello: 'Hello \u0000\ud800' } })
  })

  it('ends a body that breaks off', async () => {
    const gone = new AbortController()
    const body = new ReadableStream({
      start: (controller) => {
        controller.enqueue(Buffer.from('{"query":'))
        setImmediate(() => gone.abort())
      },
    })

    const request = fetch(router.graphql, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body,
      duplex: 'half',
      signal: gone.signal,
    })

    await expect(request).rejects.toThrow()
  })
})
