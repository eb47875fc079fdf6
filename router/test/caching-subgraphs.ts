import type { RequestIdentity } from '@gravity/shared/viewer/viewer'
import { GraphQLError } from 'graphql'
import type { TestSubgraph } from './execution-graph.ts'

/** People and posts whose answers may be kept, with a count of what was really asked. */
export interface CachingSubgraphs {
  readonly subgraphs: readonly TestSubgraph[]
  /** How often each field or reference was resolved, such as `person` or `Person:2`. */
  readonly asked: Map<string, number>
  /** Names by id; change them to change what is answered. */
  readonly names: Map<string, string>
  /** What the next resolver of a person waits for after it has read the name. */
  gate: { promise: Promise<void>; open: () => void } | undefined
  /** Aborted resolvers. */
  aborted: number
}

const federation = `extend schema @link(url: "https://specs.apollo.dev/federation/v2.12", import: [
  "@key", "@shareable", "@inaccessible", "@authenticated", "@cacheTag"])
  directive @cacheControl(maxAge: Int, scope: CacheControlScope, inheritMaxAge: Boolean)
    on FIELD_DEFINITION | OBJECT | INTERFACE | UNION
  enum CacheControlScope @inaccessible { PUBLIC PRIVATE }`

const peopleSdl = `${federation}
  type Query {
    person(id: ID!): Person @cacheTag(format: "person-{$args.id}")
    people: [Person!]!
    me: Person @cacheControl(scope: PRIVATE)
    members: [Person!]! @authenticated
    uncached: Person @cacheControl(maxAge: 0)
    broken: String @cacheControl(maxAge: 60)
    failing: Person
  }
  type Mutation { rename(id: ID!, name: String!): Person }
  type Person @key(fields: "id") @cacheControl(maxAge: 60) @cacheTag(format: "name-of-{$key.id}") {
    id: ID!
    name: String
    greeting(to: String = "you"): String
    brief: String @cacheControl(maxAge: 10)
    risky: String
  }`

const postsSdl = `${federation}
  type Query { posts: [Post!]! @cacheControl(maxAge: 30) post: Post }
  type Post @key(fields: "id") { id: ID! author: Person @cacheControl(inheritMaxAge: true) }
  type Person @key(fields: "id", resolvable: false) { id: ID! }`

export function aGate(): { promise: Promise<void>; open: () => void } {
  const { promise, resolve } = Promise.withResolvers<void>()
  return { promise, open: () => resolve() }
}

export function createCachingSubgraphs(): CachingSubgraphs {
  const asked = new Map<string, number>()
  const names = new Map([
    ['1', 'Ada'],
    ['2', 'Bob'],
    ['3', 'Cyd'],
  ])
  const state: CachingSubgraphs = { subgraphs: [], asked, names, gate: undefined, aborted: 0 }
  const count = (what: string): void => void asked.set(what, (asked.get(what) ?? 0) + 1)
  const read = async (id: string): Promise<object | null> => {
    const name = names.get(id)
    await state.gate?.promise
    return name === undefined ? null : { id, name }
  }
  const people: TestSubgraph = {
    name: 'people',
    sdl: peopleSdl,
    resolvers: {
      Query: {
        person(_: unknown, { id }: { id: string }) {
          count('person')
          return read(id)
        },
        people() {
          count('people')
          return Promise.all([...names.keys()].map(read))
        },
        me(_: unknown, _arguments: unknown, context: object) {
          count('me')
          // What `aSubgraph` makes.
          const { viewer } = (context as { readonly identity: RequestIdentity }).identity
          return viewer && { id: viewer.userId, name: `${viewer.userId} ${viewer.scopes.join()}` }
        },
        members() {
          count('members')
          return [{ id: '1', name: 'Ada' }]
        },
        uncached() {
          count('uncached')
          return read('1')
        },
        broken() {
          count('broken')
          throw new GraphQLError('Broken', { extensions: { code: 'NOT_FOUND' } })
        },
        async failing() {
          count('failing')
          await state.gate?.promise
          throw new GraphQLError('Failing', { extensions: { code: 'CONFLICT' } })
        },
      },
      Mutation: {
        rename(_: unknown, { id, name }: { id: string; name: string }) {
          names.set(id, name)
          return { id, name }
        },
      },
      Person: {
        __resolveReference({ id }: { id: string }) {
          count(`Person:${id}`)
          return read(id)
        },
        greeting: ({ name }: { name: string }, { to }: { to: string }) => `${name} greets ${to}`,
        brief: ({ name }: { name: string }) => name[0],
        risky({ id }: { id: string }) {
          if (id === '2') throw new GraphQLError('Risky', { extensions: { code: 'NOT_FOUND' } })
          return 'went well'
        },
      },
    },
  }
  const posts: TestSubgraph = {
    name: 'posts',
    sdl: postsSdl,
    resolvers: {
      Query: {
        posts() {
          count('posts')
          return [...names.keys()].map((id) => ({ id: `p${id}`, author: { id } }))
        },
        post() {
          count('post')
          return { id: 'p1', author: { id: '1' } }
        },
      },
    },
  }
  return Object.assign(state, { subgraphs: [people, posts] })
}
