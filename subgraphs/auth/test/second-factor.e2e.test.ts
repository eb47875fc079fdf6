import type { TestSubgraph } from '@gravity/shared/testing/open-test-subgraph'
import type { TestPlatform } from '@gravity/shared/testing/test-platform'
import { withTestSubgraph } from '@gravity/shared/testing/with-test-subgraph'
import { describe, expect, it } from '@jest/globals'
import { decodeJwt } from 'jose'
import { createSubgraph } from '../src/subgraph.ts'
import { arriveWithApp, beginLogin, codeOf, methodsOf, run } from './second-factor-stories.ts'
import { arrive, asOpened, login, mailAbout, mutate, refresh, viewerOf } from './stories.ts'

let platform: TestPlatform
let auth: TestSubgraph

withTestSubgraph(createSubgraph, (opened, on) => {
  auth = opened
  platform = on
})

const complete = (input: Readonly<Record<string, unknown>>) => run(auth, 'completeLogin', { input })
const mine = `{ mySecondFactors { isRequired totpEnabledAt recoveryCodesLeft recoveryCodesMadeAt } }`

describe('an authenticator app', () => {
  it('counts for nothing before a first code confirms it', async () => {
    const email = 'undecided@example.org'
    const viewer = viewerOf(await arrive(auth, email))
    const { secret = '', uri } = await run(auth, 'enrollTotp', { viewer })

    expect(uri).toContain(`secret=${secret}`)
    expect(uri).toContain('undecided%40example.org')
    asOpened(await login(auth, { email }))
    expect(await run(auth, 'confirmTotp', { viewer, input: { code: '000000' } })).toMatchObject({
      code: 'INVALID_CODE',
    })
    asOpened(await login(auth, { email }))
  })

  it('is asked for by login, and opens a session that says so, also when it is refreshed', async () => {
    const person = await arriveWithApp(auth, platform, 'careful@example.org')
    const { challenge } = await beginLogin(auth, person.email)

    const session = asOpened(await complete({ challenge, code: person.code() }))

    expect(decodeJwt(session.accessToken)).toMatchObject({
      sub: person.viewer.userId,
      amr: ['pwd', 'otp', 'mfa'],
      auth_time: expect.any(Number),
    })
    platform.clock.advance(60_000)
    const renewed = asOpened(await refresh(auth, session.refreshToken))
    const { amr, auth_time: provedAt } = decodeJwt(session.accessToken)
    expect(decodeJwt(renewed.accessToken)).toMatchObject({ amr, auth_time: provedAt })
    await mailAbout(auth, person.email, 'An authenticator app was added to your account')
  })

  it('takes no code twice, in one login or in several, also at once', async () => {
    const person = await arriveWithApp(auth, platform, 'replayed@example.org')
    const logins = await Promise.all(
      Array.from({ length: 4 }, () => beginLogin(auth, person.email)),
    )
    const code = person.code()

    const answers = await Promise.all(logins.map(({ challenge }) => complete({ challenge, code })))

    const names = answers.map(({ __typename }) => __typename).sort()
    expect(names).toEqual(['InvalidCode', 'InvalidCode', 'InvalidCode', 'Session'])
    const { challenge } = await beginLogin(auth, person.email)
    expect(await complete({ challenge, code })).toMatchObject({ code: 'INVALID_CODE' })
    platform.clock.advance(30_000)
    asOpened(await complete({ challenge, code: person.code() }))
  })

  it('may be one step early or late, and its earlier codes are over then', async () => {
    const person = await arriveWithApp(auth, platform, 'slow-clock@example.org')
    const { challenge } = await beginLogin(auth, person.email)
    const at = (seconds: number) =>
      codeOf(person.secret, new Date(platform.now().getTime() + seconds * 1_000))

    expect(await complete({ challenge, code: at(60) })).toMatchObject({ code: 'INVALID_CODE' })
    asOpened(await complete({ challenge, code: at(30) }))

    const { challenge: next } = await beginLogin(auth, person.email)
    expect(await complete({ challenge: next, code: at(0) })).toMatchObject({ code: 'INVALID_CODE' })
  })

  it('asks to wait after five wrong codes, and keeps the recovery codes open', async () => {
    const person = await arriveWithApp(auth, platform, 'guessed-app@example.org')
    const { challenge } = await beginLogin(auth, person.email)
    for (let guess = 0; guess < 5; guess += 1) {
      expect(await complete({ challenge, code: '000000' })).toMatchObject({ code: 'INVALID_CODE' })
    }

    expect(await complete({ challenge, code: person.code() })).toMatchObject({
      code: 'TOO_MANY_ATTEMPTS',
    })
    asOpened(await complete({ challenge, recoveryCode: person.recoveryCodes[0] }))
  })

  it('is disabled once, and then login asks for the password alone', async () => {
    const { email, viewer } = await arriveWithApp(auth, platform, 'gives-up@example.org')

    expect(await run(auth, 'disableTotp', { viewer })).toMatchObject({ wasEnabled: true })
    expect(await run(auth, 'disableTotp', { viewer })).toMatchObject({ wasEnabled: false })

    asOpened(await login(auth, { email }))
    expect(await auth.answer(mine, { viewer })).toMatchObject({
      mySecondFactors: { isRequired: false, totpEnabledAt: null, recoveryCodesMadeAt: null },
    })
    await mailAbout(auth, email, 'The authenticator app was removed from your account')
  })

  it('cannot be replaced by another one unnoticed', async () => {
    const { viewer } = await arriveWithApp(auth, platform, 'second-app@example.org')

    expect(await run(auth, 'enrollTotp', { viewer })).toMatchObject({
      code: 'TOTP_ALREADY_ENABLED',
    })
  })

  it('must be confirmed within an hour, with the secret that was shown last', async () => {
    const viewer = viewerOf(await arrive(auth, 'slow@example.org'))
    const first = await run(auth, 'enrollTotp', { viewer })
    const second = await run(auth, 'enrollTotp', { viewer })
    const confirm = (secret = '') =>
      run(auth, 'confirmTotp', { viewer, input: { code: codeOf(secret, platform.now()) } })

    expect(await confirm(first.secret)).toMatchObject({ code: 'INVALID_CODE' })
    platform.clock.advance(60 * 60_000)
    expect(await confirm(second.secret)).toMatchObject({ code: 'CHALLENGE_EXPIRED' })
  })

  it('has its secret sealed in the database, for its account only', async () => {
    const victim = await arriveWithApp(auth, platform, 'sealed@example.org')
    const thief = await arriveWithApp(auth, platform, 'copies-rows@example.org')
    const [row] = await auth.sql<{ text: string }>(
      `select encode(sealed_secret, 'escape') as text from totp_factors where account_id = $1`,
      [victim.viewer.userId],
    )
    expect(row?.text).not.toContain(victim.secret)

    await auth.sql(
      `update totp_factors t set sealed_secret = o.sealed_secret from totp_factors o
       where t.account_id = $1 and o.account_id = $2`,
      [victim.viewer.userId, thief.viewer.userId],
    )

    const { challenge } = await beginLogin(auth, victim.email)
    const { errors } = await auth.ask(
      'mutation ($input: CompleteLoginInput!) { completeLogin(input: $input) { __typename } }',
      { viewer: null, variables: { input: { challenge, code: thief.code() } } },
    )
    expect(errors).toHaveLength(1)
  })
})

describe('recovery codes', () => {
  it('are ten, and each works once, also for many at the same time', async () => {
    const person = await arriveWithApp(auth, platform, 'lost-phone@example.org')
    expect(new Set(person.recoveryCodes).size).toBe(10)
    const [recoveryCode = ''] = person.recoveryCodes
    const logins = await Promise.all(
      Array.from({ length: 5 }, () => beginLogin(auth, person.email)),
    )

    const answers = await Promise.all(
      logins.map(({ challenge }) =>
        complete({ challenge, recoveryCode: recoveryCode.toLowerCase().replaceAll('-', ' ') }),
      ),
    )

    const sessions = answers.filter(({ __typename }) => __typename === 'Session')
    expect(sessions).toHaveLength(1)
    expect(methodsOf(sessions[0]?.accessToken ?? '')).toEqual(['pwd', 'otp', 'mfa'])
    expect(await auth.answer(mine, { viewer: person.viewer })).toMatchObject({
      mySecondFactors: { isRequired: true, recoveryCodesLeft: 9 },
    })
    const { body } = await mailAbout(auth, person.email, 'A recovery code was used')
    expect(body).toContain('9 are left')
  })

  it('are replaced on demand, and told about', async () => {
    const person = await arriveWithApp(auth, platform, 'new-codes@example.org')

    const { codes = [] } = await run(auth, 'makeRecoveryCodes', { viewer: person.viewer })

    const { challenge } = await beginLogin(auth, person.email)
    expect(await complete({ challenge, recoveryCode: person.recoveryCodes[0] })).toMatchObject({
      code: 'INVALID_CODE',
    })
    asOpened(await complete({ challenge, recoveryCode: codes[0] }))
    await mailAbout(auth, person.email, 'You have new recovery codes')
  })

  it('are for who has something to recover', async () => {
    const viewer = viewerOf(await arrive(auth, 'nothing-lost@example.org'))

    expect(await run(auth, 'makeRecoveryCodes', { viewer })).toMatchObject({
      code: 'NO_SECOND_FACTOR',
    })
  })

  it('are nowhere in the database', async () => {
    const { recoveryCodes } = await arriveWithApp(auth, platform, 'no-codes@example.org')

    const [row] = await auth.sql<{ everything: string }>(
      `select (select coalesce(string_agg(c::text, ''), '') from recovery_codes c)
        || (select coalesce(string_agg(o::text, ''), '') from outbox o) as everything`,
    )

    for (const code of recoveryCodes) expect(row?.everything).not.toContain(code)
  })
})

describe('completeLogin', () => {
  const expired = { code: 'CHALLENGE_EXPIRED' }

  it('takes a challenge once, for ten minutes, and no other text', async () => {
    const person = await arriveWithApp(auth, platform, 'once@example.org')
    const { challenge } = await beginLogin(auth, person.email)
    const { challenge: late } = await beginLogin(auth, person.email)
    asOpened(await complete({ challenge, code: person.code() }))
    platform.clock.advance(30_000)

    expect(await complete({ challenge, code: person.code() })).toMatchObject(expired)
    expect(await complete({ challenge: 'nonsense', code: person.code() })).toMatchObject(expired)
    platform.clock.advance(10 * 60_000)
    expect(await complete({ challenge: late, code: person.code() })).toMatchObject(expired)
  })

  it('takes no code of somebody else', async () => {
    const person = await arriveWithApp(auth, platform, 'mixed-a@example.org')
    const other = await arriveWithApp(auth, platform, 'mixed-b@example.org')
    const { challenge } = await beginLogin(auth, person.email)

    expect(await complete({ challenge, code: other.code() })).toMatchObject({
      code: 'INVALID_CODE',
    })
    expect(await complete({ challenge, recoveryCode: other.recoveryCodes[0] })).toMatchObject({
      code: 'INVALID_CODE',
    })
  })

  it('wants exactly one proof', async () => {
    const person = await arriveWithApp(auth, platform, 'both@example.org')
    const { challenge } = await beginLogin(auth, person.email)

    expect(await complete({ challenge })).toMatchObject({ field: 'code' })
    expect(
      await complete({ challenge, code: person.code(), recoveryCode: person.recoveryCodes[0] }),
    ).toMatchObject({ field: 'code' })
  })

  it('ends with the password that it was begun with', async () => {
    const person = await arriveWithApp(auth, platform, 'changes-it@example.org')
    const { challenge } = await beginLogin(auth, person.email)
    const input = { currentPassword: 'correct horse', newPassword: 'battery staple 7' }
    expect(await mutate(auth, ['changePassword', input], { viewer: person.viewer })).toEqual({
      __typename: 'PasswordChanged',
    })

    expect(await complete({ challenge, code: person.code() })).toMatchObject(expired)
  })

  it('says nothing of a second factor to who does not know the password', async () => {
    const { email } = await arriveWithApp(auth, platform, 'silent@example.org')

    const wrong = await login(auth, { email, password: 'a wrong guess' })

    expect(wrong).toEqual(await login(auth, { email: 'nobody-at-all@example.org' }))
  })

  it('keeps out who was suspended in the meantime', async () => {
    const person = await arriveWithApp(auth, platform, 'suspended@example.org')
    const { challenge } = await beginLogin(auth, person.email)
    await auth.sql(
      `update accounts set suspended_at = now(), suspension_reason = 'spam' where id = $1`,
      [person.viewer.userId],
    )

    expect(await complete({ challenge, code: person.code() })).toMatchObject({
      code: 'ACCOUNT_SUSPENDED',
    })
  })
})
