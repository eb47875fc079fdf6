import { demoPassword } from '@gravity/shared/demo/demo-people'
import { aViewer } from '@gravity/shared/testing/a-viewer'
import { openTestSubgraph, type TestSubgraph } from '@gravity/shared/testing/open-test-subgraph'
import { createSessionDenyList } from '@gravity/shared/viewer/session-deny-list'
import type { Viewer } from '@gravity/shared/viewer/viewer'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { createSubgraph } from '../src/subgraph.ts'
import { arrive, asOpened, login, refresh, viewerOf } from './stories.ts'

let auth: TestSubgraph
let admin: Viewer

beforeAll(async () => {
  auth = await openTestSubgraph(createSubgraph, { seed: 'demo' })
  const session = asOpened(
    await login(auth, { email: 'admin@gravity.local', password: demoPassword }),
  )
  admin = { ...viewerOf(session), scopes: ['auth:read', 'auth:manage'] }
})

afterAll(() => auth[Symbol.asyncDispose]())

const account =
  '{ __typename ... on AccountChanged { account { roles suspendedAt suspensionReason } } }'
const documents = {
  suspend: `mutation ($userId: ID!, $reason: String = "spam") { outcome: suspendAccount(input: { userId: $userId, reason: $reason }) ${account} }`,
  restore: `mutation ($userId: ID!) { outcome: restoreAccount(input: { userId: $userId }) ${account} }`,
  assign: `mutation ($userId: ID!, $role: String!) { outcome: assignRole(input: { userId: $userId, role: $role }) ${account} }`,
  remove: `mutation ($userId: ID!, $role: String!) { outcome: removeRole(input: { userId: $userId, role: $role }) ${account} }`,
}

async function administer(
  name: keyof typeof documents,
  variables: Readonly<Record<string, unknown>>,
): Promise<unknown> {
  const data = await auth.answer<{ outcome: unknown }>(documents[name], {
    viewer: admin,
    variables,
  })
  return data.outcome
}

async function actionsOn(userId: string): Promise<unknown> {
  const { auditLog } = await auth.answer<{ auditLog: { nodes: unknown } }>(
    'query ($userId: ID!) { auditLog(userId: $userId) { nodes { action detail actor { id } user { id } } } }',
    { viewer: admin, variables: { userId } },
  )
  return auditLog.nodes
}

describe('suspendAccount', () => {
  it('ends the sessions at once and keeps the person out until they are restored', async () => {
    const email = 'spammer@example.org'
    const session = await arrive(auth, email)
    const userId = session.user.id
    const denials = createSessionDenyList(auth.platform)

    expect(await administer('suspend', { userId, reason: 'sells pills' })).toMatchObject({
      account: { suspensionReason: 'sells pills', suspendedAt: expect.any(String) },
    })

    expect(await denials.isDenied(viewerOf(session).sessionId)).toBe(true)
    await denials.close()
    expect(await refresh(auth, session.refreshToken)).toMatchObject({
      __typename: 'InvalidRefreshToken',
    })
    expect(await login(auth, { email })).toMatchObject({ code: 'ACCOUNT_SUSPENDED' })
    expect(await login(auth, { email, password: 'a wrong guess' })).toMatchObject({
      code: 'INVALID_CREDENTIALS',
    })

    expect(await administer('restore', { userId })).toMatchObject({
      account: { suspendedAt: null, suspensionReason: null },
    })
    asOpened(await login(auth, { email }))
  })

  it('does nothing, and records nothing, the second time', async () => {
    const userId = (await arrive(auth, 'twice@example.org')).user.id
    const both = { actor: { id: admin.userId }, user: { id: userId } }

    await administer('suspend', { userId, reason: 'first' })
    expect(await administer('suspend', { userId, reason: 'second' })).toMatchObject({
      account: { suspensionReason: 'first' },
    })
    await administer('restore', { userId })
    await administer('restore', { userId })

    expect(await actionsOn(userId)).toEqual([
      { action: 'account-restored', detail: null, ...both },
      { action: 'account-suspended', detail: 'first', ...both },
    ])
  })

  it('needs a reason', async () => {
    const userId = (await arrive(auth, 'no-reason@example.org')).user.id

    expect(await administer('suspend', { userId, reason: ' ' })).toEqual({
      __typename: 'InvalidInput',
    })
  })
})

describe('assignRole and removeRole', () => {
  it('change what a person may do, and end the sessions that said otherwise', async () => {
    const email = 'promoted@example.org'
    const session = await arrive(auth, email)
    const userId = session.user.id

    expect(await administer('assign', { userId, role: 'admin' })).toMatchObject({
      account: { roles: ['admin', 'customer'] },
    })
    expect(await refresh(auth, session.refreshToken)).toMatchObject({
      __typename: 'InvalidRefreshToken',
    })
    const [, claims = ''] = asOpened(await login(auth, { email })).accessToken.split('.')
    expect(JSON.parse(Buffer.from(claims, 'base64url').toString())).toMatchObject({
      scope: expect.stringContaining('auth:manage'),
    })
    expect(await administer('remove', { userId, role: 'admin' })).toMatchObject({
      account: { roles: ['customer'] },
    })
    expect(await administer('assign', { userId, role: 'emperor' })).toEqual({
      __typename: 'InvalidInput',
    })
  })

  it('leave somebody who may administer, also when two resign at once', async () => {
    const userId = (await arrive(auth, 'second-admin@example.org')).user.id
    const last = { __typename: 'LastAdministrator' }
    expect(await administer('suspend', { userId: admin.userId })).toEqual(last)
    expect(await administer('remove', { userId: admin.userId, role: 'admin' })).toEqual(last)
    await administer('assign', { userId, role: 'admin' })

    const outcomes = await Promise.all([
      administer('remove', { userId: admin.userId, role: 'admin' }),
      administer('suspend', { userId }),
    ])

    expect(
      outcomes.filter((outcome) => JSON.stringify(outcome) === JSON.stringify(last)),
    ).toHaveLength(1)
    await administer('restore', { userId })
    await administer('assign', { userId: admin.userId, role: 'admin' })
  })
})

describe('accounts', () => {
  it('are found by a part of their address, page by page', async () => {
    for (const name of ['one', 'two', 'three']) await arrive(auth, `${name}@found.example`)
    interface Page {
      readonly accounts: {
        readonly nodes: readonly { readonly email: string }[]
        readonly pageInfo: { readonly endCursor: string; readonly hasNextPage: boolean }
      }
    }
    const read = (after: string | null) =>
      auth.answer<Page>(
        `query ($after: String) { accounts(search: "@FOUND.", first: 2, after: $after) {
          nodes { email } pageInfo { endCursor hasNextPage } } }`,
        { viewer: admin, variables: { after } },
      )

    const { accounts: first } = await read(null)
    const { accounts: second } = await read(first.pageInfo.endCursor)

    expect(first.pageInfo.hasNextPage).toBe(true)
    expect([...first.nodes, ...second.nodes].map(({ email }) => email)).toEqual([
      'three@found.example',
      'two@found.example',
      'one@found.example',
    ])
    expect(second.pageInfo.hasNextPage).toBe(false)
  })
})

describe('the audit log', () => {
  it('is read by who did what', async () => {
    const userId = (await arrive(auth, 'asked-about@example.org')).user.id
    await administer('suspend', { userId, reason: 'to be found' })
    const read = (filter: string) =>
      auth.answer<{ auditLog: { nodes: unknown } }>(
        `{ auditLog(${filter}, first: 1) { nodes { detail } } }`,
        { viewer: admin },
      )

    const found = { auditLog: { nodes: [{ detail: 'to be found' }] } }
    expect(await read(`actorId: "${admin.userId}"`)).toEqual(found)
    expect(await read(`userId: "${userId}", actorId: "${admin.userId.toUpperCase()}"`)).toEqual(
      found,
    )
    for (const nobody of [userId, 'nonsense']) {
      expect(await read(`actorId: "${nobody}"`)).toEqual({ auditLog: { nodes: [] } })
    }
  })

  it.each([
    'delete from audit_log',
    `update audit_log set action = 'nothing'`,
    'truncate audit_log',
  ])('refuses: %s', async (statement) => {
    await expect(auth.sql(statement)).rejects.toThrow('the audit log is only added to')
  })
})

describe('administration', () => {
  const id = '01890a5d-ac96-774b-bcce-b302099a8057'
  const documentsOfStaff = [
    '{ accounts { nodes { id } } }',
    '{ auditLog { nodes { id } } }',
    `mutation { suspendAccount(input: { userId: "${id}", reason: "x" }) { __typename } }`,
    `mutation { restoreAccount(input: { userId: "${id}" }) { __typename } }`,
    `mutation { assignRole(input: { userId: "${id}", role: "admin" }) { __typename } }`,
    `mutation { removeRole(input: { userId: "${id}", role: "admin" }) { __typename } }`,
  ]

  it.each(documentsOfStaff)('is not for everybody: %s', async (document) => {
    const anonymous = await auth.ask(document, { viewer: null })
    const customer = await auth.ask(document, { viewer: aViewer() })

    expect(anonymous.errors).toMatchObject([{ extensions: { code: 'UNAUTHENTICATED' } }])
    expect(customer.errors).toMatchObject([{ extensions: { code: 'FORBIDDEN' } }])
  })

  it.each([id, 'nonsense'])('says that there is no account %s', async (userId) => {
    const { errors } = await auth.ask(documents.suspend, { viewer: admin, variables: { userId } })

    expect(errors).toMatchObject([{ extensions: { code: 'NOT_FOUND' } }])
  })
})
