import { aViewer } from '@gravity/shared/testing/a-viewer'
import { openTestSubgraph, type TestSubgraph } from '@gravity/shared/testing/open-test-subgraph'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { createSubgraph } from '../src/subgraph.ts'
import { aPerson, type TestPerson } from './people.ts'

let users: TestSubgraph

beforeAll(async () => {
  users = await openTestSubgraph(createSubgraph)
})

afterAll(() => users[Symbol.asyncDispose]())

interface Result {
  readonly __typename: string
  readonly [field: string]: unknown
}

const record = '... on ConsentRecord { id document version isGiven clientNetwork }'

async function give(person: TestPerson, document: string, version: string): Promise<Result> {
  const data = await person.answer<{ giveConsent: Result }>(
    `mutation ($input: GiveConsentInput!) { giveConsent(input: $input) {
      __typename ${record} ... on InvalidInput { field }
    } }`,
    { input: { document, version } },
  )
  return data.giveConsent
}

async function withdraw(person: TestPerson, document: string): Promise<Result> {
  const data = await person.answer<{ withdrawConsent: Result }>(
    `mutation ($input: WithdrawConsentInput!) { withdrawConsent(input: $input) {
      __typename ${record} ... on Problem { code }
    } }`,
    { input: { document } },
  )
  return data.withdrawConsent
}

async function history(person: TestPerson): Promise<string[]> {
  const data = await person.answer<{
    consentHistory: { nodes: { document: string; version: string; isGiven: boolean }[] }
  }>('{ consentHistory { nodes { document version isGiven } } }')
  return data.consentHistory.nodes.map(
    ({ document, isGiven, version }) => `${document} ${version} ${isGiven ? 'given' : 'withdrawn'}`,
  )
}

describe('a consent', () => {
  it('is recorded with its version and the network it came from', async () => {
    const person = await aPerson(users, 'Agreeing')

    expect(await give(person, 'terms', '2026-01')).toMatchObject({
      __typename: 'ConsentRecord',
      document: 'terms',
      version: '2026-01',
      isGiven: true,
      clientNetwork: '192.0.2.0/24',
    })
  })

  it('is given to each version, withdrawn, and given again; the same again records nothing', async () => {
    const person = await aPerson(users, 'Changing')
    const first = await give(person, 'marketing', '1')
    expect(await give(person, 'marketing', '1')).toEqual(first)
    await give(person, 'marketing', '2')
    const gone = await withdraw(person, 'marketing')
    expect(gone).toMatchObject({ version: '2', isGiven: false })
    expect(await withdraw(person, 'marketing')).toEqual(gone)
    await give(person, 'marketing', '2')
    await give(person, 'terms', '1')

    expect(await history(person)).toEqual([
      'terms 1 given',
      'marketing 2 given',
      'marketing 2 withdrawn',
      'marketing 2 given',
      'marketing 1 given',
    ])
    expect(await person.answer('{ consents { document version isGiven } }')).toEqual({
      consents: [
        { document: 'marketing', version: '2', isGiven: true },
        { document: 'terms', version: '1', isGiven: true },
      ],
    })
  })

  it('is recorded once when it is given many times at once', async () => {
    const person = await aPerson(users, 'Impatient')

    await Promise.all([1, 2, 3, 4].map(() => give(person, 'terms', '1')))

    expect(await history(person)).toEqual(['terms 1 given'])
  })

  it('that was never given cannot be withdrawn', async () => {
    expect(await withdraw(await aPerson(users, 'Never'), 'terms')).toMatchObject({
      code: 'CONSENT_NEVER_GIVEN',
    })
  })

  it.each([
    ['document', 'Terms of Use', '1'],
    ['document', '', '1'],
    ['version', 'terms', ' '],
    ['version', 'terms', 'x'.repeat(51)],
  ])('names the field %s when it is refused', async (field, document, version) => {
    expect(await give(await aPerson(users, 'Wrong'), document, version)).toMatchObject({ field })
  })

  it.each([
    'delete from consents',
    `update consents set is_given = not is_given`,
    `update consents set user_agent = 'another'`,
    'truncate consents',
  ])('is not changed by %s', async (statement) => {
    await give(await aPerson(users, 'Kept'), 'terms', '1')

    await expect(users.sql(statement)).rejects.toThrow('only added to')
  })
})

describe('the history of consents', () => {
  it('continues on the next page', async () => {
    const person = await aPerson(users, 'Paged')
    for (const version of ['1', '2', '3']) await give(person, 'terms', version)
    const page = `query ($after: String) { consentHistory(first: 2, after: $after) {
      nodes { version } pageInfo { hasNextPage endCursor }
    } }`
    interface Page {
      consentHistory: { nodes: object[]; pageInfo: { hasNextPage: boolean; endCursor: string } }
    }

    const { consentHistory: first } = await person.answer<Page>(page)
    const { consentHistory: second } = await person.answer<Page>(page, {
      after: first.pageInfo.endCursor,
    })

    expect([first.nodes, second.nodes]).toEqual([
      [{ version: '3' }, { version: '2' }],
      [{ version: '1' }],
    ])
    expect(second.pageInfo.hasNextPage).toBe(false)
  })

  it('is shown to staff with the permission, and to nobody else', async () => {
    const person = await aPerson(users, 'Inspected')
    await give(person, 'terms', '1')
    const read = 'query ($userId: ID) { consents(userId: $userId) { document } }'
    const variables = { userId: person.id }

    const staff = aViewer({ scopes: ['users:inspect'] })
    expect(await users.answer(read, { viewer: staff, variables })).toEqual({
      consents: [{ document: 'terms' }],
    })
    const { errors } = await users.ask(read, { variables })
    expect(errors?.[0]?.extensions?.['code']).toBe('FORBIDDEN')
  })
})
