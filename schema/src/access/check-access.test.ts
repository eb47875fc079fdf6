import { describe, expect, it } from '@jest/globals'
import { accessMatrix, printAccessMatrix } from './access-matrix.ts'
import { checkAccess } from './check-access.ts'
import { parseDecision } from './decision.ts'
import type { AccessDecisions } from './read-access.ts'
import { parseVocabulary } from './vocabulary.ts'

const supergraph = `
  enum join__Graph {
    AUTH @join__graph(name: "auth", url: "")
    USERS @join__graph(name: "users", url: "")
  }
  type Account @join__type(graph: AUTH, key: "id") @authenticated {
    id: ID!
    secret: String
  }
  type Mutation @join__type(graph: USERS) {
    rename: Boolean @join__field(graph: USERS) @authenticated
  }
  type Page @join__type(graph: USERS) {
    size: Int
  }
  type Query @join__type(graph: AUTH) @join__type(graph: USERS) {
    account: Account @join__field(graph: AUTH)
    log: Page @join__field(graph: AUTH) @requiresScopes(scopes: [["auth:read"]])
    me: User @join__field(graph: USERS)
    old: Int @join__field(graph: USERS) @inaccessible
  }
  type User @join__type(graph: AUTH, key: "id") @join__type(graph: USERS, key: "id") {
    id: ID!
    email: String @join__field(graph: AUTH)
  }`

const vocabulary = parseVocabulary(
  JSON.stringify({
    personas: { stranger: null, customer: [], staff: ['auth:read'] },
    relations: { own: 'what is their own' },
  }),
)

const settled = {
  'Query.account': 'own',
  'Query.log': 'auth:read',
  'Query.me': 'own, else null',
  'Mutation.rename': 'signed-in',
  'Account.id': 'own',
  'Account.secret': 'own, else null',
  'User.id': 'anyone',
  'User.email': 'own or auth:read, else null',
}

function decided(texts: Readonly<Record<string, string>>): AccessDecisions {
  const relations = new Set(vocabulary.relations.keys())
  const decisions = Object.entries(texts).map(
    ([coordinate, text]) => [coordinate, parseDecision(text, relations)] as const,
  )
  return { vocabulary, decisions: new Map(decisions), faults: [] }
}

function faultsWith(change: Readonly<Record<string, string>>): string[] {
  const faults = checkAccess(supergraph, decided({ ...settled, ...change }))
  return faults.map(({ coordinate, message }) => `${coordinate}: ${message}`)
}

describe('checkAccess', () => {
  it('finds nothing where every field has a decision that the directives enforce', () => {
    expect(faultsWith({})).toEqual([])
  })

  it('finds a field without a decision, and a decision without a field', () => {
    const { 'User.email': _removed, ...others } = settled
    const access = decided({ ...others, 'Query.old': 'anyone', 'Page.size': 'anyone' })

    expect(checkAccess(supergraph, access).map(({ coordinate }) => coordinate)).toEqual([
      'User.email',
      'Query.old',
      'Page.size',
    ])
  })

  it.each([
    ['Query.log', 'own', '@requiresScopes lets in auth:read, the decision "own".'],
    ['Query.log', 'auth:read or own', '@requiresScopes lets in auth:read'],
    ['Mutation.rename', 'anyone', '@authenticated refuses strangers, and anyone may.'],
    ['Mutation.rename', 'auth:read', 'put @requiresScopes there'],
    ['Account.id', 'anyone', '@authenticated refuses strangers'],
    ['Query.me', 'own', 'Nothing in the schema keeps others out'],
    ['User.email', 'own', 'where others see null'],
    ['User.email', 'own or auth:raed, else null', 'No persona of the vocabulary has the scope'],
  ])('finds that %s is not decided as it is enforced: %s', (coordinate, text, message) => {
    expect(faultsWith({ [coordinate]: text })).toEqual([
      expect.stringContaining(`${coordinate}: ${message}`.slice(0, coordinate.length + 2)),
    ])
    expect(faultsWith({ [coordinate]: text })[0]).toContain(message)
  })
})

describe('parseDecision', () => {
  it.each(['everybody', 'own and auth:read', 'anyone, else null', 'anyone or own', ''])(
    'refuses %j',
    (text) => {
      expect(() => parseDecision(text, new Set(['own']))).toThrow(/^("|Where anyone may)/)
    },
  )
})

describe('accessMatrix', () => {
  it('says what each persona gets', () => {
    const rows = accessMatrix(supergraph, decided(settled)).map(
      ({ coordinate, cells }) => `${coordinate}: ${[...cells.values()].join(', ')}`,
    )

    expect(rows).toEqual([
      'Query.account: no, own, own',
      'Query.log: no, no, yes',
      'Query.me: null, own, own',
      'Mutation.rename: no, yes, yes',
      'Account.id: no, own, own',
      'Account.secret: no, own, own',
      'User.id: yes, yes, yes',
      'User.email: null, own, yes',
    ])
  })

  it('is a table for people, in which nothing is left out', () => {
    const { 'User.email': _removed, ...others } = settled

    const page = printAccessMatrix(supergraph, decided(others))

    expect(page).toContain('| `log` | auth | auth:read | no | no | yes |')
    expect(page).toContain('| `email` | auth | **undecided** | undecided | undecided | undecided |')
  })
})
