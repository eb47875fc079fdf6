import { INVALIDATION_TOPIC } from '@gravity/shared/cache/invalidation'
import { personBlocked, personUnblocked } from '@gravity/shared/events/contracts/users'
import { countStatements } from '@gravity/shared/testing/count-statements'
import { eventually } from '@gravity/shared/testing/eventually'
import { openTestSubgraph, type TestSubgraph } from '@gravity/shared/testing/open-test-subgraph'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { relationChanges } from '../src/relations/change-relation.ts'
import { createSubgraph } from '../src/subgraph.ts'
import {
  aPerson,
  namesIn,
  nothing,
  relationFields,
  sees,
  somePeople,
  type TestPerson,
} from './people.ts'

let users: TestSubgraph

beforeAll(async () => {
  users = await openTestSubgraph(createSubgraph)
})

afterAll(() => users[Symbol.asyncDispose]())

const countFields = 'followerCount followingCount'
const noCounts = { followerCount: 0, followingCount: 0 }

async function goesPrivate(person: TestPerson, isPrivate = true): Promise<void> {
  await person.answer(
    `mutation ($isPrivate: Boolean) {
      updatePrivacy(input: { isPrivate: $isPrivate }) { __typename }
    }`,
    { isPrivate },
  )
}

async function eventsOf(person: TestPerson): Promise<string[]> {
  const rows = await users.sql<{ name: string }>(
    `select name from outbox where aggregate_id = $1 and name not like 'users.profile-%'
     order by aggregate_version`,
    [person.id],
  )
  return rows.map(({ name }) => name)
}

describe('followUser', () => {
  it('makes one follow the other, counts it on both sides and lists it', async () => {
    const { ann, ben } = await somePeople(users, 'ann', 'ben')

    expect(await ann.act('followUser', ben)).toEqual({
      __typename: 'User',
      id: ben.id,
      viewerRelation: { ...nothing, isFollowedByViewer: true },
    })
    expect(await sees(ben, ann, `viewerRelation { ${relationFields} } ${countFields}`)).toEqual({
      viewerRelation: { ...nothing, followsViewer: true },
      followerCount: 0,
      followingCount: 1,
    })
    expect(await namesIn(ann, 'followers', ben)).toEqual(['ann'])
    expect(await namesIn(ben, 'following', ann)).toEqual(['ben'])
  })

  it('changes nothing when it is done again, also at the same time', async () => {
    const { ann, ben } = await somePeople(users, 'ann', 'ben')

    await Promise.all(Array.from({ length: 8 }, () => ann.act('followUser', ben)))

    expect(await sees(ann, ben, countFields)).toEqual({ followerCount: 1, followingCount: 0 })
    expect(await eventsOf(ann)).toEqual(['users.person-followed.v1'])
  })

  it('takes an id in any letter case', async () => {
    const { ann, ben } = await somePeople(users, 'ann', 'ben')

    expect(await ann.act('followUser', { id: ben.id.toUpperCase() })).toMatchObject({
      __typename: 'User',
      id: ben.id,
    })
  })

  it.each(['nobody', '', '0199e7a0-1111-4abc-8def-0123456789ab'])(
    'finds nobody by %j',
    async (id) => {
      const ann = await aPerson(users)

      expect(await ann.act('followUser', { id })).toEqual({
        __typename: 'PersonNotFound',
        code: 'PERSON_NOT_FOUND',
      })
    },
  )

  it('is not for oneself', async () => {
    const ann = await aPerson(users)

    expect(await ann.act('followUser', ann)).toMatchObject({ __typename: 'InvalidInput' })
  })

  it('counts rightly when two follow and leave each other at once', async () => {
    const { ann, ben } = await somePeople(users, 'ann', 'ben')

    await Promise.all(
      Array.from({ length: 6 }, (_, round) => [
        ann.act(round % 2 ? 'unfollowUser' : 'followUser', ben),
        ben.act(round % 2 ? 'followUser' : 'unfollowUser', ann),
      ]).flat(),
    )
    await ann.act('followUser', ben)
    await ben.act('followUser', ann)

    for (const person of [ann, ben]) {
      expect(await sees(ann, person, countFields)).toEqual({ followerCount: 1, followingCount: 1 })
    }
  })
})

describe('unfollowUser and removeFollower', () => {
  it.each([
    ['unfollowUser', 'ann'],
    ['removeFollower', 'ben'],
  ] as const)('%s takes the follow back, and again changes nothing', async (mutation, who) => {
    const people = await somePeople(users, 'ann', 'ben')
    const { ann, ben } = people
    await ann.act('followUser', ben)

    const other = who === 'ann' ? ben : ann
    expect(await people[who].act(mutation, other)).toMatchObject({ viewerRelation: nothing })
    expect(await people[who].act(mutation, other)).toMatchObject({ viewerRelation: nothing })

    expect(await sees(ann, ben, countFields)).toEqual(noCounts)
    expect(await eventsOf(ann)).toEqual(['users.person-followed.v1', 'users.person-unfollowed.v1'])
  })
})

describe('followers and following', () => {
  it('come page by page, the latest first', async () => {
    const { star, ...fans } = await somePeople(users, 'star', 'one', 'two', 'three')
    for (const fan of Object.values(fans)) await fan.act('followUser', star)
    const page = `query ($id: ID!, $after: String) {
      user(id: $id) { followers(first: 2, after: $after) {
        nodes { displayName } pageInfo { hasNextPage endCursor }
      } }
    }`
    interface Page {
      user: { followers: { nodes: object[]; pageInfo: { endCursor: string } } }
    }

    const first = await star.answer<Page>(page, { id: star.id })
    const { endCursor: after } = first.user.followers.pageInfo
    const second = await star.answer<Page>(page, { id: star.id, after })

    expect(first.user.followers.nodes).toEqual([{ displayName: 'three' }, { displayName: 'two' }])
    expect(second.user.followers).toMatchObject({
      nodes: [{ displayName: 'one' }],
      pageInfo: { hasNextPage: false },
    })
  })

  it('and relations take the same number of statements for one person and for many', async () => {
    const { ann, ben, cyd, dee } = await somePeople(users, 'ann', 'ben', 'cyd', 'dee')
    for (const person of [ben, cyd, dee]) {
      await ann.act('followUser', person)
      await person.act('followUser', ann)
    }
    const representations = [ben, cyd, dee].map(({ id }) => ({ __typename: 'User', id }))
    const ask = (count: number) =>
      countStatements(() =>
        ann.answer(
          `query ($r: [_Any!]!) { _entities(representations: $r) { ... on User {
            displayName viewerRelation { followsViewer }
            followers { nodes { displayName } } following { nodes { displayName } }
          } } }`,
          { r: representations.slice(0, count) },
        ),
      )

    const forOne = await ask(1)

    expect(await ask(3)).toBe(forOne)
    expect(forOne).toBe(5)
  })
})

describe('a private account', () => {
  it('is asked first, and lets follow whom it accepts', async () => {
    const { ann, noor } = await somePeople(users, 'ann', 'noor')
    await goesPrivate(noor)

    expect(await ann.act('followUser', noor)).toMatchObject({
      viewerRelation: { ...nothing, isRequestedByViewer: true },
    })
    await ann.act('followUser', noor)
    expect(await sees(ann, noor, countFields)).toEqual(noCounts)
    expect(await noor.answer('{ followRequests { nodes { person { displayName } } } }')).toEqual({
      followRequests: { nodes: [{ person: { displayName: 'ann' } }] },
    })
    expect(await ann.answer('{ sentFollowRequests { nodes { person { displayName } } } }')).toEqual(
      { sentFollowRequests: { nodes: [{ person: { displayName: 'noor' } }] } },
    )

    expect(await noor.act('acceptFollowRequest', ann)).toMatchObject({
      viewerRelation: { ...nothing, followsViewer: true },
    })
    expect(await noor.act('acceptFollowRequest', ann)).toMatchObject({ __typename: 'User' })
    expect(await sees(ann, noor, countFields)).toEqual({ followerCount: 1, followingCount: 0 })
    expect(await eventsOf(ann)).toEqual(['users.follow-requested.v1', 'users.person-followed.v1'])
  })

  it.each([
    ['declineFollowRequest', 'noor'],
    ['withdrawFollowRequest', 'ann'],
  ] as const)('forgets the request after %s', async (mutation, who) => {
    const people = await somePeople(users, 'ann', 'noor')
    const { ann, noor } = people
    await goesPrivate(noor)
    await ann.act('followUser', noor)

    await people[who].act(mutation, who === 'ann' ? noor : ann)

    expect(await noor.act('acceptFollowRequest', ann)).toEqual({
      __typename: 'FollowRequestNotFound',
      code: 'FOLLOW_REQUEST_NOT_FOUND',
    })
  })

  it('shows its followers to those alone', async () => {
    const { ann, ben, noor } = await somePeople(users, 'ann', 'ben', 'noor')
    await ann.act('followUser', noor)
    await goesPrivate(noor)

    expect(await namesIn(ann, 'followers', noor)).toEqual(['ann'])
    expect(await namesIn(noor, 'followers', noor)).toEqual(['ann'])
    expect(await namesIn(ben, 'followers', noor)).toBeNull()
  })

  it('accepts who has asked when it is opened', async () => {
    const { ann, ben, noor } = await somePeople(users, 'ann', 'ben', 'noor')
    await goesPrivate(noor)
    await ann.act('followUser', noor)
    await ben.act('followUser', noor)

    await goesPrivate(noor, false)

    expect(new Set(await namesIn(ann, 'followers', noor))).toEqual(new Set(['ann', 'ben']))
    expect(await sees(ann, noor, countFields)).toEqual({ followerCount: 2, followingCount: 0 })
  })
})

describe('blockUser', () => {
  const reference = `query ($r: [_Any!]!) {
    _entities(representations: $r) { ... on User { id username displayName bio avatarUrl followerCount
      followers { nodes { id } } viewerRelation { followsViewer } } }
  }`

  async function blocked() {
    const people = await somePeople(users, 'ann', 'ben', 'cyd')
    const { ann, ben } = people
    await ann.act('followUser', ben)
    await ben.act('followUser', ann)
    await ann.act('blockUser', ben)
    return people
  }

  it('ends what was between both, and keeps them from following again', async () => {
    const { ann, ben, cyd } = await blocked()

    for (const person of [ann, ben]) expect(await sees(cyd, person, countFields)).toEqual(noCounts)
    expect(await ben.act('followUser', ann)).toMatchObject({ __typename: 'PersonNotFound' })
    expect(await ann.act('followUser', ben)).toMatchObject({ __typename: 'PersonNotFound' })
    expect(await ben.act('muteUser', ann)).toMatchObject({ __typename: 'PersonNotFound' })
  })

  it('withdraws what one has asked of the other', async () => {
    const { ann, noor } = await somePeople(users, 'ann', 'noor')
    await goesPrivate(noor)
    await ann.act('followUser', noor)

    await ann.act('blockUser', noor)
    await ann.act('unblockUser', noor)

    expect(await noor.answer('{ followRequests { nodes { requestedAt } } }')).toEqual({
      followRequests: { nodes: [] },
    })
  })

  it('hides each from the other, and from nobody else', async () => {
    const { ann, ben, cyd } = await blocked()

    expect(await sees(ben, ann, 'id')).toBeNull()
    expect(await sees(ann, ben, 'id')).toBeNull()
    expect(await sees(ben, { id: ann.id.toUpperCase() }, 'id')).toBeNull()
    expect(await sees(cyd, ann, 'displayName')).toEqual({ displayName: 'ann' })
  })

  it('shows by reference that there is somebody, and not who', async () => {
    const { ann, ben, cyd } = await blocked()
    const r = [{ __typename: 'User', id: ann.id }]

    expect(await ben.answer(reference, { r })).toEqual({
      _entities: [
        {
          id: ann.id,
          username: 'not-available',
          displayName: 'Not available',
          bio: null,
          avatarUrl: null,
          followerCount: null,
          followers: null,
          viewerRelation: null,
        },
      ],
    })
    expect(await cyd.answer(reference, { r })).toMatchObject({
      _entities: [{ displayName: 'ann' }],
    })
  })

  it('leaves each out of what the other finds and of lists of others', async () => {
    const { ann, ben, cyd } = await somePeople(users, 'Annabel Blockade', 'Ben', 'Cyd').then(
      ({ 'Annabel Blockade': one, Ben: two, Cyd: three }) => ({ ann: one, ben: two, cyd: three }),
    )
    await ann.act('followUser', cyd)
    await cyd.act('followUser', ann)
    await ann.act('blockUser', ben)
    const search = '{ users(search: "annabel blockade") { nodes { id } } }'

    expect(await ben.answer(search)).toEqual({ users: { nodes: [] } })
    expect(await cyd.answer(search)).toEqual({ users: { nodes: [{ id: ann.id }] } })
    expect(await namesIn(ben, 'followers', cyd)).toEqual([])
    expect(await namesIn(ben, 'following', cyd)).toEqual([])
    expect(await namesIn(ann, 'followers', cyd)).toEqual(['Annabel Blockade'])
    const everybody = await ben.answer<{ users: { nodes: { id: string }[] } }>(
      '{ users(first: 100) { nodes { id } } }',
    )
    expect(everybody.users.nodes.map(({ id }) => id)).not.toContain(ann.id)
  })

  it('lists whom one has blocked, by their names and no more', async () => {
    const { ann, ben } = await blocked()
    await ben.answer('mutation { updateProfile(input: { bio: "Hidden" }) { __typename } }')
    const list = '{ blockedPeople { nodes { person { id displayName bio followerCount } } } }'

    expect(await ann.answer(list)).toEqual({
      blockedPeople: {
        nodes: [{ person: { id: ben.id, displayName: 'ben', bio: null, followerCount: null } }],
      },
    })
    expect(await ben.answer(list)).toEqual({ blockedPeople: { nodes: [] } })
  })

  it('does not tell the name of who has blocked back', async () => {
    const { ann, ben } = await blocked()

    expect(await ben.act('blockUser', ann)).toEqual({ __typename: 'UserBlocked' })

    expect(await ben.answer('{ blockedPeople { nodes { person { displayName } } } }')).toEqual({
      blockedPeople: { nodes: [{ person: { displayName: 'Not available' } }] },
    })
  })

  it('is undone by unblockUser, without what it has ended', async () => {
    const { ann, ben } = await blocked()

    await ann.act('unblockUser', ben)
    await ann.act('unblockUser', ben)

    expect(await sees(ben, ann, `displayName viewerRelation { ${relationFields} }`)).toEqual({
      displayName: 'ann',
      viewerRelation: nothing,
    })
  })

  it('tells both once, with versions that grow', async () => {
    const { ann, ben } = await blocked()
    await ann.act('blockUser', ben)
    await ann.act('unblockUser', ben)

    expect(personBlocked.consumers).toContain('chat')
    expect(personUnblocked.consumers).toContain('chat')
    const events = await eventsOf(ann)
    expect(events.slice(-2)).toEqual(['users.person-blocked.v1', 'users.person-unblocked.v1'])
    const versions = await users.sql<{ version: number }>(
      `select aggregate_version::integer as version from outbox
       where aggregate_id = $1 and name not like 'users.profile-%' order by position`,
      [ann.id],
    )
    const numbers = versions.map(({ version }) => version)
    expect(numbers).toEqual(numbers.toSorted((one, other) => one - other))
    expect(new Set(numbers).size).toBe(numbers.length)
  })

  it('tells routers before it answers, and once more by its event', async () => {
    const { ann, ben } = await somePeople(users, 'ann', 'ben')
    const told: unknown[] = []
    await using _ = await users.platform.pubsub.subscribe(INVALIDATION_TOPIC, (message) => {
      told.push(message)
    })

    await ann.act('blockUser', ben)
    await new Promise((resolve) => setImmediate(resolve))

    const tags = [`User:${ann.id}`, `User:${ben.id}`]
    for (const tag of tags) expect(told).toContainEqual({ tags: [tag] })
    const toldAtOnce = told.length
    await eventually(async () => {
      const applied = await users.sql(
        `select from inbox join outbox on outbox.id = inbox.event_id
         where consumer = 'forget-blocked-people' and aggregate_id = $1`,
        [ann.id],
      )
      expect(applied).toHaveLength(1)
      expect(told.length).toBeGreaterThanOrEqual(toldAtOnce + tags.length)
    })
  })

  it('leaves no follow behind when both happen at the same time', async () => {
    const { ann, ben } = await somePeople(users, 'ann', 'ben')

    await Promise.all([
      ben.act('followUser', ann),
      ann.act('blockUser', ben),
      ben.act('followUser', ann),
      ann.act('followUser', ben),
    ])

    const follows = await users.sql('select from follows where $1 in (follower_id, followee_id)', [
      ann.id,
    ])
    expect(follows).toEqual([])
  })
})

describe('muteUser', () => {
  it('tells the muter alone, and ends by itself', async () => {
    const { ann, ben } = await somePeople(users, 'ann', 'ben')
    const until = new Date(Date.now() + 3_600_000).toISOString()

    await ann.answer(
      `mutation ($input: MuteUserInput!) { muteUser(input: $input) { __typename } }`,
      { input: { userId: ben.id, until } },
    )

    expect(await sees(ann, ben, `viewerRelation { ${relationFields} }`)).toEqual({
      viewerRelation: { ...nothing, isMutedByViewer: true, mutedByViewerUntil: until },
    })
    expect(await sees(ben, ann, `viewerRelation { ${relationFields} }`)).toEqual({
      viewerRelation: nothing,
    })
    expect(await ann.answer('{ mutedPeople { nodes { person { id } until } } }')).toEqual({
      mutedPeople: { nodes: [{ person: { id: ben.id }, until }] },
    })
    await users.sql(
      `update mutes set muted_at = now() - interval '2 hours', muted_until = now() - interval '1 hour'
      where muter_id = $1`,
      [ann.id],
    )
    expect(await ann.answer('{ mutedPeople { nodes { until } } }')).toEqual({
      mutedPeople: { nodes: [] },
    })
  })

  it('is taken back by unmuteUser', async () => {
    const { ann, ben } = await somePeople(users, 'ann', 'ben')
    await ann.act('muteUser', ben)

    expect(await ann.act('unmuteUser', ben)).toMatchObject({ viewerRelation: nothing })
  })

  it('does not end in the past', async () => {
    const { ann, ben } = await somePeople(users, 'ann', 'ben')

    expect(
      await ann.answer(
        `mutation ($input: MuteUserInput!) {
          muteUser(input: $input) { ... on InvalidInput { field } }
        }`,
        { input: { userId: ben.id, until: '2020-01-01T00:00:00Z' } },
      ),
    ).toEqual({ muteUser: { field: 'until' } })
  })
})

describe('everything between people', () => {
  it('is refused to who changes it too often', async () => {
    const { ann, ben } = await somePeople(users, 'ann', 'ben')
    const changes = users.platform.rateLimits.define(relationChanges)
    await changes.consume(ann.id, relationChanges.points)

    const { errors } = await users.ask(
      'mutation ($id: ID!) { followUser(input: { userId: $id }) { __typename } }',
      { viewer: ann.viewer, variables: { id: ben.id } },
    )

    expect(errors?.[0]?.extensions).toMatchObject({
      code: 'RATE_LIMITED',
      retryAfterSeconds: expect.any(Number),
    })
  })

  it.each([
    'mutation { followUser(input: { userId: "x" }) { __typename } }',
    'mutation { blockUser(input: { userId: "x" }) { __typename } }',
    '{ followRequests { nodes { requestedAt } } }',
    '{ blockedPeople { nodes { blockedAt } } }',
  ])('is not for the anonymous: %s', async (document) => {
    const { errors } = await users.ask(document, { viewer: null })

    expect(errors?.[0]?.extensions?.['code']).toBe('UNAUTHENTICATED')
  })
})
