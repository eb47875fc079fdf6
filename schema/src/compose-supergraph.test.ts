import { describe, expect, it } from '@jest/globals'
import { composeSupergraph } from './compose-supergraph.ts'
import { printWarning } from './composition-error.ts'
import type { SubgraphSource } from './subgraph-source.ts'
import { digestOfSupergraph, supergraphDigest } from './supergraph-digest.ts'

const link = `extend schema @link(url: "https://specs.apollo.dev/federation/v2.9",
  import: ["@key", "@shareable", "@external", "@requires"])`

function subgraph(name: string, sdl: string): SubgraphSource {
  return { name, url: `http://127.0.0.1/${name}`, sdl: `${link}\n${sdl}` }
}

const users = subgraph(
  'users',
  `type Query { me: User }
   "A person."
   type User @key(fields: "id") {
     "Unique."
     id: ID!
     name: String!
   }
   union Outcome = User | Apology
   type Apology { text: String! }
   type Mutation { rename(name: String!): Outcome! }`,
)
const chat = subgraph(
  'chat',
  'type Query { rooms: [Room!]! } type Room { owner: User! } type User @key(fields: "id") { id: ID! }',
)

function failureOf(...subgraphs: SubgraphSource[]): string {
  try {
    composeSupergraph(subgraphs)
  } catch (error) {
    return error instanceof Error ? error.message : String(error)
  }
  return 'It composed.'
}

describe('composeSupergraph', () => {
  it('prints a sorted, described API in which the success stands first in its union', () => {
    expect(composeSupergraph([users, chat]).apiSdl).toMatchInlineSnapshot(`
"type Apology {
  text: String!
}

type Mutation {
  rename(name: String!): Outcome!
}

union Outcome = User | Apology

type Query {
  me: User
  rooms: [Room!]!
}

type Room {
  owner: User!
}

"""A person."""
type User {
  """Unique."""
  id: ID!
  name: String!
}
"
`)
  })

  it('gives equal text for equal subgraphs in any order', () => {
    expect(composeSupergraph([chat, users])).toEqual(composeSupergraph([users, chat]))
  })

  it('starts the supergraph with the digest of its subgraphs', () => {
    const { supergraphSdl } = composeSupergraph([users, chat])

    expect(digestOfSupergraph(supergraphSdl)).toBe(supergraphDigest([users, chat]))
    expect(supergraphSdl).toContain('@join__graph(name: "users", url: "http://127.0.0.1/users")')
  })

  it('warns of what composes but is hardly meant', () => {
    const other = subgraph('other', '"Somebody." type User @key(fields: "id") { id: ID! age: Int }')

    const [warning] = composeSupergraph([users, other]).warnings

    expect(warning && printWarning(warning)).toMatch(
      /^INCONSISTENT_DESCRIPTION at User\n {2}Element/,
    )
  })
})

describe('CompositionError', () => {
  it('names subgraphs, coordinate and lines of a field with two owners', () => {
    const other = subgraph('other', 'type User @key(fields: "id") {\n id: ID!\n name: String!\n}')

    expect(failureOf(users, other)).toMatchInlineSnapshot(`
"The subgraphs do not compose: 1 error.

INVALID_FIELD_SHARING at User.name in other, users
  Non-shareable field "User.name" is resolved from multiple subgraphs: it is resolved from subgraphs "other" and "users" and defined as non-shareable in all of them
  other, line 5: name: String!
  users, line 8: name: String!
  Hint: Keep the field in the subgraph that owns it, or mark it @shareable wherever it is resolved to the same value."
`)
  })

  it('names the subgraph and the field of an unknown type', () => {
    expect(failureOf(subgraph('users', 'type Query { me: Usr }'))).toMatchInlineSnapshot(`
"The subgraphs do not compose: 1 error.

INVALID_GRAPHQL at Query.me in users
  Unknown type Usr
  users, line 3: type Query { me: Usr }
  Hint: A type is misspelt, missing or used in the wrong place in this subgraph."
`)
  })

  it('names the subgraph and the line of a syntax error', () => {
    expect(failureOf(users, subgraph('chat', 'type Query { rooms }'))).toMatchInlineSnapshot(`
"The subgraphs do not compose: 1 error.

SYNTAX_ERROR in chat
  Syntax Error: Expected ":", found "}".
  line 3: type Query { rooms }
  Hint: Repair the SDL of this subgraph; everything else follows from it."
`)
  })

  it('shows the query that cannot be answered', () => {
    const stub = subgraph(
      'chat',
      'type Query { owner: User } type User @key(fields: "id", resolvable: false) { id: ID! }',
    )
    const owner = subgraph(
      'users',
      'type User @key(fields: "id", resolvable: false) { id: ID! name: String! }',
    )

    expect(failureOf(stub, owner)).toMatch(
      /SATISFIABILITY_ERROR at User.name\n(.|\n)*owner \{\n {6}name(.|\n)*Hint: The router cannot reach the field/,
    )
  })

  it('lists every failure', () => {
    const failure = failureOf(
      subgraph('one', 'type Query { a: Nothing }'),
      subgraph('two', 'type Query { b: None }'),
    )

    expect(failure).toMatch(/2 errors(.|\n)*Nothing(.|\n)*None/)
  })
})
