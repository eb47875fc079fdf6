import { buildSubgraphSchema, type GraphQLResolverMap } from '@apollo/subgraph'
import { describe, expect, it } from '@jest/globals'
import { type ExecutionResult, type GraphQLSchema, graphql, parse, subscribe } from 'graphql'
import { aViewer } from '../testing/a-viewer.ts'
import type { Viewer } from '../viewer/viewer.ts'
import { enforceAccessRules } from './access-rules.ts'

const link = `extend schema @link(
  url: "https://specs.apollo.dev/federation/v2.9"
  import: ["@key", "@authenticated", "@requiresScopes", "@policy"]
)`

function build(sdl: string, resolvers: GraphQLResolverMap = {}): GraphQLSchema {
  const document = parse(sdl.includes('@link') ? sdl : `${link}\n${sdl}`)
  const schema = buildSubgraphSchema([{ typeDefs: document, resolvers }])
  enforceAccessRules(schema, {
    domain: 'test',
    document,
    viewerOf: (context) => Object(context).viewer ?? null,
  })
  return schema
}

async function ask(schema: GraphQLSchema, source: string, viewer: Viewer | null = null) {
  return await graphql({ schema, source, contextValue: { viewer } })
}

function codes({ errors = [] }: ExecutionResult): unknown[] {
  return errors.map((error) => [error.path?.join('.'), error.extensions['code']])
}

function withScopes(...scopes: string[]): Viewer {
  return aViewer({ scopes })
}

describe('@authenticated', () => {
  it('refuses a field to strangers before its resolver runs, and answers the rest', async () => {
    const calls: string[] = []
    const schema = build('type Query { a: String @authenticated b: String }', {
      Query: { a: () => calls.push('a'), b: () => 'b' },
    })

    const result = await ask(schema, '{ a b }')

    expect(result.data).toEqual({ a: null, b: 'b' })
    expect(codes(result)).toEqual([['a', 'UNAUTHENTICATED']])
    expect(calls).toEqual([])
  })

  it('lets anybody pass who is signed in', async () => {
    const schema = build('type Query { a: String @authenticated }', { Query: { a: () => 'a' } })

    expect(await ask(schema, '{ a }', aViewer())).toEqual({ data: { a: 'a' } })
  })

  it('lets a program pass that acts for somebody with a scope of the domain', async () => {
    const sdl = 'type Query { a: String @authenticated } type Mutation { b: String @authenticated }'
    const schema = build(sdl, { Query: { a: () => 'a' }, Mutation: { b: () => 'b' } })
    const program = (scope: string) => aViewer({ clientId: 'program', scopes: [scope] })

    expect(codes(await ask(schema, '{ a }', program('other:read')))).toEqual([['a', 'FORBIDDEN']])
    expect(await ask(schema, '{ a }', program('test:read'))).toEqual({ data: { a: 'a' } })
    const write = 'mutation { b }'
    expect(codes(await ask(schema, write, program('test:read')))).toEqual([['b', 'FORBIDDEN']])
    expect(await ask(schema, write, program('test:write'))).toEqual({ data: { b: 'b' } })
  })

  it.each([
    ['an object', 'type Query { a: [T!] } type T @authenticated { b: String }', '{ a { b } }'],
    ['a scalar', 'type Query { a: S! } scalar S @authenticated', '{ a }'],
    ['an enum', 'type Query { a: [E] } enum E @authenticated { B }', '{ a }'],
    [
      'an interface',
      'type Query { a: I } interface I @authenticated { b: String } type T implements I { b: String }',
      '{ a { b } }',
    ],
    [
      'an extension',
      'type Query { a: T } type T { b: String } extend type T @authenticated',
      '{ a { b } }',
    ],
  ])('on %s guards the fields of that type', async (_kind, sdl, source) => {
    const calls: string[] = []
    const schema = build(sdl, { Query: { a: () => calls.push('a') } })

    expect(codes(await ask(schema, source))).toEqual([['a', 'UNAUTHENTICATED']])
    expect(calls).toEqual([])
  })

  it('on the root type guards every field but those of federation', async () => {
    const schema = build('type Query @authenticated { a: String }', { Query: { a: () => 'a' } })

    const result = await ask(schema, '{ a _service { sdl } }')

    expect(codes(result)).toEqual([['a', 'UNAUTHENTICATED']])
    expect(result.data).toMatchObject({ _service: { sdl: expect.any(String) } })
  })

  it('on a member of a union refuses that member only', async () => {
    const sdl = `
      type Query { list: [U] }
      union U = Open | Closed
      type Open { id: ID }
      type Closed @authenticated { id: ID }`
    const list = [
      { __typename: 'Open', id: 1 },
      { __typename: 'Closed', id: 2 },
    ]
    const schema = build(sdl, { Query: { list: () => list } })

    const result = await ask(schema, '{ list { __typename } }')

    expect(result.data).toEqual({ list: [{ __typename: 'Open' }, null] })
    expect(codes(result)).toEqual([['list.1', 'UNAUTHENTICATED']])
  })

  it('on an implementation guards it behind its interface, also when its type is found later', async () => {
    const sdl = `
      type Query { node: I }
      interface I { id: ID }
      type T implements I @authenticated { id: ID }`
    const schema = build(sdl, {
      Query: { node: () => ({ id: 1 }) },
      I: { __resolveType: async () => 'T' },
    })

    expect(codes(await ask(schema, '{ node { id } }'))).toEqual([['node', 'UNAUTHENTICATED']])
  })

  it('on a field of an interface guards that field of its implementations', async () => {
    const sdl = `
      type Query { t: T }
      interface I { secret: String @authenticated }
      type T implements I { secret: String }`
    const schema = build(sdl, { Query: { t: () => ({ secret: 's' }) } })

    expect(codes(await ask(schema, '{ t { secret } }'))).toEqual([['t.secret', 'UNAUTHENTICATED']])
  })

  it('is known by the name under which the subgraph links it', async () => {
    const alias = link.replace('"@authenticated"', '{ name: "@authenticated", as: "@signedIn" }')
    const renamed = build(`${alias} type Query { a: String @signedIn }`)
    const spelledOut = build(
      'extend schema @link(url: "https://specs.apollo.dev/federation/v2.9") type Query { a: String @federation__authenticated }',
    )

    expect(codes(await ask(renamed, '{ a }'))).toEqual([['a', 'UNAUTHENTICATED']])
    expect(codes(await ask(spelledOut, '{ a }'))).toEqual([['a', 'UNAUTHENTICATED']])
  })
})

describe('@requiresScopes', () => {
  const schema = build(
    'type Query { a: String @requiresScopes(scopes: [["x:read", "x:write"], ["admin:all"]]) }',
    { Query: { a: () => 'a' } },
  )

  it.each([
    [['x:read', 'x:write'], []],
    [['admin:all'], []],
    [['x:read'], [['a', 'FORBIDDEN']]],
    [[], [['a', 'FORBIDDEN']]],
  ])('with %j held', async (scopes, refusals) => {
    expect(codes(await ask(schema, '{ a }', withScopes(...scopes)))).toEqual(refusals)
  })

  it('tells strangers to sign in', async () => {
    expect(codes(await ask(schema, '{ a }'))).toEqual([['a', 'UNAUTHENTICATED']])
  })

  it('says which permission is missing', async () => {
    const { errors } = await ask(schema, '{ a }', withScopes('y:read'))

    expect(errors?.[0]?.message).toBe(
      'Query.a needs the permission x:read and x:write, or admin:all',
    )
  })

  it('demands what the type and the field demand together', async () => {
    const both = build(
      `type Query { t: T }
       type T @requiresScopes(scopes: [["t:read"]]) { a: String @requiresScopes(scopes: [["a:read"]]) b: String }`,
      { Query: { t: () => ({ a: 'a', b: 'b' }) } },
    )

    const result = await ask(both, '{ t { a b } }', withScopes('t:read'))

    expect(result.data).toEqual({ t: { a: null, b: 'b' } })
    expect(codes(result)).toEqual([['t.a', 'FORBIDDEN']])
  })

  it('permits nobody when it lists no scopes', async () => {
    const closed = build('type Query { a: String @requiresScopes(scopes: []) }')

    expect(codes(await ask(closed, '{ a }', aViewer()))).toEqual([['a', 'FORBIDDEN']])
  })
})

describe('an entity under a rule', () => {
  const sdl = `
    type Query { a: String }
    type Closed @key(fields: "id") @authenticated { id: ID! }
    type Open @key(fields: "id") { id: ID! secret: String @authenticated }`
  const source = `{ _entities(representations: [
    { __typename: "Closed", id: "1" }, { __typename: "Open", id: "2" }
  ]) { __typename ... on Open { id secret } } }`

  it('is refused before its reference is resolved', async () => {
    const calls: string[] = []
    const schema = build(sdl, {
      Closed: { __resolveReference: () => calls.push('Closed') },
      Open: { __resolveReference: (reference: object) => reference },
    })

    const result = await ask(schema, source)

    expect(result.data).toEqual({
      _entities: [null, { __typename: 'Open', id: '2', secret: null }],
    })
    expect(codes(result)).toEqual([
      ['_entities.0', 'UNAUTHENTICATED'],
      ['_entities.1.secret', 'UNAUTHENTICATED'],
    ])
    expect(calls).toEqual([])
  })

  it('is refused also when it has no reference resolver', async () => {
    expect(codes(await ask(build(sdl), source))).toContainEqual(['_entities.0', 'UNAUTHENTICATED'])
  })
})

describe('a subscription under a rule', () => {
  it('is refused before it subscribes', async () => {
    const calls: string[] = []
    const document = parse(
      `${link} type Query { a: String } type Subscription { a: String @authenticated }`,
    )
    const guarded = buildSubgraphSchema([
      {
        typeDefs: document,
        resolvers: {
          Subscription: {
            a: {
              async *subscribe() {
                calls.push('a')
                yield { a: 'a' }
              },
            },
          },
        },
      },
    ])
    enforceAccessRules(guarded, { domain: 'test', document, viewerOf: () => null })

    const result = await subscribe({ schema: guarded, document: parse('subscription { a }') })

    expect(result).toMatchObject({ errors: [{ extensions: { code: 'UNAUTHENTICATED' } }] })
    expect(calls).toEqual([])
  })
})

it('does not build a schema whose policies it could not enforce', () => {
  expect(() => build('type Query { a: String @policy(policies: [["p"]]) }')).toThrow(/@policy/)
})
