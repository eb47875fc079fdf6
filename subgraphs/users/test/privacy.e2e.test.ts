import { AnswerAudience } from '@gravity/shared/server/answer-audience'
import { createInMemoryCaller } from '@gravity/shared/server/call-in-memory'
import { openTestSubgraph, type TestSubgraph } from '@gravity/shared/testing/open-test-subgraph'
import { createTraceparent } from '@gravity/shared/viewer/trace-context'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { parse } from 'graphql'
import { createSubgraph } from '../src/subgraph.ts'
import { aPerson, sees, somePeople, type TestPerson } from './people.ts'

let users: TestSubgraph

beforeAll(async () => {
  users = await openTestSubgraph(createSubgraph)
})

afterAll(() => users[Symbol.asyncDispose]())

async function decides(person: TestPerson, input: object): Promise<unknown> {
  const { updatePrivacy } = await person.answer<{ updatePrivacy: unknown }>(
    `mutation ($input: UpdatePrivacyInput!) {
      updatePrivacy(input: $input) {
        ... on PrivacySettings { isPrivate isListed bio avatar counts followers following }
      }
    }`,
    { input },
  )
  return updatePrivacy
}

const bioByReference = `query ($r: [_Any!]!) { _entities(representations: $r) { ... on User { bio } } }`

async function bioSeenBy(viewer: TestPerson | null, { id }: TestPerson): Promise<string | null> {
  const { _entities } = await users.answer<{ _entities: [{ bio: string | null }] }>(
    bioByReference,
    { viewer: viewer?.viewer ?? null, variables: { r: [{ __typename: 'User', id }] } },
  )
  return _entities[0].bio
}

async function withBio(bio: string) {
  const people = await somePeople(users, 'owner', 'fan', 'member')
  await people.owner.answer(
    `mutation ($bio: String) { updateProfile(input: { bio: $bio }) { __typename } }`,
    { bio },
  )
  await people.fan.act('followUser', people.owner)
  return people
}

describe('updatePrivacy', () => {
  it('changes what is named and keeps the rest', async () => {
    const ann = await aPerson(users)

    await decides(ann, { bio: 'FOLLOWERS' })

    expect(await decides(ann, { isListed: false, bio: null })).toEqual({
      isPrivate: false,
      isListed: false,
      bio: 'FOLLOWERS',
      avatar: 'EVERYONE',
      counts: 'EVERYONE',
      followers: 'EVERYONE',
      following: 'EVERYONE',
    })
    expect(await ann.answer('{ myPrivacy { bio isListed } }')).toEqual({
      myPrivacy: { bio: 'FOLLOWERS', isListed: false },
    })
  })

  it('is not for the anonymous', async () => {
    for (const document of [
      'mutation { updatePrivacy(input: {}) { __typename } }',
      '{ myPrivacy { bio } }',
      '{ myProfileAs { bio } }',
    ]) {
      const { errors } = await users.ask(document, { viewer: null })
      expect(errors?.[0]?.extensions?.['code']).toBe('UNAUTHENTICATED')
    }
  })
})

describe('a field that a person protects', () => {
  it.each([
    ['EVERYONE', { stranger: true, member: true, fan: true }],
    ['SIGNED_IN', { stranger: false, member: true, fan: true }],
    ['FOLLOWERS', { stranger: false, member: false, fan: true }],
    ['NOBODY', { stranger: false, member: false, fan: false }],
  ])('is read by reference by whom %s means', async (bio, readers) => {
    const { owner, fan, member } = await withBio('Mine')

    await decides(owner, { bio })

    expect({
      stranger: (await bioSeenBy(null, owner)) !== null,
      member: (await bioSeenBy(member, owner)) !== null,
      fan: (await bioSeenBy(fan, owner)) !== null,
    }).toEqual(readers)
    expect(await bioSeenBy(owner, owner)).toBe('Mine')
  })

  it('may be counts and lists too', async () => {
    const { owner, fan, member } = await withBio('Mine')
    const fields = 'followerCount followers { nodes { id } } following { nodes { id } }'

    await decides(owner, { counts: 'FOLLOWERS', followers: 'NOBODY' })

    expect(await sees(member, owner, fields)).toEqual({
      followerCount: null,
      followers: null,
      following: { nodes: [] },
    })
    expect(await sees(fan, owner, fields)).toMatchObject({ followerCount: 1, followers: null })
    expect(await sees(owner, owner, fields)).toMatchObject({
      followers: { nodes: [{ id: fan.id }] },
    })
  })
})

describe('myProfileAs', () => {
  const as = `query ($viewer: ProfileViewer, $personId: ID) {
    myProfileAs(viewer: $viewer, personId: $personId) { bio }
  }`

  async function bioAs(owner: TestPerson, variables: object): Promise<unknown> {
    const data = await owner.answer<{ myProfileAs: { bio: string | null } | null }>(as, {
      ...variables,
    })
    return data.myProfileAs?.bio ?? null
  }

  it('shows what each kind of person sees', async () => {
    const { owner } = await withBio('Mine')
    await decides(owner, { bio: 'FOLLOWERS' })

    expect(await bioAs(owner, { viewer: 'ANYONE' })).toBeNull()
    expect(await bioAs(owner, { viewer: 'SIGNED_IN' })).toBeNull()
    expect(await bioAs(owner, { viewer: 'FOLLOWER' })).toBe('Mine')
  })

  it('shows what one person sees', async () => {
    const { owner, fan, member } = await withBio('Mine')
    await decides(owner, { bio: 'FOLLOWERS' })

    expect(await bioAs(owner, { personId: fan.id.toUpperCase() })).toBe('Mine')
    expect(await bioAs(owner, { personId: member.id })).toBeNull()
    expect(await owner.answer(as, { personId: 'nobody' })).toEqual({ myProfileAs: null })
  })

  it('says the same of who does not exist and of who has blocked the person', async () => {
    const { owner, member } = await withBio('Mine')

    await member.act('blockUser', owner)

    expect(await owner.answer(as, { personId: member.id })).toEqual({ myProfileAs: null })
  })
})

describe('the search for people', () => {
  it('does not find who is not listed, except themselves', async () => {
    const owner = await aPerson(users, 'Zebulon Unlisted')
    const other = await aPerson(users)
    await decides(owner, { isListed: false })
    const search = '{ users(search: "zebulon unlisted") { nodes { id } } }'

    expect(await other.answer(search)).toEqual({ users: { nodes: [] } })
    expect(await owner.answer(search)).toEqual({ users: { nodes: [{ id: owner.id }] } })
    expect(await sees(other, owner, 'displayName')).toEqual({ displayName: 'Zebulon Unlisted' })
  })
})

describe('the audience of an answer', () => {
  async function audienceOf(viewer: TestPerson | null, id: string, fields: string) {
    const audience = new AnswerAudience()
    const caller = createInMemoryCaller(users.subgraph, { log: users.platform.log })
    await caller.execute({
      document: parse(`query ($id: ID!) { user(id: $id) { ${fields} } }`),
      variables: { id },
      identity: {
        viewer: viewer?.viewer ?? null,
        requestId: 'request-1',
        traceparent: createTraceparent(),
        clientAddress: null,
      },
      signal: new AbortController().signal,
      audience,
    })
    return audience
  }

  it('is everybody for who hides nothing', async () => {
    const { owner, fan } = await withBio('Mine')
    const fields = 'displayName bio avatarUrl followerCount'

    expect((await audienceOf(fan, owner.id, fields)).isEverybody).toBe(true)
    expect((await audienceOf(null, owner.id, fields)).isEverybody).toBe(true)
  })

  it('is the viewer alone when a field of it is protected, whoever asks', async () => {
    const { owner, fan } = await withBio('Mine')
    await decides(owner, { bio: 'SIGNED_IN' })

    expect((await audienceOf(fan, owner.id, 'bio')).isPersonal).toBe(true)
    expect((await audienceOf(null, owner.id, 'bio')).isPersonal).toBe(true)
    expect((await audienceOf(owner, owner.id, 'bio')).isPersonal).toBe(true)
    expect((await audienceOf(fan, owner.id, 'displayName')).isEverybody).toBe(true)
  })

  it('is not the two whom a block keeps apart, whoever asks', async () => {
    const { owner, fan, member } = await withBio('Mine')
    await owner.act('blockUser', fan)

    for (const viewer of [null, owner, member]) {
      const audience = await audienceOf(viewer, owner.id, 'displayName')
      expect(audience.includes(member.id)).toBe(true)
      expect(audience.includes(fan.id)).toBe(false)
      expect((await audienceOf(viewer, fan.id, 'displayName')).includes(owner.id)).toBe(false)
    }
    await owner.act('unblockUser', fan)
    expect((await audienceOf(member, owner.id, 'displayName')).isEverybody).toBe(true)
  })

  it('is the viewer alone when the id is written in another way than caches know it', async () => {
    const { owner, fan } = await withBio('Mine')

    expect((await audienceOf(fan, owner.id.toUpperCase(), 'id')).isPersonal).toBe(true)
  })
})
