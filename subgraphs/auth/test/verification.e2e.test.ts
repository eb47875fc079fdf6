import type { PublicRouteResponse } from '@gravity/shared/server/subgraph'
import { eventually } from '@gravity/shared/testing/eventually'
import { openTestSubgraph, type TestSubgraph } from '@gravity/shared/testing/open-test-subgraph'
import { createTestPlatform, type TestPlatform } from '@gravity/shared/testing/test-platform'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { createSubgraph } from '../src/subgraph.ts'
import {
  arrive,
  asOpened,
  login,
  mailAbout,
  mailsTo,
  mutate,
  register,
  tokenOf,
  viewerOf,
} from './stories.ts'

const subject = 'Confirm your address'
const sent = { __typename: 'VerificationSent' }
const required = { __typename: 'VerificationRequired' }
const verify = (auth: TestSubgraph, token: string) => mutate(auth, ['verifyEmail', { token }])
const resend = (auth: TestSubgraph, email: string) =>
  mutate(auth, ['resendVerification', { email }])

function openPage(
  auth: TestSubgraph,
  [method, path]: readonly ['GET' | 'POST', string],
  sentValues: Readonly<Record<string, string>>,
): Promise<PublicRouteResponse> | undefined {
  const route = auth.subgraph.routes.find(
    (candidate) => candidate.method === method && candidate.path === path,
  )
  const values = new URLSearchParams(sentValues)
  return route?.handle({
    path,
    headers: {},
    query: method === 'GET' ? values : new URLSearchParams(),
    body: method === 'POST' ? values.toString() : '',
    identity: { viewer: null, requestId: 'test', traceparent: '', clientAddress: null },
  })
}

describe('with optional verification', () => {
  let auth: TestSubgraph

  beforeAll(async () => {
    auth = await openTestSubgraph(createSubgraph)
  })

  afterAll(() => auth[Symbol.asyncDispose]())

  it('sends a mail whose token confirms the address, more than once', async () => {
    const email = 'joins@example.org'
    const session = await arrive(auth, email)
    const seen = async () => {
      const { _entities } = await auth.answer<{ _entities: unknown }>(
        `query ($id: ID!) { _entities(representations: [{ __typename: "User", id: $id }]) { ... on User { isEmailVerified } } }`,
        { viewer: viewerOf(session), variables: { id: session.user.id } },
      )
      return _entities
    }
    const token = await tokenOf(auth, email, subject)
    expect(await seen()).toEqual([{ isEmailVerified: false }])

    expect(await verify(auth, token)).toEqual({ __typename: 'EmailVerified' })
    expect(await verify(auth, token)).toEqual({ __typename: 'EmailVerified' })

    expect(await seen()).toEqual([{ isEmailVerified: true }])
  })

  it('takes no token that was made for something else', async () => {
    const email = 'mixed-up@example.org'
    await arrive(auth, email)
    await mutate(auth, ['requestPasswordReset', { email }])
    const reset = await tokenOf(auth, email, 'Replace your password')

    expect(await verify(auth, reset)).toMatchObject({ __typename: 'InvalidMailToken' })
    expect(
      await mutate(auth, [
        'resetPassword',
        { token: await tokenOf(auth, email, subject), newPassword: 'battery staple 7' },
      ]),
    ).toMatchObject({ __typename: 'InvalidMailToken' })
  })

  it('shows the mail and its link on a page, and confirms by the page behind the link', async () => {
    const email = 'by-page@example.org'
    await arrive(auth, email)
    const { link, token } = await mailAbout(auth, email, subject)
    expect(new URL(link ?? '')).toMatchObject({
      pathname: '/account/confirm',
      search: `?token=${token}`,
    })

    const mailbox = await openPage(auth, ['GET', '/mailbox'], { to: email })
    expect(mailbox).toMatchObject({ status: 200 })
    expect(mailbox?.body).toContain(`href="/account/confirm?token=${token}"`)
    const values = { token: token ?? '' }
    const form = await openPage(auth, ['GET', '/account/confirm'], values)
    expect(form?.body).toContain('<form method="post"')
    const thanks = await openPage(auth, ['POST', '/account/confirm'], values)
    expect(thanks).toMatchObject({ status: 200 })
    expect(thanks?.body).toContain('Your address is confirmed')
  })

  it('replaces a password by the page behind the link', async () => {
    const email = 'reset-by-page@example.org'
    await arrive(auth, email)
    await mutate(auth, ['requestPasswordReset', { email }])
    const token = await tokenOf(auth, email, 'Replace your password')
    const send = (password: string) =>
      openPage(auth, ['POST', '/account/confirm'], { token, password })

    expect(await send('<b>')).toMatchObject({ status: 400 })
    expect(await send('battery staple 7')).toMatchObject({ status: 200 })

    asOpened(await login(auth, { email, password: 'battery staple 7' }))
    expect(await send('battery staple 8')).toMatchObject({ status: 400 })
  })

  it('shows no markup of strangers on its pages', async () => {
    const page = await openPage(auth, ['GET', '/mailbox'], { to: '"><script>alert(1)</script>' })

    expect(page?.body).not.toContain('<script>')
  })
})

describe('with required verification', () => {
  let platform: TestPlatform
  let auth: TestSubgraph

  beforeAll(async () => {
    process.env['GRAVITY_AUTH_EMAIL_VERIFICATION'] = 'required'
    platform = await createTestPlatform()
    auth = await openTestSubgraph(createSubgraph, { platform })
    delete process.env['GRAVITY_AUTH_EMAIL_VERIFICATION']
  })

  afterAll(async () => {
    await auth[Symbol.asyncDispose]()
    await platform.close()
  })

  async function member(email: string) {
    expect(await register(auth, { email })).toMatchObject(required)
    const token = await tokenOf(auth, email, subject)
    expect(await verify(auth, token)).toEqual({ __typename: 'EmailVerified' })
  }

  it('makes the account, and tells the others of it, only when the address is confirmed', async () => {
    const email = 'patient@example.org'
    const told = () =>
      auth.sql(
        `select payload from outbox where name = 'auth.user-registered.v1' and payload->>'email' = $1`,
        [email],
      )
    expect(await register(auth, { email })).toMatchObject(required)
    const token = await tokenOf(auth, email, subject)
    expect(await told()).toEqual([])

    const results = await Promise.all([verify(auth, token), verify(auth, token)])

    expect(results).toEqual(Array(2).fill({ __typename: 'EmailVerified' }))
    expect(await told()).toHaveLength(1)
    asOpened(await login(auth, { email }))
  })

  it('answers the same for an address that has an account, whose owner gets another mail', async () => {
    const email = 'already@example.org'
    await member(email)

    const known = await register(auth, { email, password: 'of somebody else' })
    const unknown = await register(auth, { email: 'not-yet@example.org' })

    expect(known).toEqual(unknown)
    await mailAbout(auth, email, 'You already have an account')
    asOpened(await login(auth, { email }))
    expect(await login(auth, { email, password: 'of somebody else' })).toMatchObject({
      __typename: 'InvalidCredentials',
    })
  })

  it('gives the account to whoever reads the mail, not to whoever came first', async () => {
    const email = 'squatted@example.org'
    await register(auth, { email, password: 'of a squatter' })
    const squatted = await tokenOf(auth, email, subject)
    platform.clock.advance(1_000)
    await register(auth, { email, password: 'of the owner' })
    const [owned = ''] = await eventuallyTwo(email)

    expect(owned).not.toBe(squatted)
    expect(await verify(auth, owned)).toEqual({ __typename: 'EmailVerified' })
    expect(await verify(auth, squatted)).toMatchObject({ __typename: 'InvalidMailToken' })
    asOpened(await login(auth, { email, password: 'of the owner' }))
  })

  async function eventuallyTwo(email: string): Promise<string[]> {
    return eventually(async () => {
      const tokens = (await mailsTo(auth, email)).flatMap(({ token }) => token ?? [])
      expect(tokens).toHaveLength(2)
      return tokens
    })
  }

  it('tells everybody who cannot sign in what may be missing', async () => {
    await register(auth, { email: 'impatient@example.org' })

    const waiting = await login(auth, { email: 'impatient@example.org' })
    const unknown = await login(auth, { email: 'never-seen@example.org' })

    expect(waiting).toMatchObject({
      __typename: 'InvalidCredentials',
      message: expect.stringContaining('not confirmed yet'),
    })
    expect(unknown).toEqual(waiting)
  })

  it('asks an account from before to confirm, once its password was right', async () => {
    const email = 'from-before@example.org'
    await member(email)
    await auth.sql('update accounts set email_verified_at = null where email = $1', [email])

    expect(await login(auth, { email })).toMatchObject({
      __typename: 'EmailNotVerified',
      code: 'EMAIL_NOT_VERIFIED',
    })
    const { length } = await eventuallyTwo(email)
    expect(length).toBe(2)
    expect(await login(auth, { email, password: 'a wrong guess' })).toMatchObject({
      __typename: 'InvalidCredentials',
    })
  })

  it('sends the mail again, with one answer for every address and a limit', async () => {
    const email = 'lost-mail@example.org'
    await register(auth, { email })
    const first = await tokenOf(auth, email, subject)

    expect(await resend(auth, email)).toEqual(sent)
    expect(await resend(auth, 'stranger@example.org')).toEqual(sent)
    expect(await eventuallyTwo(email)).toEqual([first, first])
    for (let more = 0; more < 3; more += 1) expect(await resend(auth, email)).toEqual(sent)
    expect(await resend(auth, email)).toMatchObject({ __typename: 'TooManyAttempts' })
    expect(await mailsTo(auth, 'stranger@example.org')).toEqual([])
  })

  it('forgets a registration after a day', async () => {
    const email = 'next-week@example.org'
    await register(auth, { email })
    const token = await tokenOf(auth, email, subject)

    platform.clock.advance(24 * 60 * 60_000)

    expect(await verify(auth, token)).toMatchObject({ __typename: 'InvalidMailToken' })
  })
})

describe('in production', () => {
  it('has no mailbox: no page, no query, nothing kept', async () => {
    await using platform = await createTestPlatform()
    await using auth = await openTestSubgraph(createSubgraph, {
      platform: { ...platform, environment: 'production' },
    })
    await arrive(auth, 'production@example.org')

    const { errors } = await auth.ask('{ developmentMailbox { token } }', { viewer: null })

    expect(errors).toMatchObject([{ extensions: { code: 'NOT_FOUND' } }])
    expect(openPage(auth, ['GET', '/mailbox'], {})).toBeUndefined()
    expect(await auth.sql('select * from development_mails')).toEqual([])
  })
})
