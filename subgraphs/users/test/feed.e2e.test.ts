import { openTestSubgraph, type TestSubgraph } from '@gravity/shared/testing/open-test-subgraph'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { createSubgraph } from '../src/subgraph.ts'
import { aPerson, somePeople, type TestPerson } from './people.ts'

let users: TestSubgraph

beforeAll(async () => {
  users = await openTestSubgraph(createSubgraph)
})

afterAll(() => users[Symbol.asyncDispose]())

const page = `query ($first: Int, $after: String) {
  activityFeed(first: $first, after: $after) {
    nodes { kind actor { displayName } subject { displayName } }
    pageInfo { hasNextPage endCursor }
  }
}`

interface Page {
  activityFeed: {
    nodes: {
      kind: string
      actor: { displayName: string }
      subject: { displayName: string } | null
    }[]
    pageInfo: { hasNextPage: boolean; endCursor: string | null }
  }
}

/** `ben FOLLOWED cyd`, the latest first, but for those who joined. */
async function feedOf(person: TestPerson): Promise<string[]> {
  const { activityFeed } = await person.answer<Page>(page, { first: 100 })
  return activityFeed.nodes
    .filter(({ kind }) => kind !== 'JOINED')
    .map(({ actor, kind, subject }) =>
      [actor.displayName, kind, subject?.displayName].filter(Boolean).join(' '),
    )
}

function privacy(person: TestPerson, input: object) {
  return person.answer(
    'mutation ($input: UpdatePrivacyInput!) { updatePrivacy(input: $input) { __typename } }',
    { input },
  )
}

/** Ann follows Ben, and Ben Cyd. */
async function story() {
  const people = await somePeople(users, 'ann', 'ben', 'cyd')
  const { ann, ben, cyd } = people
  await ann.act('followUser', ben)
  await ben.act('followUser', cyd)
  return people
}

describe('the activity feed', () => {
  it('tells what those do whom one follows, the latest first', async () => {
    const { ann, ben, cyd } = await story()
    await ben.answer(
      'mutation { updateProfile(input: { avatarUrl: "https://example.org/b.png" }) { __typename } }',
    )
    await cyd.answer('mutation { updateProfile(input: { displayName: "Cyd" }) { __typename } }')

    expect(await feedOf(ann)).toEqual(['ben CHANGED_PICTURE', 'ben FOLLOWED Cyd'])
    expect(await feedOf(ben)).toEqual(['Cyd CHANGED_NAME'])
    expect(await feedOf(cyd)).toEqual([])
  })

  it('comes page by page', async () => {
    const { ann } = await story()
    const first = await ann.answer<Page>(page, { first: 1 })
    const { endCursor: after } = first.activityFeed.pageInfo
    const second = await ann.answer<Page>(page, { first: 1, after })

    expect(first.activityFeed.nodes[0]?.kind).toBe('FOLLOWED')
    expect(second.activityFeed.nodes[0]?.kind).toBe('JOINED')
    expect(second.activityFeed.pageInfo.hasNextPage).toBe(false)
  })

  it('forgets a follow that was taken back', async () => {
    const { ann, ben, cyd } = await story()

    await ben.act('unfollowUser', cyd)

    expect(await feedOf(ann)).toEqual([])
  })

  it.each([
    ['who does it', 'ben'],
    ['whom it is done to', 'cyd'],
  ] as const)('leaves out %s while they are muted', async (_, name) => {
    const people = await story()
    const { ann } = people

    await ann.act('muteUser', people[name])
    expect(await feedOf(ann)).toEqual([])

    await ann.act('unmuteUser', people[name])
    expect(await feedOf(ann)).toEqual(['ben FOLLOWED cyd'])
  })

  it.each(['ann', 'cyd'] as const)('leaves out whom a block by %s hides', async (name) => {
    const people = await story()

    await people[name].act('blockUser', name === 'ann' ? people.cyd : people.ann)

    expect(await feedOf(people.ann)).toEqual([])
  })

  it.each([
    ['ben', { activity: 'NOBODY' }],
    ['ben', { following: 'NOBODY' }],
    ['cyd', { followers: 'FOLLOWERS' }],
    ['cyd', { followers: 'NOBODY' }],
    ['cyd', { isPrivate: true }],
  ] as const)('keeps to what %s has decided by %j', async (name, input) => {
    const people = await story()

    await privacy(people[name], input)

    expect(await feedOf(people.ann)).toEqual([])
  })

  it('tells of a private account to those who follow it as well', async () => {
    const { ann, cyd } = await story()
    await ann.act('followUser', cyd)

    await privacy(cyd, { isPrivate: true })

    expect(await feedOf(ann)).toEqual(['ben FOLLOWED cyd'])
  })

  it('is not for the anonymous', async () => {
    const { errors } = await users.ask(page, { viewer: null })

    expect(errors?.[0]?.extensions?.['code']).toBe('UNAUTHENTICATED')
  })
})

describe('statistics', () => {
  const document = `{ peopleStatistics {
    people privatePeople verifiedPeople follows followRequests blocks newPeople(days: 3) { day people }
  } }`

  it('tell staff how many people there are', async () => {
    const { ann, ben } = await story()
    const before = await statistics(ann)
    await ben.act('blockUser', ann)
    await aPerson(users)

    const after = await statistics(ann)

    expect(after.people).toBe(before.people + 1)
    expect(after.blocks).toBe(before.blocks + 1)
    expect(after.follows).toBe(before.follows - 1)
    expect(after.newPeople).toHaveLength(3)
    expect(after.newPeople.at(-1)?.people).toBe(after.people)
  })

  interface Statistics {
    people: number
    follows: number
    blocks: number
    newPeople: { day: string; people: number }[]
  }

  async function statistics({ viewer }: TestPerson): Promise<Statistics> {
    const { peopleStatistics } = await users.answer<{ peopleStatistics: Statistics }>(document, {
      viewer: { ...viewer, scopes: ['users:manage'] },
    })
    return peopleStatistics
  }

  it('are for nobody else', async () => {
    const { viewer } = await aPerson(users)

    const { errors } = await users.ask(document, { viewer })

    expect(errors?.[0]?.extensions?.['code']).toBe('FORBIDDEN')
  })

  it.each([0, 367])('count no %d days', async (days) => {
    const { viewer } = await aPerson(users)

    const { errors } = await users.ask(
      `{ peopleStatistics { newPeople(days: ${days}) { people } } }`,
      { viewer: { ...viewer, scopes: ['users:manage'] } },
    )

    expect(errors?.[0]?.extensions?.['code']).toBe('BAD_USER_INPUT')
  })
})
