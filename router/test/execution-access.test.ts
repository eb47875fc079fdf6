import { aViewer } from '@gravity/shared/testing/a-viewer'
import { describe, expect, it } from '@jest/globals'
import { ask, memoryClients, startGraph, type TestSubgraph, watched } from './execution-graph.ts'

const link = `extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: [
  "@key", "@authenticated", "@requiresScopes", "@policy", "@shareable", { name: "@tag", as: "@label" }])`

const note = { __typename: 'Note', id: 'n', text: 'hello', secret: 'hush' }
const file = { __typename: 'File', id: 'f', name: 'a.txt', size: 3 }
const owner = { id: 'o', name: 'Ada', email: 'ada@example.org' }

const office: readonly TestSubgraph[] = [
  {
    name: 'documents',
    sdl: `${link}
      type Query { documents: [Document!]! anything: [Anything!]! note: Note mine: Note @authenticated count: Int!
        vault: Vault level: Level }
      type Mutation { write(text: String!): String! @requiresScopes(scopes: [["notes:write"]]) read: String
        erase: String @authenticated }
      type Subscription { written: Note @requiresScopes(scopes: [["notes:read"]]) }
      interface Document { id: ID! owner: Owner }
      type Note implements Document { id: ID! text: String! secret: String @requiresScopes(scopes: [["a:b", "c:d"], ["e:f"]])
        owner: Owner required: String! @authenticated }
      type File implements Document { id: ID! name: String! owner: Owner size: Int @authenticated }
      type Vault @authenticated { id: ID! gold: Int @policy(policies: [["rich"]]) }
      enum Level @requiresScopes(scopes: [["levels:read"]]) { HIGH LOW }
      union Anything = Note | Vault
      type Owner @key(fields: "id") { id: ID! }`,
    resolvers: {
      Query: {
        documents: () => [
          { ...note, owner },
          { ...file, owner },
        ],
        anything: () => [note, { __typename: 'Vault', id: 'v', gold: 7 }],
        note: () => ({ ...note, required: 'r', owner }),
        mine: () => note,
        count: () => 2,
        vault: () => ({ id: 'v', gold: 7 }),
        level: () => 'HIGH',
      },
      Mutation: {
        write: (_source: unknown, { text }: { text: string }) => text,
        read: () => 'read',
      },
    },
  },
  {
    name: 'owners',
    sdl: `${link}
      type Owner @key(fields: "id") { id: ID! name: String @authenticated email: String @policy(policies: [["hr"]]) }`,
    resolvers: { Owner: { __resolveReference: () => owner } },
  },
]

async function startOffice() {
  const { openClient, sent } = watched(memoryClients(office))
  const allowsPolicy = (policy: string): boolean => policy === 'rich'
  return { graph: await startGraph(office, { openClient, allowsPolicy }), sent }
}

function codesByPath(errors: readonly { path?: readonly unknown[]; extensions?: object }[] = []) {
  return errors.map(({ path, extensions }) => [
    path?.join('.'),
    Object.entries(extensions ?? {}).find(([name]) => name === 'code')?.[1],
  ])
}

describe('access rules', () => {
  it('refuse fields to strangers before anything is fetched for them', async () => {
    const { graph, sent } = await startOffice()

    const { data, errors } = await ask(
      graph,
      '{ mine { text } note { text secret owner { id name } } count }',
    )

    expect(data).toEqual({
      mine: null,
      note: { text: 'hello', secret: null, owner: { id: 'o', name: null } },
      count: 2,
    })
    expect(codesByPath(errors)).toEqual([
      ['mine', 'UNAUTHENTICATED'],
      ['note.secret', 'UNAUTHENTICATED'],
      ['note.owner.name', 'UNAUTHENTICATED'],
    ])
    expect(sent.map(({ text }) => text)).toEqual(['{note{text owner{id}}count}'])
  })

  it('open fields to those who hold every scope of one alternative', async () => {
    const { graph } = await startOffice()
    const query = '{ note { secret owner { name } } }'
    const secretFor = async (scopes: readonly string[]): Promise<unknown> =>
      (await ask(graph, query, { viewer: aViewer({ scopes }) })).data?.['note']

    expect(await secretFor(['a:b'])).toEqual({ secret: null, owner: { name: 'Ada' } })
    expect(await secretFor(['a:b', 'c:d'])).toEqual({ secret: 'hush', owner: { name: 'Ada' } })
    expect(await secretFor(['e:f'])).toEqual({ secret: 'hush', owner: { name: 'Ada' } })
  })

  it('say FORBIDDEN to those who are signed in', async () => {
    const { graph } = await startOffice()

    const { errors } = await ask(graph, '{ note { secret owner { email } } }', {
      viewer: aViewer(),
    })

    expect(codesByPath(errors)).toEqual([
      ['note.secret', 'FORBIDDEN'],
      ['note.owner.email', 'FORBIDDEN'],
    ])
  })

  it('let the null of a refused field rise where null may not stand', async () => {
    const { graph } = await startOffice()

    const { data, errors } = await ask(graph, '{ count note { text required } }')

    expect(data).toEqual({ count: 2, note: null })
    expect(codesByPath(errors)).toEqual([['note.required', 'UNAUTHENTICATED']])
  })

  it('guard every field of a type, and every field that returns it', async () => {
    const { graph, sent } = await startOffice()

    const { data, errors } = await ask(
      graph,
      '{ vault { id } level anything { __typename ... on Vault { id } ... on Note { id } } }',
    )

    expect(data).toBeNull()
    expect(codesByPath(errors)).toEqual([
      ['vault', 'UNAUTHENTICATED'],
      ['level', 'UNAUTHENTICATED'],
      ['anything.1.id', 'UNAUTHENTICATED'],
    ])
    expect(sent.map(({ text }) => text)).toEqual(['{anything{__typename ...on Note{id}}}'])
  })

  it('ask for a policy only where one is named', async () => {
    const { graph } = await startOffice()

    const { data } = await ask(graph, '{ vault { id gold } }', { viewer: aViewer() })

    expect(data).toEqual({ vault: { id: 'v', gold: 7 } })
  })

  it('run no part of a mutation whose answer would be null', async () => {
    const { graph, sent } = await startOffice()
    const query = 'mutation { read write(text: "x") }'

    const stranger = await ask(graph, query)

    expect(stranger.data).toBeNull()
    expect(codesByPath(stranger.errors)).toEqual([['write', 'UNAUTHENTICATED']])
    expect(sent).toEqual([])
    expect(
      (await ask(graph, query, { viewer: aViewer({ scopes: ['notes:write'] }) })).data,
    ).toEqual({
      read: 'read',
      write: 'x',
    })
  })

  it('run the other fields of a mutation', async () => {
    const { graph, sent } = await startOffice()

    const { data, errors } = await ask(
      graph,
      'mutation { erase m: read ... @include(if: true) { read } }',
    )

    expect(data).toEqual({ erase: null, m: 'read', read: 'read' })
    expect(codesByPath(errors)).toEqual([['erase', 'UNAUTHENTICATED']])
    expect(sent.map(({ text }) => text)).toEqual(['mutation{m:read read}'])
  })
})
