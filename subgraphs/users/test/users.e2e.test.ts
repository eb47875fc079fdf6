import { isDeepStrictEqual } from 'node:util'
import { INVALIDATION_TOPIC } from '@gravity/shared/cache/invalidation'
import { userRegistered } from '@gravity/shared/events/contracts/auth'
import { aViewer } from '@gravity/shared/testing/a-viewer'
import { countStatements } from '@gravity/shared/testing/count-statements'
import { eventually } from '@gravity/shared/testing/eventually'
import { openTestSubgraph, type TestSubgraph } from '@gravity/shared/testing/open-test-subgraph'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { createSubgraph } from '../src/subgraph.ts'
import { aRegistration, arrive } from './fixtures.ts'

let users: TestSubgraph

beforeAll(async () => {
  users = await openTestSubgraph(createSubgraph)
})

afterAll(() => users[Symbol.asyncDispose]())

async function person(displayName: string): Promise<string> {
  const registration = aRegistration(users.platform, { displayName })
  await arrive(users, registration)
  return registration.userId
}

const userById = 'query ($id: ID!) { user(id: $id) { id username displayName bio joinedAt } }'

describe('a registration', () => {
  it('gives the person a profile with a username made from the name', async () => {
    const id = await person('Zoë Åström')

    expect(await users.answer(userById, { variables: { id } })).toMatchObject({
      user: { id, username: 'zoeastrom', displayName: 'Zoë Åström', bio: null },
    })
  })

  it('gives the next person of that name another username', async () => {
    const ids = [await person('Kim Twin'), await person('Kim Twin')]

    const names = await Promise.all(
      ids.map((id) =>
        users.answer<{ user: { username: string } }>(userById, { variables: { id } }),
      ),
    )
    expect(names.map(({ user }) => user.username)).toEqual(['kimtwin', 'kimtwin2'])
  })

  it('does nothing when it is delivered twice', async () => {
    const registration = aRegistration(users.platform, { displayName: 'Once Only' })

    await arrive(users, registration, { times: 2 })

    const rows = await users.sql(`select name from outbox where aggregate_id = $1`, [
      registration.userId,
    ])
    expect(rows).toEqual([{ name: 'users.profile-created.v1' }])
  })

  it('is waited for when the profile is asked for before it arrives', async () => {
    const registration = aRegistration(users.platform, { displayName: 'Just Now' })

    const asked = users.answer(
      `query ($id: ID!) { _entities(representations: [{ __typename: "User", id: $id }]) { ... on User { displayName } } }`,
      { viewer: null, variables: { id: registration.userId } },
    )
    await arrive(users, registration)

    expect(await asked).toEqual({ _entities: [{ displayName: 'Just Now' }] })
  })

  it('is of the contract that auth writes', () => {
    expect(userRegistered.consumers).toContain('users')
  })
})

describe('me', () => {
  it('is the viewer', async () => {
    const userId = await person('Me Myself')

    expect(
      await users.answer('{ me { id displayName } }', { viewer: aViewer({ userId }) }),
    ).toEqual({ me: { id: userId, displayName: 'Me Myself' } })
  })

  it('is null for the anonymous', async () => {
    expect(await users.answer('{ me { id } }', { viewer: null })).toEqual({ me: null })
  })
})

describe('user', () => {
  it.each(['nobody', '', "'; drop table profiles; --", '0199e7a0-1111-4abc-8def-0123456789ab'])(
    'is null for the foreign id %j',
    async (id) => {
      expect(await users.answer(userById, { variables: { id } })).toEqual({ user: null })
    },
  )

  it('takes one statement for any number of people', async () => {
    const ids = [await person('Many One'), await person('Many Two'), await person('Many Three')]
    const representations = ids.map((id) => ({ __typename: 'User', id }))

    const statements = await countStatements(() =>
      users.answer(
        'query ($r: [_Any!]!) { _entities(representations: $r) { ... on User { displayName } } }',
        { variables: { r: representations } },
      ),
    )

    expect(statements).toBe(1)
  })
})

describe('users', () => {
  const page = `query ($search: String, $first: Int, $after: String) {
    users(search: $search, first: $first, after: $after) {
      nodes { displayName username }
      pageInfo { hasNextPage endCursor }
    }
  }`
  interface PageData {
    users: {
      nodes: { displayName: string; username: string }[]
      pageInfo: { hasNextPage: boolean; endCursor: string | null }
    }
  }

  async function namesOf(search?: string): Promise<string[]> {
    const names: string[] = []
    let after: string | null = null
    do {
      const { users: found }: PageData = await users.answer(page, {
        variables: { search, first: 2, after },
      })
      names.push(...found.nodes.map((node) => node.displayName))
      after = found.pageInfo.hasNextPage ? found.pageInfo.endCursor : null
    } while (after)
    return names
  }

  it('finds people by part of a name and with a typing error, page by page', async () => {
    for (const name of ['Marguerite Duras', 'Margarete Steiff', 'Margaret Hamilton', 'Ib Other']) {
      await person(name)
    }

    expect(await namesOf('marg')).toEqual(
      expect.arrayContaining(['Marguerite Duras', 'Margarete Steiff', 'Margaret Hamilton']),
    )
    expect((await namesOf('hamlton'))[0]).toBe('Margaret Hamilton')
    expect(await namesOf('marg')).not.toContain('Ib Other')
  })

  it('lists everybody once in the order of usernames', async () => {
    const names = await namesOf()

    const [{ count }] = (await users.sql<{ count: number }>(
      'select count(*)::integer as count from profiles',
    )) as [{ count: number }]
    expect(names).toHaveLength(count)
  })

  it('treats wildcards as text', async () => {
    expect(await namesOf('%%%')).toEqual([])
  })

  it.each([{ first: 0 }, { first: 101 }, { after: 'x' }, { search: 'x'.repeat(101) }])(
    'refuses %j',
    async (variables) => {
      const { errors } = await users.ask(page, { variables })

      expect(errors?.[0]?.extensions?.['code']).toBe('BAD_USER_INPUT')
    },
  )

  it('is not for the anonymous', async () => {
    const { errors } = await users.ask(page, { viewer: null })

    expect(errors?.[0]?.extensions?.['code']).toBe('UNAUTHENTICATED')
  })
})

describe('updateProfile', () => {
  const update = `mutation ($input: UpdateProfileInput!) {
    updateProfile(input: $input) {
      __typename
      ... on User { displayName bio avatarUrl }
      ... on InvalidInput { code field message }
    }
  }`

  async function change(userId: string, input: object) {
    const data = await users.answer<{ updateProfile: object }>(update, {
      viewer: aViewer({ userId }),
      variables: { input },
    })
    return data.updateProfile
  }

  it('tells routers before it answers, and once more by its event', async () => {
    const id = await person('Kept Somewhere')
    const told: unknown[] = []
    await using _ = await users.platform.pubsub.subscribe(INVALIDATION_TOPIC, (message) => {
      told.push(message)
    })

    await change(id, { bio: 'New' })
    await new Promise((resolve) => setImmediate(resolve))

    const invalidation = { tags: [`User:${id}`] }
    expect(told).toContainEqual(invalidation)
    await eventually(() => {
      expect(told.filter((message) => isDeepStrictEqual(message, invalidation)).length).toBe(2)
    })
  })

  it('changes what is named and keeps the rest', async () => {
    const id = await person('Before Change')
    await change(id, { bio: 'Hello', avatarUrl: 'https://example.org/a.png' })

    expect(await change(id, { displayName: ' After  Change ' })).toEqual({
      __typename: 'User',
      displayName: 'After Change',
      bio: 'Hello',
      avatarUrl: 'https://example.org/a.png',
    })
    expect(await change(id, { bio: null })).toMatchObject({ bio: null })
  })

  it.each([
    ['displayName', { displayName: '' }],
    ['displayName', { displayName: null }],
    ['bio', { bio: 'x'.repeat(501) }],
    ['avatarUrl', { avatarUrl: 'http://example.org/a.png' }],
    ['avatarUrl', { avatarUrl: 'javascript:alert(1)' }],
  ])('names the field %s when it is refused', async (field, input) => {
    const id = await person('Refused Input')

    expect(await change(id, input)).toMatchObject({ __typename: 'InvalidInput', field })
  })

  it('tells the change with the next version', async () => {
    const id = await person('Versioned')
    await change(id, { bio: 'one' })
    await change(id, { bio: 'two' })

    const rows = await users.sql(
      `select aggregate_version::integer as version from outbox where aggregate_id = $1 order by aggregate_version`,
      [id],
    )
    expect(rows).toEqual([{ version: 1 }, { version: 2 }, { version: 3 }])
  })

  it('is not for the anonymous', async () => {
    const { errors } = await users.ask(update, { viewer: null, variables: { input: {} } })

    expect(errors?.[0]?.extensions?.['code']).toBe('UNAUTHENTICATED')
  })
})
