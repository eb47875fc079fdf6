import type { AnswerAudience } from '@gravity/shared/server/answer-audience'
import type { RequestIdentity } from '@gravity/shared/viewer/viewer'
import { describe, expect, it } from '@jest/globals'
import type { TestSubgraph } from './execution-graph.ts'
import { openTestRouter } from './opened-router.ts'
import { createTestKey, TestKeySource } from './test-tokens.ts'

const federation = `extend schema
  @link(url: "https://specs.apollo.dev/federation/v2.12", import: ["@key"])
  directive @cacheControl(maxAge: Int, scope: CacheControlScope, inheritMaxAge: Boolean)
    on FIELD_DEFINITION | OBJECT | INTERFACE | UNION
  enum CacheControlScope { PUBLIC PRIVATE }`

/** What `aSubgraph` makes. */
interface Context {
  readonly identity: RequestIdentity
  readonly audience: AnswerAudience
}

/** A person who is hidden from Ben, and a post of theirs. `secret` is for its viewer alone. */
function createPeople() {
  const asked = { person: 0, reference: 0, secret: 0 }
  const find = ({ identity, audience }: Context) => {
    audience.exclude(['ben'])
    return { id: '1', name: identity.viewer?.userId === 'ben' ? 'Hidden' : 'Ada' }
  }
  const people: TestSubgraph = {
    name: 'people',
    sdl: `${federation}
      type Query { person: Person }
      type Person @key(fields: "id") @cacheControl(maxAge: 60) { id: ID! name: String secret: String }`,
    resolvers: {
      Query: {
        person(_: unknown, _arguments: unknown, context: object) {
          asked.person += 1
          return find(context as Context)
        },
      },
      Person: {
        __resolveReference(_: unknown, context: object) {
          asked.reference += 1
          return find(context as Context)
        },
        secret(_: unknown, _arguments: unknown, context: object) {
          asked.secret += 1
          const { audience, identity } = context as Context
          audience.restrict()
          return identity.viewer?.userId ?? 'nobody'
        },
      },
    },
  }
  const posts: TestSubgraph = {
    name: 'posts',
    sdl: `${federation}
      type Query { post: Post }
      type Post @cacheControl(maxAge: 60) { author: Person @cacheControl(inheritMaxAge: true) }
      type Person @key(fields: "id", resolvable: false) { id: ID! }`,
    resolvers: { Query: { post: () => ({ author: { id: '1' } }) } },
  }
  return { asked, subgraphs: [people, posts] }
}

async function start(env: NodeJS.ProcessEnv = {}) {
  const { asked, subgraphs } = createPeople()
  const key = await createTestKey()
  const router = await openTestRouter(subgraphs, env, { keySource: new TestKeySource(key).read })
  /** Null is somebody who is not signed in. */
  const ask = async (userId: string | null, query: string) => {
    const headers = userId === null ? {} : { authorization: `Bearer ${await key.sign({ userId })}` }
    const { data } = await router.ask(query, { headers })
    return data
  }
  return { asked, ask, router, [Symbol.asyncDispose]: router.stop }
}

const person = '{ person { name } }'
const author = '{ post { author { name } } }'
const ada = { person: { name: 'Ada' } }
const hidden = { person: { name: 'Hidden' } }

describe('an answer that is not for somebody', () => {
  it('is kept for all others', async () => {
    await using it = await start()

    expect(await it.ask('ann', person)).toEqual(ada)
    expect(await it.ask(null, person)).toEqual(ada)
    expect(it.asked.person).toBe(1)
    expect(await it.ask('ben', person)).toEqual(hidden)
    expect(await it.ask('ben', person)).toEqual(hidden)
    expect(it.asked.person).toBe(3)
    expect(await it.ask('cyd', person)).toEqual(ada)
    expect(it.asked.person).toBe(3)
  })

  it('is not kept when it was made for just them', async () => {
    await using it = await start()

    expect(await it.ask('ben', person)).toEqual(hidden)
    expect(await it.ask('ann', person)).toEqual(ada)
    expect(await it.ask('cyd', person)).toEqual(ada)
    expect(it.asked.person).toBe(2)
  })

  it('is for no cache on the way', async () => {
    await using it = await start()

    const response = await fetch(`${it.router.graphql}?query=${encodeURIComponent(person)}`)

    expect(await response.json()).toEqual({ data: ada })
    expect(response.headers.get('cache-control')).toBe('private, max-age=60')
    expect(response.headers.get('vary')).toContain('authorization')
  })

  it('is the same for entities', async () => {
    await using it = await start({ GRAVITY_ROUTER_RESPONSE_CACHE: 'false' })
    const names: unknown[] = []

    for (const viewer of ['ben', 'ann', 'ben', 'cyd', null]) {
      names.push(await it.ask(viewer, author))
    }

    const [one, other] = ['Hidden', 'Ada'].map((name) => ({ post: { author: { name } } }))
    expect(names).toEqual([one, other, one, other, other])
    expect(it.asked.reference).toBe(3)
  })

  it('makes what is put together from kept entities not for them either', async () => {
    await using it = await start()
    await it.ask('ann', author)

    expect(await it.ask('ann', 'query Again { post { author { name } } }')).toEqual({
      post: { author: { name: 'Ada' } },
    })
    expect(await it.ask('ben', 'query Again { post { author { name } } }')).toEqual({
      post: { author: { name: 'Hidden' } },
    })
  })
})

describe('an answer for its viewer alone', () => {
  it('is kept for nobody', async () => {
    await using it = await start()
    const secret = '{ person { secret } }'

    for (const viewer of ['ann', 'cyd', 'ann']) {
      expect(await it.ask(viewer, secret)).toEqual({ person: { secret: viewer } })
    }
    expect(await it.ask(null, secret)).toEqual({ person: { secret: 'nobody' } })
    expect(it.asked.secret).toBe(4)
  })
})
