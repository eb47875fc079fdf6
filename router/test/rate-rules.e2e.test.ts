import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createMemoryRateLimits } from '@gravity/shared/rate-limit/memory-rate-limits'
import { silentLog } from '@gravity/shared/testing/silent-log'
import { describe, expect, it } from '@jest/globals'
import { createClient } from 'graphql-ws'
import { hashDocument } from '../src/documents/document-hash.ts'
import { createCachingSubgraphs } from './caching-subgraphs.ts'
import { openTestRouter } from './opened-router.ts'
import { type RunningRouter, startRouter } from './running-router.ts'
import { createTestKey, TestKeySource } from './test-tokens.ts'

function startWith(rules: unknown, options: Parameters<typeof startRouter>[0] = {}) {
  const env = { GRAVITY_ROUTER_RATE_LIMITS: JSON.stringify(rules) }
  return startRouter({ env, rateLimits: createMemoryRateLimits(), ...options })
}

async function statuses(
  router: RunningRouter,
  requests: readonly (readonly [string, Record<string, string>?])[],
): Promise<number[]> {
  const found: number[] = []
  for (const [query, headers] of requests)
    found.push((await router.post({ query }, headers)).status)
  return found
}

describe('a rate limit on a field', () => {
  const rule = {
    name: 'adding',
    key: 'address',
    fields: ['Mutation.add'],
    points: 2,
    windowSeconds: 60,
  }

  it('lets other fields pass, and says how to go on', async () => {
    await using router = await startWith([rule])
    const add = 'mutation { add(amount: 1) }'

    expect(await statuses(router, [[add], ['{ hello }'], [add], [add], ['{ hello }']])).toEqual([
      200, 200, 200, 429, 200,
    ])
    const refused = await router.post({ query: add }, { origin: 'http://localhost:3000' })
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0)
    expect(refused.headers.get('ratelimit-policy')).toBe('"adding";q=2;w=60')
    expect(refused.headers.get('ratelimit')).toMatch(/^"adding";r=0;t=\d+$/)
    expect(refused.headers.get('access-control-expose-headers')).toContain('ratelimit')
    expect(await refused.json()).toMatchObject({
      errors: [{ extensions: { code: 'RATE_LIMITED', rule: 'adding' } }],
    })
  })

  it('counts every selection: aliases, fragments, and those of a batch', async () => {
    await using router = await startWith([rule])

    const aliases =
      'mutation { ...f ...f b: add(amount: 1) } fragment f on Mutation { a: add(amount: 1) }'
    expect(await statuses(router, [[aliases]])).toEqual([429])

    await using other = await startWith([{ ...rule, fields: ['Mutation.*'] }])
    const one = { query: 'mutation { add(amount: 1) }' }
    expect(await (await other.post([one, one, one])).json()).toMatchObject([
      { data: {} },
      { data: {} },
      { errors: [{ extensions: { code: 'RATE_LIMITED' } }] },
    ])
  })

  it('holds on sockets and event streams', async () => {
    await using router = await startWith([{ ...rule, fields: ['Subscription.count'], points: 1 }])
    const client = createClient({ url: router.socketUrl, retryAttempts: 0 })
    const query = 'subscription { count(to: 1) }'

    for await (const event of client.iterate({ query })) expect(event).toBeDefined()
    await expect(client.iterate({ query }).next()).rejects.toMatchObject([
      { extensions: { code: 'RATE_LIMITED', retryAfterSeconds: expect.any(Number) } },
    ])
    const stream = await router.post({ query }, { accept: 'text/event-stream' })
    expect(stream.status).toBe(429)
    await client.dispose()
  })
})

describe('a whole router', () => {
  it('counts what it answers from its cache too, and documents by their hash', async () => {
    const graph = createCachingSubgraphs()
    const rules = [
      { name: 'people', key: 'address', fields: ['Person.name'], points: 3, windowSeconds: 60 },
    ]
    await using router = await openTestRouter(graph.subgraphs, {
      GRAVITY_ROUTER_RATE_LIMITS: JSON.stringify(rules),
    })
    const query = '{ person(id: "1") { ... on Person { name } } }'
    const extensions = { persistedQuery: { version: 1, sha256Hash: hashDocument(query) } }
    const post = (body: object) =>
      fetch(router.graphql, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(body),
      })

    const answers = [
      await post({ query, extensions }),
      await post({ extensions }),
      await post({ query }),
      await post({ query }),
    ]

    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 429])
    expect(answers[2]?.headers.get('cache-control')).toBe('public, max-age=60')
    expect(await answers[1]?.json()).toEqual({ data: { person: { name: 'Ada' } } })
    expect(graph.asked.get('person')).toBe(1)
  })
})

describe('the key of a rate limit', () => {
  it('may be a header; those without it share one', async () => {
    await using router = await startWith([
      { name: 'clients', key: 'header:x-client-id', points: 1, windowSeconds: 60 },
    ])

    const a = { 'x-client-id': 'a' }
    const b = { 'x-client-id': 'b' }
    const query = '{ hello }'
    expect(await statuses(router, [[query, a], [query, b], [query, a], [query], [query]])).toEqual([
      200, 200, 429, 200, 429,
    ])
  })

  it('may be the viewer, or the address of those without one', async () => {
    const key = await createTestKey()
    await using router = await startWith(
      [{ name: 'viewers', key: 'viewer', points: 1, windowSeconds: 60 }],
      { keySource: new TestKeySource(key).read },
    )
    const as = async (userId: string) => ({ authorization: `Bearer ${await key.sign({ userId })}` })

    const query = '{ hello }'
    expect(
      await statuses(router, [
        [query, await as('one')],
        [query, await as('two')],
        [query],
        [query, await as('one')],
        [query],
      ]),
    ).toEqual([200, 200, 200, 429, 429])
  })

  it('may be nothing, and operations may be chosen by their names', async () => {
    await using router = await startWith([
      { name: 'reports', key: 'everybody', operations: ['Report'], points: 1, windowSeconds: 60 },
    ])

    expect(
      await statuses(router, [
        ['query Report { hello }'],
        ['{ hello }'],
        ['query Report { me { id } }'],
      ]),
    ).toEqual([200, 200, 429])
  })
})

describe('GRAVITY_ROUTER_RATE_LIMITS', () => {
  const rule = { name: 'a', key: 'address', points: 1, windowSeconds: 1 }

  it('may name a file', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'gravity-rates-'))
    const file = join(folder, 'rates.json')
    await writeFile(file, JSON.stringify([{ ...rule, windowSeconds: 60 }]))
    try {
      await using router = await startRouter({ env: { GRAVITY_ROUTER_RATE_LIMITS: file } })

      expect(await statuses(router, [['{ hello }'], ['{ hello }']])).toEqual([200, 429])
    } finally {
      await rm(folder, { recursive: true })
    }
  })

  it('warns of fields that there are not', async () => {
    const warnings: unknown[] = []
    const log = { ...silentLog, warn: (facts: unknown) => warnings.push(facts) }
    await using router = await startWith(
      [{ ...rule, fields: ['Mutation.add', 'Mutation.login', 'Query.*', 'Nowhere.*'] }],
      { log },
    )

    expect(router.url).toBeDefined()
    expect(warnings).toEqual([{ field: 'Mutation.login' }, { field: 'Nowhere.*' }])
  })

  it.each([
    ['[{', 'is not valid JSON'],
    ['/nowhere/rates.json', 'cannot be read'],
    ['[{"name":"a"}]', 'at 0.key'],
    [[{ ...rule, key: 'header:' }], 'at 0.key'],
    [[{ ...rule, points: 0 }], 'at 0.points'],
    [[{ ...rule, fields: ['login'] }], 'coordinates such as Mutation.login'],
    [[{ ...rule, window: 1 }], 'Unrecognized key'],
    [[rule, rule], 'two rules have one name'],
  ])('stops the start when it is %j', async (value, reason) => {
    const text = typeof value === 'string' ? value : JSON.stringify(value)

    await expect(
      (async () => startRouter({ env: { GRAVITY_ROUTER_RATE_LIMITS: text } }))(),
    ).rejects.toThrow(reason)
  })
})
