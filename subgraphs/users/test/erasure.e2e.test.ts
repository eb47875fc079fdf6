import { personErasedByAuth } from '@gravity/shared/events/contracts/auth'
import { personErasedByChat } from '@gravity/shared/events/contracts/chat'
import { personErasureBegun } from '@gravity/shared/events/contracts/users'
import { aViewer } from '@gravity/shared/testing/a-viewer'
import type { TestSubgraph } from '@gravity/shared/testing/open-test-subgraph'
import type { TestPlatform } from '@gravity/shared/testing/test-platform'
import { tracesOf } from '@gravity/shared/testing/traces'
import { withTestSubgraph } from '@gravity/shared/testing/with-test-subgraph'
import { describe, expect, it } from '@jest/globals'
import { createSubgraph } from '../src/subgraph.ts'
import { aRegistration, arrive } from './fixtures.ts'
import { acknowledge, advance, freshly, order, request, shown, statusOf, told } from './leaving.ts'
import { aPerson, type TestPerson } from './people.ts'

let platform: TestPlatform
let users: TestSubgraph

withTestSubgraph(createSubgraph, (opened, on) => {
  users = opened
  platform = on
})

const dayMs = 24 * 60 * 60 * 1_000

async function enrich(person: TestPerson): Promise<void> {
  await person.answer(
    `mutation ($address: AddAddressInput!) {
      updateProfile(input: { bio: "Hello", avatarUrl: "https://example.org/a.png" }) { __typename }
      changeUsername(input: { username: "leaving_soon" }) { __typename }
      updateLinks(input: { urls: ["https://example.org/me"] }) { __typename }
      requestVerification(input: { reason: "It is me." }) { __typename }
      addAddress(input: $address) { __typename }
      giveConsent(input: { document: "terms", version: "1" }) { __typename }
      requestDataExport { __typename }
    }`,
    { address: { recipient: 'Ada', line1: 'Street 1', city: 'London', country: 'GB' } },
  )
}

describe('an erasure', () => {
  it('erases when it is due, waits for the services, and leaves a tombstone', async () => {
    const person = await aPerson(users, 'Ada Leaving')
    await enrich(person)
    const fan = await aPerson(users, 'Fan')
    await fan.act('followUser', person)
    await fan.act('muteUser', person)
    await request(users, freshly(users, person.viewer))
    platform.clock.advance(30 * dayMs + 1_000)

    await advance(users)

    expect(await shown(users, person.id)).toEqual({
      username: `deleted-${person.id.replaceAll('-', '').slice(-16)}`,
      displayName: 'Deleted person',
      bio: null,
      avatarUrl: null,
      isDeleted: true,
      isVerified: false,
      links: [],
    })
    expect(await statusOf(users, person.viewer)).toBe('BEGUN')
    await acknowledge(users, { contract: personErasedByAuth, userId: person.id })
    expect(await statusOf(users, person.viewer)).toBe('BEGUN')
    await acknowledge(users, { contract: personErasedByChat, userId: person.id }, { times: 2 })
    expect(await statusOf(users, person.viewer)).toBe('COMPLETED')
    const [end] = await users.sql<{ count: number }>(
      `select count(*)::integer as count from outbox where name = 'users.person-erased.v1' and payload->>'userId' = $1`,
      [person.id],
    )
    expect(end).toEqual({ count: 1 })
  })

  it('leaves nothing of the person but the tombstone, the deletion, the badge log and what the law asks for', async () => {
    const person = await aPerson(users, 'Traceless')
    const friend = await aPerson(users, 'Friend')
    await person.act('followUser', friend)
    await friend.act('followUser', person)
    await friend.act('blockUser', person)
    await person.answer(
      `mutation {
        giveConsent(input: { document: "terms", version: "1" }) { __typename }
        updateLinks(input: { urls: ["https://example.org/traceless"] }) { __typename }
        requestVerification(input: { reason: "It is me." }) { __typename }
        addAddress(input: { recipient: "A", line1: "B", city: "C", country: "DE" }) { __typename }
        requestDataExport { __typename }
      }`,
    )

    await order(users, person.id)

    expect(await tracesOf(users, person.id)).toEqual([
      'account_deletions.user_id',
      'consents.user_id',
      'profiles.id',
      'username_claims.owner_id',
      'verification_log.actor_id',
      'verification_log.user_id',
    ])
    const [consent] = await users.sql(
      'select document, user_agent, client_network from consents where user_id = $1',
      [person.id],
    )
    expect(consent).toEqual({ document: 'terms', user_agent: null, client_network: null })
  })

  it('frees the username thirty days later, and leads nobody to the tombstone by it', async () => {
    const person = await aPerson(users, 'Named Onceonly')
    await order(users, person.id)
    const wish = 'mutation { changeUsername(input: { username: "namedonceonly" }) { __typename } }'
    const heir = await aPerson(users, 'Heir')

    expect(await users.answer('{ userByUsername(username: "namedonceonly") { id } }')).toEqual({
      userByUsername: null,
    })
    expect(await heir.answer(wish)).toMatchObject({
      changeUsername: { __typename: 'UsernameTaken' },
    })
    platform.clock.advance(30 * dayMs + 1_000)
    expect(await heir.answer(wish)).toMatchObject({ changeUsername: { __typename: 'User' } })
  })

  it('is not undone by an update with a token that still lives', async () => {
    const person = await aPerson(users, 'Still Typing')
    await order(users, person.id)

    const { errors } = await users.ask(
      'mutation { updateProfile(input: { bio: "I am back" }) { __typename } }',
      { viewer: person.viewer },
    )

    expect(errors?.[0]?.extensions?.['code']).toBe('NOT_FOUND')
    expect(await shown(users, person.id)).toMatchObject({ bio: null, isDeleted: true })
  })

  it('lets nothing more of the person come to be with a token that still lives', async () => {
    const person = await aPerson(users, 'Still Here')
    await order(users, person.id)

    for (const mutation of [
      'addAddress(input: { recipient: "A", line1: "B", city: "C", country: "DE" })',
      'giveConsent(input: { document: "terms", version: "1" })',
      'requestDataExport',
      'requestVerification(input: { reason: "It is me." })',
      'updateLinks(input: { urls: ["https://example.org/"] })',
      'changeUsername(input: { username: "back_again" })',
    ]) {
      const { errors } = await users.ask(`mutation { ${mutation} { __typename } }`, {
        viewer: person.viewer,
      })
      expect(errors).toHaveLength(1)
    }
    expect(await tracesOf(users, person.id)).toEqual([
      'account_deletions.user_id',
      'profiles.id',
      'username_claims.owner_id',
    ])
  })

  it('asks again, every hour, whoever has not answered', async () => {
    const person = await aPerson(users, 'Slow Service')
    await order(users, person.id)
    const operator = aViewer({ scopes: ['users:manage'] })
    const open = '{ openAccountDeletions(first: 100) { userId asked waitsFor } }'

    platform.clock.advance(60 * 60 * 1_000 + 1_000)
    await advance(users)
    await advance(users)

    expect(
      (await told(users, personErasureBegun.name, person.id)).map(({ version }) => version),
    ).toEqual([1, 2])
    await acknowledge(users, { contract: personErasedByAuth, userId: person.id })
    const data = await users.answer<{ openAccountDeletions: object[] }>(open, { viewer: operator })
    expect(data.openAccountDeletions).toContainEqual({
      userId: person.id,
      asked: 2,
      waitsFor: ['chat'],
    })
  })

  it('is begun once by an order that comes twice, and hastened by an order while it waits', async () => {
    const person = await aPerson(users, 'Ordered')
    await request(users, freshly(users, person.viewer))

    await order(users, person.id, { times: 2 })
    await order(users, person.id)

    expect(await told(users, personErasureBegun.name, person.id)).toHaveLength(1)
    expect(await statusOf(users, person.viewer)).toBe('BEGUN')
  })

  it('keeps a registration that arrives later from making a profile', async () => {
    const registration = aRegistration(platform, { displayName: 'Too Late' })
    await order(users, registration.userId)

    await arrive(users, registration)

    expect(await shown(users, registration.userId)).toMatchObject({ isDeleted: true })
  })

  it('does the same again when the services answer before they are asked again', async () => {
    const person = await aPerson(users, 'Replayed')
    await order(users, person.id)
    await acknowledge(users, { contract: personErasedByChat, userId: person.id })
    await acknowledge(users, { contract: personErasedByAuth, userId: person.id })

    await acknowledge(users, { contract: personErasedByAuth, userId: person.id })
    platform.clock.advance(2 * 60 * 60 * 1_000)
    await advance(users)

    expect(await statusOf(users, person.viewer)).toBe('COMPLETED')
    expect(await told(users, personErasureBegun.name, person.id)).toHaveLength(1)
  })

  it('takes the person out of lists and searches', async () => {
    const person = await aPerson(users, 'Zebulon Findme')
    await order(users, person.id)

    const data = await users.answer<{ users: { nodes: object[] } }>(
      '{ users(search: "deleted") { nodes { id } } }',
    )

    expect(data.users.nodes).toEqual([])
  })
})
