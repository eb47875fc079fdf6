import { describe, expect, it } from '@jest/globals'
import { checkGraphRules } from './check-graph-rules.ts'

const problem = `
"A problem." interface Problem { "Stable." code: String! "For people." message: String! }
"A bad input." type InvalidInput implements Problem { code: String! message: String! }`

function violations(apiSdl: string, subgraphSdl = ''): string[] {
  const subgraphs = subgraphSdl === '' ? [] : [{ sdl: subgraphSdl }]
  return checkGraphRules({ apiSdl, subgraphs }).map(
    ({ coordinate, message }) => `${coordinate}: ${message}`,
  )
}

describe('the rules of the graph', () => {
  it('keep quiet about a good graph', () => {
    const api = `${problem}
      type Query {
        "People."
        users("How many." first: Int "After which." after: String): UserConnection!
      }
      type Mutation { "Adds." addUser(input: AddUserInput!): AddUserResult! "Leaves." leave: LeaveResult! }
      "A person." type User { "Unique." id: ID! "Which." mood: Mood! "Short names." names: [String!]! }
      "A mood." enum Mood { "Fine." VERY_GOOD }
      "Whom to add." input AddUserInput { "Who." name: String! }
      "The person." union AddUserResult = User | InvalidInput
      "Done." union LeaveResult = User
      "A page." type UserConnection { "Entries." edges: [UserEdge!]! "Where." pageInfo: PageInfo! }
      "An entry." type UserEdge { "Where." cursor: String! "Who." node: User! }
      "Where." type PageInfo { "More." hasNextPage: Boolean! }`

    expect(violations(api)).toEqual([])
  })

  it('want a description for everything, save what is described elsewhere', () => {
    const api = `${problem}
      type Query { me(at: Int): User } type User { id: ID! } enum Mood { GOOD } input SizeInput { x: Int }`

    expect(violations(api).map((line) => line.split(': It has no description')[0])).toEqual([
      'Mood',
      'Mood.GOOD',
      'Query.me',
      'Query.me(at:)',
      'SizeInput',
      'SizeInput.x',
      'User',
      'User.id',
    ])
  })

  it('want a mutation to take one input and to return its success before its problems', () => {
    const api = `${problem}
      type Query { "A." a: Int }
      type Mutation {
        "Two arguments." one("A." a: Int, "B." b: Int): OneResult!
        "No union." two: Int
        "Problem first." three: ThreeResult!
        "No problem." four: FourResult!
      }
      "One." union OneResult = Done
      "Three." union ThreeResult = InvalidInput | Done
      "Four." union FourResult = Done | Other
      "Done." type Done { "A." a: Int }
      "Other." type Other { "A." a: Int }`

    expect(violations(api)).toEqual([
      'Mutation.four: Other in FourResult does not implement Problem.',
      'Mutation.one: A mutation takes one argument, `input: OneInput!`, or none.',
      'Mutation.three: The first member of ThreeResult is the success, and InvalidInput is a problem.',
      'Mutation.three: Done in ThreeResult does not implement Problem.',
      'Mutation.two: A mutation returns `TwoResult!`, a union of its success and its problems.',
    ])
  })

  it('want a list of objects to be a connection unless it is bounded', () => {
    const api = `
      type Query { "Grows." users: [User!]! "Bounded." roles: [User!]! "No page." page: UserConnection! }
      "A person." type User { "Unique." id: ID! }
      "Odd." type UserConnection { "Entries." edges: [User!]! }`
    const subgraph = 'type Query { roles: [User!]! @listSize(assumedSize: 5) }'

    expect(violations(api, subgraph)).toEqual([
      'Query.page: A connection is paged with `first` and `after`, or with `last` and `before`.',
      'Query.users: A list of objects is a connection; if it cannot grow, bound it with @listSize(assumedSize: …).',
      'UserConnection: A connection has `edges: [UserEdge!]!` and `pageInfo: PageInfo!`.',
    ])
  })

  it('want no Float for money, good names, and deprecations with a way out', () => {
    const api = `
      type Query {
        "Money." totalPrice: Float
        "No money." latitude: Float
        "No money either." summaryScore("How fine." step: Float = 1): Float
        "Snake." snake_case: Int
        "Old." old: Int @deprecated
        "Old." older: Int @deprecated(reason: "Use latitude.")
      }
      "Lower." enum Mood { "Lower." good }`

    expect(violations(api)).toEqual([
      'Mood.good: An enum value is named in UPPER_SNAKE_CASE.',
      'Query.old: A deprecation gives a reason: name what to use instead.',
      'Query.snake_case: A field is named in camelCase.',
      'Query.totalPrice: Money is never a Float: use Money, integer minor units with a currency.',
    ])
  })
})
