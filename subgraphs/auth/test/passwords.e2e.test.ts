import { eventually } from '@gravity/shared/testing/eventually'
import type { TestSubgraph } from '@gravity/shared/testing/open-test-subgraph'
import type { TestPlatform } from '@gravity/shared/testing/test-platform'
import { withTestSubgraph } from '@gravity/shared/testing/with-test-subgraph'
import { describe, expect, it } from '@jest/globals'
import { createSubgraph } from '../src/subgraph.ts'
import {
  arrive,
  asOpened,
  login,
  mailAbout,
  mailsTo,
  mutate,
  refresh,
  tokenOf,
  viewerOf,
} from './stories.ts'

let platform: TestPlatform
let auth: TestSubgraph

withTestSubgraph(createSubgraph, (opened, on) => {
  auth = opened
  platform = on
})

const currentPassword = 'correct horse'
const newPassword = 'battery staple 7'
const resetSubject = 'Replace your password'
const changedSubject = 'Your password was changed'
const invalidSession = { __typename: 'InvalidRefreshToken' }
const invalidToken = { __typename: 'InvalidMailToken', code: 'INVALID_MAIL_TOKEN' }

describe('resetPassword', () => {
  const request = (email: string) => mutate(auth, ['requestPasswordReset', { email }])
  const reset = (token: string, password = newPassword) =>
    mutate(auth, ['resetPassword', { token, newPassword: password }])

  it('replaces the password once, ends all sessions and tells the owner', async () => {
    const email = 'forgetful@example.org'
    const session = await arrive(auth, email)
    await request(email)
    const token = await tokenOf(auth, email, resetSubject)

    const results = await Promise.all([reset(token), reset(token), reset(token)])

    expect(results.map(({ __typename }) => __typename).sort()).toEqual([
      'InvalidMailToken',
      'InvalidMailToken',
      'PasswordChanged',
    ])
    expect(await refresh(auth, session.refreshToken)).toMatchObject(invalidSession)
    expect(await login(auth, { email })).toMatchObject({ __typename: 'InvalidCredentials' })
    asOpened(await login(auth, { email, password: newPassword }))
    await mailAbout(auth, email, changedSubject)
  })

  it('answers the same for an address without an account, which gets nothing', async () => {
    const known = 'known-reset@example.org'
    await arrive(auth, known)

    const answers = [await request(known), await request('unknown-reset@example.org')]

    expect(answers).toEqual([
      { __typename: 'PasswordResetSent' },
      { __typename: 'PasswordResetSent' },
    ])
    await mailAbout(auth, known, resetSubject)
    expect(await mailsTo(auth, 'unknown-reset@example.org')).toEqual([])
  })

  it('refuses a token after an hour', async () => {
    const email = 'too-late@example.org'
    await arrive(auth, email)
    await request(email)
    const token = await tokenOf(auth, email, resetSubject)

    platform.clock.advance(60 * 60_000)

    expect(await reset(token)).toMatchObject(invalidToken)
  })

  it('keeps the token for another try when the new password is refused', async () => {
    const email = 'second-try@example.org'
    await arrive(auth, email)
    await request(email)
    const token = await tokenOf(auth, email, resetSubject)

    expect(await reset(token, 'password')).toMatchObject({ field: 'newPassword' })

    expect(await reset(token)).toEqual({ __typename: 'PasswordChanged' })
  })

  it('cancels the other tokens of the account, and the wait of too many failed logins', async () => {
    const email = 'locked-out@example.org'
    await arrive(auth, email)
    for (let failure = 0; failure < 11; failure += 1) {
      await login(auth, { email, password: 'a wrong guess' })
    }
    expect(await login(auth, { email })).toMatchObject({ __typename: 'TooManyAttempts' })
    await request(email)
    const first = await tokenOf(auth, email, resetSubject)
    const verification = await tokenOf(auth, email, 'Confirm your address')
    await request(email)
    const second = await eventually(async () => {
      const tokens = (await mailsTo(auth, email)).flatMap(({ token }) => token ?? [])
      const other = tokens.find((token) => token !== first && token !== verification)
      if (!other) throw new Error('The second mail has not come yet')
      return other
    })

    expect(await reset(first)).toEqual({ __typename: 'PasswordChanged' })

    asOpened(await login(auth, { email, password: newPassword }))
    expect(await reset(second)).toMatchObject(invalidToken)
  })

  it.each(['', 'nonsense', 'A'.repeat(64)])('refuses the token %j', async (token) => {
    expect(await reset(token)).toMatchObject(invalidToken)
  })

  it('keeps no token in its tables, only in the mail', async () => {
    const email = 'no-secret@example.org'
    await arrive(auth, email)
    await request(email)
    const token = await tokenOf(auth, email, resetSubject)

    const [row] = await auth.sql<{ everything: string }>(
      `select (select coalesce(string_agg(l::text, ''), '') from mail_links l)
        || (select coalesce(string_agg(o::text, ''), '') from outbox o)
        || (select coalesce(string_agg(m::text, ''), '') from development_mails m) as everything`,
    )

    expect(row?.everything).toContain(email)
    expect(row?.everything).not.toContain(token)
    expect(row?.everything).not.toContain(token.slice(30))
  })
})

describe('changePassword', () => {
  it('ends the other sessions and tells the owner', async () => {
    const email = 'changes@example.org'
    const other = await arrive(auth, email)
    const present = asOpened(await login(auth, { email }))

    const outcome = await mutate(auth, ['changePassword', { currentPassword, newPassword }], {
      viewer: viewerOf(present),
    })

    expect(outcome).toEqual({ __typename: 'PasswordChanged' })
    expect(await refresh(auth, other.refreshToken)).toMatchObject(invalidSession)
    asOpened(await refresh(auth, present.refreshToken))
    asOpened(await login(auth, { email, password: newPassword }))
    await mailAbout(auth, email, changedSubject)
  })

  it('needs the present password and an acceptable new one', async () => {
    const viewer = viewerOf(await arrive(auth, 'careful@example.org'))
    const change = (input: Record<string, string>) =>
      mutate(auth, ['changePassword', { currentPassword, newPassword, ...input }], { viewer })

    expect(await change({ currentPassword: 'not the password' })).toMatchObject({
      __typename: 'InvalidCredentials',
    })
    expect(await change({ newPassword: 'sunshine' })).toMatchObject({ field: 'newPassword' })
    expect(await change({ newPassword: 'careful@example.org' })).toMatchObject({
      field: 'newPassword',
    })
  })

  it('is not for the anonymous', async () => {
    const { errors } = await auth.ask(
      'mutation { changePassword(input: { currentPassword: "a", newPassword: "b" }) { __typename } }',
      { viewer: null },
    )

    expect(errors).toMatchObject([{ extensions: { code: 'UNAUTHENTICATED' } }])
  })
})

describe('requestEmailChange', () => {
  const presentSubject = 'Confirm that your address changes'
  const newSubject = 'Confirm your new address'
  const confirm = (token: string) => mutate(auth, ['confirmEmailChange', { token }])

  async function asksFor(newEmail: string, email: string) {
    const viewer = viewerOf(await arrive(auth, email))
    const outcome = await mutate(
      auth,
      ['requestEmailChange', { newEmail, password: currentPassword }],
      { viewer },
    )
    expect(outcome).toEqual({ __typename: 'EmailChangeSent' })
    return viewer
  }

  it('changes the address when both have confirmed, in any order and more than once', async () => {
    const [before, after] = ['moves@example.org', 'moved@example.org']
    await asksFor(after, before)
    const present = await tokenOf(auth, before, presentSubject)
    const next = await tokenOf(auth, after, newSubject)

    expect(await confirm(next)).toMatchObject({ isComplete: false })
    expect(await confirm(next)).toMatchObject({ isComplete: false })
    expect(await login(auth, { email: after })).toMatchObject({ __typename: 'InvalidCredentials' })
    expect(await confirm(present)).toMatchObject({ isComplete: true })
    expect(await confirm(present)).toMatchObject({ isComplete: true })

    asOpened(await login(auth, { email: after }))
    expect(await login(auth, { email: before })).toMatchObject({ __typename: 'InvalidCredentials' })
    await mailAbout(auth, before, 'The address of your account was changed')
    await mailAbout(auth, after, 'The address of your account was changed')
  })

  it('answers the same for an address that has an account, which can never confirm', async () => {
    const [mine, taken] = ['mine@example.org', 'theirs@example.org']
    await arrive(auth, taken)
    await asksFor(taken, mine)

    await mailAbout(auth, taken, 'You already have an account')
    expect(await confirm(await tokenOf(auth, mine, presentSubject))).toMatchObject({
      isComplete: false,
    })
    expect((await mailsTo(auth, taken)).map(({ subject }) => subject)).not.toContain(newSubject)
  })

  it('ends with a later request and with a new password', async () => {
    const email = 'undecided@example.org'
    const viewer = await asksFor('first-wish@example.org', email)
    const first = await tokenOf(auth, 'first-wish@example.org', newSubject)
    const again = { newEmail: 'second-wish@example.org', password: currentPassword }
    await mutate(auth, ['requestEmailChange', again], { viewer })
    const second = await tokenOf(auth, 'second-wish@example.org', newSubject)

    expect(await confirm(first)).toMatchObject(invalidToken)
    await mutate(auth, ['changePassword', { currentPassword, newPassword }], { viewer })
    expect(await confirm(second)).toMatchObject(invalidToken)
  })

  it('needs the password', async () => {
    const viewer = viewerOf(await arrive(auth, 'thief@example.org'))

    expect(
      await mutate(
        auth,
        ['requestEmailChange', { newEmail: 'thief@example.net', password: 'a wrong guess' }],
        { viewer },
      ),
    ).toMatchObject({ __typename: 'InvalidCredentials' })
  })
})
