import { aViewer } from '@gravity/shared/testing/a-viewer'
import type { TestSubgraph } from '@gravity/shared/testing/open-test-subgraph'
import { runJob } from '@gravity/shared/testing/run-job'
import type { TestPlatform } from '@gravity/shared/testing/test-platform'
import { withTestSubgraph } from '@gravity/shared/testing/with-test-subgraph'
import { describe, expect, it } from '@jest/globals'
import { createSubgraph } from '../src/subgraph.ts'
import { skeletonOf } from '../src/usernames/username-rules.ts'
import { aPerson, type TestPerson } from './people.ts'

let platform: TestPlatform
let users: TestSubgraph

withTestSubgraph(createSubgraph, (opened, on) => {
  users = opened
  platform = on
})

const dayMs = 24 * 60 * 60 * 1_000

interface Changed {
  readonly __typename: string
  readonly [field: string]: unknown
}

async function rename(person: TestPerson, username: string): Promise<Changed> {
  const data = await person.answer<{ changeUsername: Changed }>(
    `mutation ($input: ChangeUsernameInput!) {
      changeUsername(input: $input) {
        __typename
        ... on User { id username }
        ... on Problem { code }
        ... on InvalidInput { field }
        ... on UsernameChangedTooOften { changeableAt }
      }
    }`,
    { input: { username } },
  )
  return data.changeUsername
}

async function called(username: string): Promise<object | null> {
  const data = await users.answer<{ userByUsername: object | null }>(
    'query ($username: String!) { userByUsername(username: $username) { id username } }',
    { viewer: null, variables: { username } },
  )
  return data.userByUsername
}

describe('changeUsername', () => {
  it('gives the person another name, and tells it with the next version', async () => {
    const person = await aPerson(users, 'Grace Hopper')

    expect(await rename(person, ' @Grace_H ')).toEqual({
      __typename: 'User',
      id: person.id,
      username: 'grace_h',
    })
    const events = await users.sql(
      `select name, aggregate_version::integer as version, payload->>'username' as username
       from outbox where aggregate_id = $1 order by position`,
      [person.id],
    )
    expect(events.at(-1)).toEqual({
      name: 'users.profile-changed.v1',
      version: 2,
      username: 'grace_h',
    })
  })

  it('changes and counts nothing when it is the name already', async () => {
    const person = await aPerson(users, 'Same Name')

    for (let times = 0; times < 5; times += 1) {
      expect(await rename(person, 'SameName')).toMatchObject({ username: 'samename' })
    }
  })

  it.each(['ab', 'has space', 'zoë', 'аdam', '1234', 'x'.repeat(31), 'adm1n', '_support_'])(
    'refuses %j',
    async (username) => {
      const person = await aPerson(users, 'Refused Name')

      expect(await rename(person, username)).toMatchObject({
        __typename: 'InvalidInput',
        field: 'username',
      })
    },
  )

  it('gives nobody a name that looks like that of somebody else', async () => {
    await rename(await aPerson(users, 'Taken First'), 'taken_one')
    const other = await aPerson(users, 'Taken Other')

    for (const lookAlike of ['taken_one', 'TAKEN_ONE', 'taken_0ne', '_taken__one_']) {
      expect(await rename(other, lookAlike)).toMatchObject({ __typename: 'UsernameTaken' })
    }
  })

  it('gives one of many who want a name at once', async () => {
    const people = [await aPerson(users), await aPerson(users), await aPerson(users)]

    const results = await Promise.all(
      people.map((person, index) =>
        rename(person, ['wanted_name', 'wanted_narne', 'WANTED_NAME'][index] ?? ''),
      ),
    )

    expect(results.map(({ __typename }) => __typename).sort()).toEqual([
      'User',
      'UsernameTaken',
      'UsernameTaken',
    ])
  })

  it('is refused after three changes, until the first is thirty days old', async () => {
    const person = await aPerson(users, 'Fickle')
    for (const name of ['fickle_a', 'fickle_b', 'fickle_c']) {
      expect(await rename(person, name)).toMatchObject({ username: name })
    }

    expect(await rename(person, 'fickle_d')).toMatchObject({
      __typename: 'UsernameChangedTooOften',
      changeableAt: expect.any(String),
    })
    platform.clock.advance(30 * dayMs + 1_000)
    expect(await rename(person, 'fickle_d')).toMatchObject({ username: 'fickle_d' })
  })

  it('is not for the anonymous', async () => {
    const { errors } = await users.ask(
      'mutation { changeUsername(input: { username: "abc" }) { __typename } }',
      { viewer: null },
    )

    expect(errors?.[0]?.extensions?.['code']).toBe('UNAUTHENTICATED')
  })
})

describe('a name that was given up', () => {
  it('leads to its former holder for thirty days, then is free', async () => {
    const former = await aPerson(users, 'Former Holder')
    const other = await aPerson(users, 'Other Person')
    await rename(former, 'kept_name')
    await rename(former, 'newer_name')

    expect(await called('Kept_Name')).toEqual({ id: former.id, username: 'newer_name' })
    expect(await rename(other, 'kept_narne')).toMatchObject({ __typename: 'UsernameTaken' })

    platform.clock.advance(30 * dayMs + 1_000)
    expect(await called('kept_name')).toBeNull()
    await runJob(platform, 'users', { name: 'free-usernames' })
    expect(await rename(other, 'kept_narne')).toMatchObject({ username: 'kept_narne' })
  })

  it('can be taken back by its former holder', async () => {
    const person = await aPerson(users, 'Back Again')
    await rename(person, 'away_for_now')

    expect(await rename(person, 'backagain')).toMatchObject({ username: 'backagain' })
    expect(await called('away_for_now')).toEqual({ id: person.id, username: 'backagain' })
  })

  it('is not given to somebody new while it is held', async () => {
    const first = await aPerson(users, 'Unique Registrant')
    await rename(first, 'unique_no_more')

    const second = await aPerson(users, 'Unique Registrant')

    expect(await called('uniqueregistrant')).toEqual({ id: first.id, username: 'unique_no_more' })
    expect(await called('uniqueregistrant2')).toMatchObject({ id: second.id })
  })
})

describe('userByUsername', () => {
  it.each(['nobody_here', '', '@', "'; drop table profiles; --"])(
    'is null for %j',
    async (name) => {
      expect(await called(name)).toBeNull()
    },
  )
})

describe('usernameHistory', () => {
  const history = `query ($userId: ID, $first: Int, $after: String) {
    usernameHistory(userId: $userId, first: $first, after: $after) {
      nodes { username usedFrom usedUntil heldUntil }
      pageInfo { hasNextPage endCursor }
    }
  }`
  interface Page {
    usernameHistory: {
      nodes: { username: string }[]
      pageInfo: { hasNextPage: boolean; endCursor: string }
    }
  }

  it('shows a person their former names, page by page, and staff with the permission', async () => {
    const person = await aPerson(users, 'Much Renamed')
    for (const name of ['renamed_a', 'renamed_b', 'renamed_c']) await rename(person, name)

    const { usernameHistory: first } = await person.answer<Page>(history, { first: 2 })
    const { usernameHistory: second } = await person.answer<Page>(history, {
      first: 2,
      after: first.pageInfo.endCursor,
    })
    const names = [...first.nodes, ...second.nodes].map(({ username }) => username)
    expect(names).toEqual(['renamed_b', 'renamed_a', 'muchrenamed'])

    const staff = aViewer({ scopes: ['users:inspect'] })
    const variables = { userId: person.id.toUpperCase() }
    const seen = await users.answer<Page>(history, { viewer: staff, variables })
    expect(seen.usernameHistory.nodes).toHaveLength(3)
  })

  it('is shown to nobody else, whether or not there is such a person', async () => {
    const person = await aPerson(users, 'Private History')

    for (const userId of [person.id, platform.newId(), 'nobody']) {
      const { errors } = await users.ask(history, { variables: { userId } })
      expect(errors?.[0]?.extensions?.['code']).toBe('FORBIDDEN')
    }
  })
})

describe('the skeleton of a name', () => {
  it.each(['ada', '_Ada__L_', 'b0b', 'pau1', 'rnark', 'vvill', 'a__b___c', '___x', 'rrnn', 'vvvv'])(
    'of %s is the same in the database as in the rules',
    async (name) => {
      const rows = await users.sql('select username_skeleton($1) as skeleton', [name])

      expect(rows).toEqual([{ skeleton: skeletonOf(name) }])
    },
  )
})
