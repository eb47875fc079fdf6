import { publishInvalidation } from '@gravity/shared/cache/invalidation'
import { createMemoryPubSub } from '@gravity/shared/pubsub/memory-pubsub'
import { eventually } from '@gravity/shared/testing/eventually'
import { TestClock } from '@gravity/shared/testing/test-clock'
import { describe, expect, it } from '@jest/globals'
import { aGate, createCachingSubgraphs } from './caching-subgraphs.ts'
import { openTestRouter } from './opened-router.ts'
import { createTestKey, TestKeySource } from './test-tokens.ts'

const person = 'query ($id: ID!) { person(id: $id) { name } }'
const one = { query: person, variables: { id: '1' } }

async function start(env: NodeJS.ProcessEnv = {}) {
  const graph = createCachingSubgraphs()
  const key = await createTestKey()
  const clock = new TestClock()
  clock.stopAt()
  const pubsub = createMemoryPubSub()
  const router = await openTestRouter(graph.subgraphs, env, {
    pubsub,
    now: () => clock.now(),
    keySource: new TestKeySource(key).read,
  })
  const post = async (body: object, headers: Record<string, string> = {}) => {
    const response = await fetch(router.graphql, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: JSON.stringify(body),
    })
    const text = await response.text()
    const header = (name: string) => response.headers.get(name)
    return { status: response.status, header, answer: JSON.parse(text) }
  }
  const as = async (userId: string, scope = '') => ({
    authorization: `Bearer ${await key.sign({ userId, scope })}`,
  })
  return { ...graph, graph, router, clock, pubsub, post, as, [Symbol.asyncDispose]: router.stop }
}

describe('an answer that may be kept', () => {
  it('is not looked for by variables that cannot be written, which then are nobody’s fault but the client’s', async () => {
    await using it = await start({ GRAVITY_ROUTER_DEDUPLICATE: 'on' })
    await it.post(one)
    const deep = '['.repeat(200_000) + ']'.repeat(200_000)
    const send = (id: string) =>
      fetch(it.router.graphql, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: `{"query":${JSON.stringify(person)},"variables":{"id":${id},"other":${deep}}}`,
      })

    const [extra, wrong, also] = await Promise.all(['"2"', deep, deep].map(send))

    expect(await extra?.json()).toEqual({ data: { person: { name: 'Bob' } } })
    expect(await wrong?.json()).toMatchObject({
      errors: [{ extensions: { code: 'BAD_USER_INPUT' } }],
    })
    expect(also?.status).toBe(200)
  })

  it('is for no cache on the way when headers are forwarded that decide it', async () => {
    const all = { headers: [{ forward: 'x-tenant' }] }
    await using it = await start({ GRAVITY_ROUTER_TRAFFIC: JSON.stringify({ all }) })

    const first = await it.post(one, { 'x-tenant': 'a' })
    await it.post(one, { 'x-tenant': 'a' })
    await it.post(one, { 'x-tenant': 'b' })

    expect(first.header('cache-control')).toBe('private, max-age=60')
    expect(first.header('vary')).toContain('accept, x-tenant')
    expect(it.asked.get('person')).toBe(2)
  })

  it('is given again without asking anybody, with its age', async () => {
    await using it = await start()

    const first = await it.post(one)
    it.clock.advance(12_300)
    const second = await it.post(one)

    expect(first.answer).toEqual({ data: { person: { name: 'Ada' } } })
    expect(first.header('cache-control')).toBe('public, max-age=60')
    expect(first.header('age')).toBeNull()
    expect(second.answer).toEqual(first.answer)
    expect(second.header('cache-control')).toBe('public, max-age=60')
    expect(second.header('age')).toBe('12')
    expect(it.asked.get('person')).toBe(1)
  })

  it('is another one for other variables and other operations, and the same for other texts', async () => {
    await using it = await start()

    await it.post(one)
    const other = await it.post({ query: person, variables: { id: '2' } })
    const alike = await it.post({ variables: { id: '1' }, query: person, extensions: {} })
    const more = await it.post({ query: '{ person(id: "1") { id name } }' })

    expect(other.answer.data.person.name).toBe('Bob')
    expect(alike.header('age')).toBe('0')
    expect(more.header('age')).toBeNull()
    expect(it.asked.get('person')).toBe(3)
  })

  it('is made anew when it is too old', async () => {
    await using it = await start()
    await it.post(one)
    it.names.set('1', 'Eve')
    it.clock.advance(60_000)

    const later = await it.post(one)

    expect(later.answer.data.person.name).toBe('Eve')
    expect(later.header('age')).toBeNull()
  })

  it('may be kept for as long as the least of its parts', async () => {
    await using it = await start()

    const brief = await it.post({ query: '{ person(id: "1") { name brief } }' })
    const posts = await it.post({ query: '{ posts { author { name } } }' })
    const none = await it.post({ query: '{ posts { author { name } } post { id } }' })

    expect(brief.header('cache-control')).toBe('public, max-age=10')
    expect(posts.header('cache-control')).toBe('public, max-age=30')
    expect(none.header('cache-control')).toBe('no-store')
  })

  it.each([
    ['without a hint', '{ post { id } }'],
    ['with a hint against it', '{ uncached { name } }'],
    ['with an error', '{ broken }'],
    ['with an error beside what may be kept', '{ person(id: "1") { name } broken }'],
    ['about the schema', '{ __typename }'],
  ])('is none %s', async (_reason, query) => {
    await using it = await start()

    await it.post({ query })
    const again = await it.post({ query })

    expect(again.header('cache-control')).toBe('no-store')
    expect(again.header('age')).toBeNull()
  })

  it('is none for a mutation, which is executed each time', async () => {
    await using it = await start()
    const query = 'mutation { rename(id: "1", name: "Eve") { name } }'

    await it.post({ query })
    it.names.set('1', 'Ada')
    const again = await it.post({ query })

    expect(again.header('cache-control')).toBe('no-store')
    expect(it.names.get('1')).toBe('Eve')
  })

  it('is not looked for when the cache is off', async () => {
    await using it = await start({ GRAVITY_ROUTER_RESPONSE_CACHE: 'false' })

    await it.post(one)
    const again = await it.post(one)

    expect(again.header('cache-control')).toBe('no-store')
    expect(it.asked.get('person')).toBe(2)
  })

  it('still needs a token that holds, and counts as a request', async () => {
    await using it = await start({ GRAVITY_ROUTER_REQUESTS_PER_ADDRESS: '3' })
    await it.post(one)

    const refused = await it.post(one, { authorization: 'Bearer nonsense' })
    const last = await it.post(one)
    const tooMany = await it.post(one)

    expect([refused.status, last.status, tooMany.status]).toEqual([401, 200, 429])
  })
})

describe('an answer for one viewer', () => {
  const me = { query: '{ me { name } }' }

  it('is kept for the viewer alone, with the rights that they have', async () => {
    await using it = await start()
    const [ada, reader, bob] = [await it.as('ada'), await it.as('ada', 'read'), await it.as('bob')]

    const first = await it.post(me, ada)
    const again = await it.post(me, ada)
    const others = [await it.post(me, reader), await it.post(me, bob)]

    expect(first.header('cache-control')).toBe('private, max-age=60')
    expect(first.header('vary')).toContain('authorization')
    expect(again.header('age')).toBe('0')
    expect(again.answer.data.me.name).toBe('ada ')
    expect(others.map(({ answer }) => answer.data.me.name)).toEqual(['ada read', 'bob '])
    expect(it.asked.get('me')).toBe(3)
  })

  it('is not kept for a stranger', async () => {
    await using it = await start()
    await it.post(me)

    expect((await it.post(me)).header('age')).toBeNull()
    expect((await it.post(me, await it.as('ada'))).answer.data.me).not.toBeNull()
  })

  it('of what access rules protect is kept for each viewer apart', async () => {
    await using it = await start()
    const members = { query: '{ members { name } }' }

    const first = await it.post(members, await it.as('ada'))
    const again = await it.post(members, await it.as('ada'))
    const other = await it.post(members, await it.as('bob'))
    const stranger = await it.post(members)

    expect(first.header('cache-control')).toBe('private, max-age=60')
    expect(again.header('age')).toBe('0')
    expect(other.header('age')).toBeNull()
    expect(stranger.answer.errors[0].extensions.code).toBe('UNAUTHENTICATED')
    expect(stranger.header('cache-control')).toBe('no-store')
  })
})

describe('a conditional request', () => {
  const get = (it: { router: { graphql: string } }, headers: Record<string, string> = {}) =>
    fetch(`${it.router.graphql}?query=${encodeURIComponent('{ person(id: "1") { name } }')}`, {
      headers,
    })

  it('is answered with 304 by GET when the answer is the same', async () => {
    await using it = await start()
    const first = await get(it)
    const etag = first.headers.get('etag') ?? ''

    const same = await get(it, { 'if-none-match': `"other", W/${etag}` })
    const any = await get(it, { 'if-none-match': '*' })
    const other = await get(it, { 'if-none-match': '"other"' })

    expect(etag).toMatch(/^"[\w-]{27}"$/)
    expect([same.status, any.status, other.status]).toEqual([304, 304, 200])
    expect(await same.text()).toBe('')
    expect(same.headers.get('etag')).toBe(etag)
    expect(same.headers.get('cache-control')).toBe('public, max-age=60')
    expect(await other.json()).toEqual({ data: { person: { name: 'Ada' } } })
  })

  it('gets another tag for another answer', async () => {
    await using it = await start()
    const first = await get(it)
    it.names.set('1', 'Eve')
    it.clock.advance(61_000)

    const later = await get(it, { 'if-none-match': first.headers.get('etag') ?? '' })

    expect(later.status).toBe(200)
    expect(later.headers.get('etag')).not.toBe(first.headers.get('etag'))
  })

  it('has no meaning for POST, and HEAD has the headers of GET', async () => {
    await using it = await start()
    const first = await get(it)
    const url = `${it.router.graphql}?query=${encodeURIComponent('{ person(id: "1") { name } }')}`

    const head = await fetch(url, { method: 'HEAD' })
    const posted = await it.post(
      { query: '{ person(id: "1") { name } }' },
      { 'if-none-match': '*' },
    )

    expect(head.status).toBe(200)
    expect(head.headers.get('etag')).toBe(first.headers.get('etag'))
    expect(head.headers.get('content-length')).toBe(first.headers.get('content-length'))
    expect(posted.status).toBe(200)
    expect(posted.header('etag')).toBeNull()
  })
})

describe('an invalidation', () => {
  const secret = 'a secret of sixteen letters'

  it.each([
    ['the key of an entity that the answer shows', '{ person(id: "1") { id name } }', 'Person:1'],
    ['a tag of the entity', '{ person(id: "1") { id name } }', 'name-of-1'],
    ['a tag of the field', '{ person(id: "1") { name } }', 'person-1'],
    ['an entity within a list', '{ posts { author { name } } }', 'Person:1'],
  ])('by %s makes the next answer anew', async (_what, query, tag) => {
    await using it = await start()
    await it.post({ query })
    await it.post({ query })
    it.names.set('1', 'Eve')

    await publishInvalidation(it.pubsub, ['Person:2000', tag])

    await eventually(async () => {
      expect(JSON.stringify((await it.post({ query })).answer)).toContain('Eve')
    })
  })

  it('about something else changes nothing', async () => {
    await using it = await start({ GRAVITY_ROUTER_CACHE_SECRET: secret })
    await it.post(one)

    const response = await invalidate(it, { tags: ['Person:2', 'person-2'] })

    expect(await response.json()).toEqual({ forgotten: 0 })
    expect((await it.post(one)).header('age')).toBe('0')
  })

  it('may be sent over HTTP by those who know the secret', async () => {
    await using it = await start({ GRAVITY_ROUTER_CACHE_SECRET: secret })
    await it.post(one)
    await it.post({ query: '{ people { id } }' })

    const refused = await invalidate(it, { tags: ['person-1'] }, 'another secret')
    const unclear = await invalidate(it, { tag: 'person-1' })
    const tagged = await invalidate(it, { tags: ['person-1'] })
    const all = await invalidate(it, { all: true })

    expect([refused.status, unclear.status]).toEqual([401, 400])
    expect(await tagged.json()).toEqual({ forgotten: 1 })
    expect(await all.json()).toEqual({ forgotten: 1 })
    expect((await it.post(one)).header('age')).toBeNull()
  })

  it('has no address of its own by default', async () => {
    await using it = await start()

    expect((await invalidate(it, { all: true })).status).toBe(404)
  })

  it('that arrives while the old value is on its way leaves nothing stale behind', async () => {
    await using it = await start({ GRAVITY_ROUTER_CACHE_SECRET: secret })
    await it.post(one)
    it.clock.advance(61_000)
    it.graph.gate = aGate()

    const old = it.post(one)
    await eventually(() => expect(it.asked.get('person')).toBe(2))
    it.names.set('1', 'Eve')
    await invalidate(it, { tags: ['person-1'] })
    it.graph.gate.open()

    expect((await old).answer.data.person.name).toBe('Ada')
    expect((await old).header('cache-control')).toBe('no-store')
    expect((await it.post(one)).answer.data.person.name).toBe('Eve')
  })

  async function invalidate(
    { router }: { router: { url: string } },
    body: object,
    bearer: string = secret,
  ): Promise<Response> {
    return fetch(`${router.url}/cache/invalidate`, {
      method: 'POST',
      headers: { authorization: `Bearer ${bearer}`, 'content-type': 'application/json' },
      body: JSON.stringify(body),
    })
  }
})
