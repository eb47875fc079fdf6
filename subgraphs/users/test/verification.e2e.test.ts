import { aViewer } from '@gravity/shared/testing/a-viewer'
import { openTestSubgraph, type TestSubgraph } from '@gravity/shared/testing/open-test-subgraph'
import type { Viewer } from '@gravity/shared/viewer/viewer'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { createSubgraph } from '../src/subgraph.ts'
import { aPerson, type TestPerson } from './people.ts'

let users: TestSubgraph
let staff: Viewer

beforeAll(async () => {
  users = await openTestSubgraph(createSubgraph)
  const { viewer } = await aPerson(users, 'Staff Member')
  staff = { ...viewer, scopes: ['users:verify'] }
})

afterAll(() => users[Symbol.asyncDispose]())

interface Result {
  readonly __typename: string
  readonly [field: string]: unknown
}

async function request(person: TestPerson, reason = 'I am the real one.'): Promise<Result> {
  const data = await person.answer<{ requestVerification: Result }>(
    `mutation ($input: RequestVerificationInput!) { requestVerification(input: $input) {
      __typename ... on VerificationRequest { id status reason user { id } } ... on InvalidInput { field }
    } }`,
    { input: { reason } },
  )
  return data.requestVerification
}

async function decide(input: object, viewer = staff): Promise<Result> {
  const data = await users.answer<{ decideVerification: Result }>(
    `mutation ($input: DecideVerificationInput!) { decideVerification(input: $input) {
      __typename ... on VerificationDecided { request { status note user { isVerified } } } ... on Problem { code }
    } }`,
    { viewer, variables: { input } },
  )
  return data.decideVerification
}

async function withdrawBadge(userId: string): Promise<Result> {
  const data = await users.answer<{ withdrawVerification: Result }>(
    `mutation ($input: WithdrawVerificationInput!) { withdrawVerification(input: $input) {
      __typename ... on User { isVerified }
    } }`,
    { viewer: staff, variables: { input: { userId, note: 'Not them after all.' } } },
  )
  return data.withdrawVerification
}

async function logAbout(userId: string): Promise<object[]> {
  const data = await users.answer<{ verificationLog: { nodes: object[] } }>(
    'query ($userId: ID) { verificationLog(userId: $userId) { nodes { action note actor { id } } } }',
    { viewer: staff, variables: { userId } },
  )
  return data.verificationLog.nodes
}

describe('a request to be verified', () => {
  it('is pending, once, until staff accept it', async () => {
    const person = await aPerson(users, 'Real Person')
    const asked = await request(person)
    expect(asked).toMatchObject({ status: 'PENDING', user: { id: person.id } })
    expect(await request(person, 'Another reason')).toEqual(asked)

    const decision = { requestId: asked['id'], accept: true, note: 'Seen the passport.' }
    const accepted = {
      __typename: 'VerificationDecided',
      request: { status: 'ACCEPTED', note: 'Seen the passport.', user: { isVerified: true } },
    }
    expect(await decide(decision)).toEqual(accepted)
    expect(await decide(decision)).toEqual(accepted)
    expect(await decide({ ...decision, accept: false })).toMatchObject({ code: 'ALREADY_DECIDED' })
    expect(await logAbout(person.id)).toEqual([
      { action: 'accepted', note: 'Seen the passport.', actor: { id: staff.userId } },
      { action: 'requested', note: null, actor: { id: person.id } },
    ])
  })

  it('is declined, and may be made again', async () => {
    const person = await aPerson(users, 'Not Yet')
    const { id: requestId } = await request(person)

    expect(await decide({ requestId, accept: false })).toMatchObject({
      request: { status: 'DECLINED', user: { isVerified: false } },
    })
    expect(await request(person)).toMatchObject({ status: 'PENDING' })
  })

  it('is taken back by the person', async () => {
    const person = await aPerson(users, 'Changed Mind')
    const { id: requestId } = await request(person)
    const withdraw =
      'mutation { withdrawVerificationRequest { ... on VerificationRequestWithdrawn { request { status } } } }'

    const withdrawn = { withdrawVerificationRequest: { request: { status: 'WITHDRAWN' } } }
    expect(await person.answer(withdraw)).toEqual(withdrawn)
    expect(await person.answer(withdraw)).toEqual(withdrawn)
    expect(await decide({ requestId, accept: true })).toMatchObject({ code: 'ALREADY_DECIDED' })
  })

  it('is decided by one of two who decide at once', async () => {
    const person = await aPerson(users, 'Contested')
    const { id: requestId } = await request(person)

    const results = await Promise.all([true, false].map((accept) => decide({ requestId, accept })))

    expect(results.map(({ __typename }) => __typename).sort()).toEqual([
      'AlreadyDecided',
      'VerificationDecided',
    ])
    expect(await logAbout(person.id)).toHaveLength(2)
  })

  it.each(['', '   ', 'x'.repeat(1_001)])('needs a reason other than %j', async (reason) => {
    const person = await aPerson(users, 'Without Reason')

    expect(await request(person, reason)).toMatchObject({ field: 'reason' })
  })
})

describe('a badge', () => {
  it('is taken away by staff, which the log says and others are told', async () => {
    const person = await aPerson(users, 'Impostor')
    const { id: requestId } = await request(person)
    await decide({ requestId, accept: true })

    expect(await withdrawBadge(person.id.toUpperCase())).toMatchObject({ isVerified: false })
    expect(await withdrawBadge(person.id)).toMatchObject({ isVerified: false })
    expect((await logAbout(person.id))[0]).toEqual({
      action: 'badge-withdrawn',
      note: 'Not them after all.',
      actor: { id: staff.userId },
    })
    const events = await users.sql(
      `select from outbox where name = 'users.profile-changed.v1' and aggregate_id = $1`,
      [person.id],
    )
    expect(events).toHaveLength(2)
  })

  it('of nobody cannot be taken away', async () => {
    const { errors } = await users.ask(
      'mutation { withdrawVerification(input: { userId: "nobody" }) { __typename } }',
      { viewer: staff },
    )

    expect(errors?.[0]?.extensions?.['code']).toBe('NOT_FOUND')
  })
})

describe('the list of requests', () => {
  it('shows the pending ones page by page, the oldest first', async () => {
    await users.sql(`update verification_requests set status = 'declined', decided_at = now(), decided_by = user_id
      where status = 'pending'`)
    const people = [
      await aPerson(users, 'Anna'),
      await aPerson(users, 'Ben'),
      await aPerson(users, 'Cleo'),
    ]
    for (const person of people) await request(person)
    const page = `query ($after: String) { verificationRequests(status: PENDING, first: 2, after: $after) {
      nodes { user { id } } pageInfo { hasNextPage endCursor }
    } }`
    interface Page {
      verificationRequests: {
        nodes: { user: { id: string } }[]
        pageInfo: { hasNextPage: boolean; endCursor: string }
      }
    }

    const { verificationRequests: first } = await users.answer<Page>(page, { viewer: staff })
    const { verificationRequests: second } = await users.answer<Page>(page, {
      viewer: staff,
      variables: { after: first.pageInfo.endCursor },
    })

    expect([...first.nodes, ...second.nodes].map(({ user }) => user.id)).toEqual(
      people.map(({ id }) => id),
    )
    expect(second.pageInfo.hasNextPage).toBe(false)
  })
})

describe('what staff do about badges', () => {
  it.each([
    '{ verificationRequests { nodes { id } } }',
    '{ verificationLog { nodes { id } } }',
    'mutation { decideVerification(input: { requestId: "x", accept: true }) { __typename } }',
    'mutation { withdrawVerification(input: { userId: "x" }) { __typename } }',
  ])('needs the permission: %s', async (document) => {
    const { errors } = await users.ask(document, { viewer: aViewer({ scopes: ['users:manage'] }) })

    expect(errors?.[0]?.extensions?.['code']).toBe('FORBIDDEN')
  })

  it('cannot be changed in the log', async () => {
    await expect(users.sql('delete from verification_log')).rejects.toThrow('only added to')
  })
})
