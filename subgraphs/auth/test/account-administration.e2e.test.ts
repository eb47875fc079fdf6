import { aViewer } from '@gravity/shared/testing/a-viewer'
import { openTestSubgraph, type TestSubgraph } from '@gravity/shared/testing/open-test-subgraph'
import { createSessionDenyList } from '@gravity/shared/viewer/session-deny-list'
import type { Viewer } from '@gravity/shared/viewer/viewer'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { createSubgraph } from '../src/subgraph.ts'
import { administratorOf, auditOf } from './administrator.ts'
import {
  arrive,
  asOpened,
  login,
  mailAbout,
  mutate,
  type Outcome,
  refresh,
  tokenOf,
  viewerOf,
} from './stories.ts'

let auth: TestSubgraph
let admin: Viewer

beforeAll(async () => {
  auth = await openTestSubgraph(createSubgraph, { seed: 'demo' })
  admin = await administratorOf(auth)
})

afterAll(() => auth[Symbol.asyncDispose]())

interface Account {
  readonly id: string
  readonly email: string
  readonly isEmailVerified: boolean
  readonly roles: readonly string[]
  readonly suspendedAt: string | null
  readonly deletionOrderedAt: string | null
}

const account = 'account { id email isEmailVerified roles suspendedAt deletionOrderedAt }'

/** Runs a mutation of administrators, and reads the account of its result. */
async function administer(
  name: string,
  input: Readonly<Record<string, unknown>>,
): Promise<Outcome & { readonly account?: Account; readonly count?: number }> {
  const type = `${name.charAt(0).toUpperCase()}${name.slice(1)}Input!`
  const selection = {
    createAccount: `... on AccountCreated { ${account} } ... on Problem { code }`,
    endSessionsOf: '... on SessionsEnded { count }',
  }[name]
  const fallback = `... on AccountChanged { ${account} } ... on Problem { code }`
  const data = await auth.answer<{ outcome: Outcome & { account?: Account } }>(
    `mutation ($input: ${type}) { outcome: ${name}(input: $input) { __typename ${selection ?? fallback} } }`,
    { viewer: admin, variables: { input } },
  )
  return data.outcome
}

describe('createAccount', () => {
  it('makes an account whose holder chooses the password by the link in a mail', async () => {
    const email = 'invited@example.org'

    const { account: made } = await administer('createAccount', {
      email: ' Invited@Example.org ',
      displayName: 'Invited Person',
      roles: ['customer', 'staff'],
    })

    expect(made).toMatchObject({ email, isEmailVerified: false, roles: ['customer', 'staff'] })
    expect(await login(auth, { email })).toMatchObject({ code: 'INVALID_CREDENTIALS' })
    const token = await tokenOf(auth, email, 'Your account is ready')
    const newPassword = 'a quite new password'
    expect(await mutate(auth, ['resetPassword', { token, newPassword }])).toMatchObject({
      __typename: 'PasswordChanged',
    })
    asOpened(await login(auth, { email, password: newPassword }))
    expect(await auditOf(auth, admin, made?.id ?? '')).toMatchObject([
      { action: 'account-created', detail: 'customer, staff', actor: { id: admin.userId } },
    ])
  })

  it('tells the other services of the person', async () => {
    const { account: made } = await administer('createAccount', {
      email: 'announced@example.org',
      displayName: 'Announced Person',
    })

    const events = await auth.sql(
      `select payload->>'displayName' as name from outbox
       where name = 'auth.user-registered.v1' and aggregate_id = $1`,
      [made?.id],
    )
    expect(events).toEqual([{ name: 'Announced Person' }])
  })

  it.each([
    ['email', { email: 'nonsense' }],
    ['displayName', { displayName: '' }],
    ['roles', { roles: ['emperor'] }],
    ['roles', { roles: [] }],
  ])('refuses a wrong %s', async (_field, wrong) => {
    const input = { email: 'refused@example.org', displayName: 'Refused', ...wrong }

    expect(await administer('createAccount', input)).toMatchObject({ code: 'INVALID_INPUT' })
  })

  it('makes no second account with an address', async () => {
    await arrive(auth, 'there-already@example.org')

    expect(
      await administer('createAccount', {
        email: 'There-Already@example.org',
        displayName: 'Twin',
      }),
    ).toMatchObject({ code: 'EMAIL_TAKEN' })
  })
})

describe('updateAccount', () => {
  it('gives the account another address, and tells both', async () => {
    const [before, email] = ['before@example.org', 'after@example.org']
    const { user, accessToken } = await arrive(auth, before)
    expect(accessToken).not.toBe('')
    // In any case, as ids are written by people.
    const userId = user.id.toUpperCase()
    await administer('updateAccount', { userId, isEmailVerified: true })

    expect(await administer('updateAccount', { userId, email })).toMatchObject({
      account: { id: user.id, email, isEmailVerified: false },
    })

    asOpened(await login(auth, { email }))
    for (const to of [before, email]) {
      await mailAbout(auth, to, 'The address of your account was changed')
    }
    await mailAbout(auth, email, 'Confirm your address')
    expect(await auditOf(auth, admin, userId)).toMatchObject([
      { action: 'account-updated', detail: 'address' },
      { action: 'account-updated', detail: 'confirmed' },
    ])
  })

  it('makes worthless what was sent to the former address', async () => {
    const former = 'former@example.org'
    const { user } = await arrive(auth, former)
    await mutate(auth, ['requestPasswordReset', { email: former }])
    const token = await tokenOf(auth, former, 'Replace your password')

    await administer('updateAccount', { userId: user.id, email: 'latter@example.org' })

    expect(
      await mutate(auth, ['resetPassword', { token, newPassword: 'the thief wants this' }]),
    ).toMatchObject({ code: 'INVALID_MAIL_TOKEN' })
  })

  it('changes and records nothing the second time, or without a wish', async () => {
    const { user } = await arrive(auth, 'steady@example.org')
    const input = { userId: user.id, isEmailVerified: true }

    await administer('updateAccount', input)
    await administer('updateAccount', input)
    await administer('updateAccount', { userId: user.id })

    expect(await auditOf(auth, admin, user.id)).toHaveLength(1)
  })

  it('gives no address to two accounts, also when both are given it at once', async () => {
    const people = [await arrive(auth, 'left@example.org'), await arrive(auth, 'right@example.org')]

    const outcomes = await Promise.all(
      people.map(({ user }) =>
        administer('updateAccount', { userId: user.id, email: 'wanted@example.org' }),
      ),
    )

    expect(outcomes.map(({ __typename }) => __typename).toSorted()).toEqual([
      'AccountChanged',
      'EmailTaken',
    ])
  })
})

describe('deleteAccount', () => {
  it('keeps the person out at once and for good, and orders the deletion once', async () => {
    const email = 'leaves@example.org'
    const session = await arrive(auth, email)
    const userId = session.user.id
    const denials = createSessionDenyList(auth.platform)
    const input = { userId, reason: 'asked by letter' }

    expect(await administer('deleteAccount', input)).toMatchObject({
      account: { suspendedAt: expect.any(String), deletionOrderedAt: expect.any(String) },
    })
    await administer('deleteAccount', input)

    expect(await denials.isDenied(viewerOf(session).sessionId)).toBe(true)
    await denials.close()
    expect(await refresh(auth, session.refreshToken)).toMatchObject({
      code: 'INVALID_REFRESH_TOKEN',
    })
    expect(await login(auth, { email })).toMatchObject({ code: 'ACCOUNT_SUSPENDED' })
    expect(await administer('restoreAccount', { userId })).toMatchObject({
      code: 'DELETION_ORDERED',
    })
    const orders = await auth.sql(
      `select payload from outbox where name = 'auth.account-deletion-ordered.v1' and aggregate_id = $1`,
      [userId],
    )
    expect(orders).toEqual([
      { payload: { userId, orderedBy: admin.userId, orderedAt: expect.any(String) } },
    ])
    expect(await auditOf(auth, admin, userId)).toMatchObject([
      { action: 'account-deletion-ordered', detail: 'asked by letter' },
    ])
  })

  it('leaves somebody who may administer', async () => {
    const input = { userId: admin.userId, reason: 'a mistake' }

    expect(await administer('deleteAccount', input)).toMatchObject({ code: 'LAST_ADMINISTRATOR' })
  })

  it('is not undone in the database either', async () => {
    const { user } = await arrive(auth, 'stays-out@example.org')
    await administer('deleteAccount', { userId: user.id, reason: 'gone' })

    await expect(
      auth.sql('update accounts set suspended_at = null, suspension_reason = null where id = $1', [
        user.id,
      ]),
    ).rejects.toThrow('violates check constraint')
  })
})

describe('endSessionsOf', () => {
  it('ends all sessions of somebody, who may sign in again', async () => {
    const email = 'ended-elsewhere@example.org'
    const first = await arrive(auth, email)
    asOpened(await login(auth, { email }))
    const input = { userId: first.user.id }

    expect(await administer('endSessionsOf', input)).toMatchObject({ count: 2 })
    expect(await administer('endSessionsOf', input)).toMatchObject({ count: 0 })

    expect(await refresh(auth, first.refreshToken)).toMatchObject({ code: 'INVALID_REFRESH_TOKEN' })
    asOpened(await login(auth, { email }))
    expect(await auditOf(auth, admin, first.user.id)).toMatchObject([
      { action: 'sessions-ended', detail: '2' },
    ])
  })
})

describe('the administration of accounts', () => {
  const id = '01890a5d-ac96-774b-bcce-b302099a8057'
  const calls = [
    'createAccount(input: { email: "x@example.org", displayName: "X" })',
    `updateAccount(input: { userId: "${id}" })`,
    `deleteAccount(input: { userId: "${id}", reason: "x" })`,
    `endSessionsOf(input: { userId: "${id}" })`,
    `impersonate(input: { userId: "${id}", reason: "x" })`,
  ]

  it.each(calls)('is not for everybody: %s', async (call) => {
    const document = `mutation { ${call} { __typename } }`
    const anonymous = await auth.ask(document, { viewer: null })
    const staff = await auth.ask(document, { viewer: aViewer({ scopes: ['auth:read'] }) })

    expect(anonymous.errors).toMatchObject([{ extensions: { code: 'UNAUTHENTICATED' } }])
    expect(staff.errors).toMatchObject([{ extensions: { code: 'FORBIDDEN' } }])
  })

  it.each(calls.slice(1))('says that there is no such account: %s', async (call) => {
    const { errors } = await auth.ask(`mutation { ${call} { __typename } }`, { viewer: admin })

    expect(errors).toMatchObject([{ extensions: { code: 'NOT_FOUND' } }])
  })
})
