import { demoPassword } from '@gravity/shared/demo/demo-people'
import { openTestSubgraph, type TestSubgraph } from '@gravity/shared/testing/open-test-subgraph'
import { createTestPlatform, type TestPlatform } from '@gravity/shared/testing/test-platform'
import type { Viewer } from '@gravity/shared/viewer/viewer'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { decodeJwt } from 'jose'
import { createSubgraph } from '../src/subgraph.ts'
import {
  arriveWithApp,
  arriveWithPasskey,
  beginLogin,
  codeOf,
  refusalOf,
  run,
  signIn,
} from './second-factor-stories.ts'
import { arrive, asOpened, login, mailAbout, refresh, viewerOf } from './stories.ts'

let platform: TestPlatform
let auth: TestSubgraph

beforeAll(async () => {
  platform = await createTestPlatform()
  auth = await openTestSubgraph(createSubgraph, { platform, seed: 'demo' })
})

afterAll(async () => {
  await auth[Symbol.asyncDispose]()
  await platform.close()
})

const recentProof = 600_000
const password = 'correct horse'
const stepUp = (viewer: Viewer, input: Readonly<Record<string, unknown>>) =>
  run(auth, 'stepUp', { viewer, input })

describe('what changes second factors', () => {
  it.each(['enrollTotp', 'disableTotp', 'makeRecoveryCodes', 'beginPasskeyRegistration'] as const)(
    'needs a recent proof: %s',
    async (name) => {
      const { viewer } = await arriveWithApp(auth, platform, `${name}@example.org`)
      platform.clock.advance(recentProof)

      expect(await run(auth, name, { viewer })).toMatchObject({
        code: 'STEP_UP_REQUIRED',
        methods: ['TOTP', 'RECOVERY_CODE'],
      })
    },
  )

  it('asks for the password where there is nothing else', async () => {
    const viewer = viewerOf(await arrive(auth, 'fresh@example.org'))
    platform.clock.advance(recentProof)
    expect(await run(auth, 'enrollTotp', { viewer })).toMatchObject({ methods: ['PASSWORD'] })

    expect(await stepUp(viewer, { password: 'a wrong guess' })).toMatchObject({
      code: 'INVALID_CREDENTIALS',
    })
    expect(await stepUp(viewer, { password })).toMatchObject({ __typename: 'SteppedUp' })

    expect(await run(auth, 'enrollTotp', { viewer })).toMatchObject({
      __typename: 'TotpEnrollment',
    })
  })

  it('is not for programs and administrators that act for somebody', async () => {
    const viewer = viewerOf(await arrive(auth, 'acted-for@example.org'))
    const program = { ...viewer, clientId: 'program', scopes: ['auth:read', 'auth:write'] }
    const administrator = { ...viewer, impersonatedBy: platform.newId() }

    for (const other of [program, administrator]) {
      expect(await refusalOf(auth, 'enrollTotp', { viewer: other })).toBe('FORBIDDEN')
      const asked = { viewer: other, input: { password } }
      expect(await refusalOf(auth, 'stepUp', asked)).toBe('FORBIDDEN')
    }
  })

  it('is not for the anonymous', async () => {
    for (const name of ['enrollTotp', 'beginStepUp', 'beginPasskeyRegistration'] as const) {
      expect(await refusalOf(auth, name, {})).toBe('UNAUTHENTICATED')
    }
  })
})

describe('stepUp', () => {
  async function proofOf(viewer: Viewer): Promise<{ methods: string[]; provedAt: string }> {
    const { sessions } = await auth.answer<{
      sessions: readonly [{ methods: string[]; provedAt: string }]
    }>('{ sessions { methods provedAt } }', { viewer })
    return sessions[0]
  }

  it('renews the proof of the session, which its tokens then say', async () => {
    const person = await arriveWithApp(auth, platform, 'renews@example.org')
    platform.clock.advance(recentProof)
    const { viewer } = person
    const before = await proofOf(viewer)

    const stepped = await stepUp(viewer, { code: person.code() })

    const { methods, provedAt } = await proofOf(viewer)
    expect(methods).toEqual(['mfa', 'otp', 'pwd'])
    expect(Date.parse(provedAt) - Date.parse(before.provedAt)).toBeGreaterThanOrEqual(recentProof)
    const claims = {
      sid: viewer.sessionId,
      amr: methods,
      auth_time: Math.floor(Date.parse(provedAt) / 1_000),
    }
    expect(decodeJwt(stepped.accessToken ?? '')).toMatchObject(claims)
    platform.clock.advance(60_000)
    const refreshed = asOpened(await refresh(auth, person.session.refreshToken))
    expect(decodeJwt(refreshed.accessToken)).toMatchObject(claims)
    expect(await run(auth, 'disableTotp', { viewer })).toMatchObject({ wasEnabled: true })
  })

  it('takes no password from who has a second factor, and no code twice', async () => {
    const person = await arriveWithApp(auth, platform, 'two-factors@example.org')
    const code = person.code()

    expect(await stepUp(person.viewer, { password })).toMatchObject({ field: 'password' })
    expect(await stepUp(person.viewer, { code })).toMatchObject({ __typename: 'SteppedUp' })
    expect(await stepUp(person.viewer, { code })).toMatchObject({ code: 'INVALID_CODE' })
  })

  it('takes a passkey that was asked for, once', async () => {
    const { device, viewer } = await arriveWithPasskey(auth, 'taps@example.org')
    platform.clock.advance(recentProof)
    const { methods, passkeyOptions } = await run(auth, 'beginStepUp', { viewer })
    expect(methods).toEqual(['PASSKEY', 'RECOVERY_CODE'])
    const passkey = device.get(passkeyOptions ?? '')

    expect(await stepUp(viewer, { passkey })).toMatchObject({ __typename: 'SteppedUp' })
    expect(await stepUp(viewer, { passkey })).toMatchObject({ code: 'CHALLENGE_EXPIRED' })
  })

  it('is of no use to a session that has ended', async () => {
    const person = await arriveWithApp(auth, platform, 'left@example.org')
    await auth.answer('mutation { logout { __typename } }', { viewer: person.viewer })

    const asked = { viewer: person.viewer, input: { code: person.code() } }
    expect(await refusalOf(auth, 'stepUp', asked)).toBe('UNAUTHENTICATED')
  })

  it('proves one session, not the others of the account', async () => {
    const email = 'two-places@example.org'
    const other = viewerOf(await arrive(auth, email))
    const here = await signIn(auth, email)
    const { secret = '' } = await run(auth, 'enrollTotp', { viewer: here })
    const input = { code: codeOf(secret, platform.now()) }
    await run(auth, 'confirmTotp', { viewer: here, input })

    expect(await run(auth, 'makeRecoveryCodes', { viewer: other })).toMatchObject({
      code: 'STEP_UP_REQUIRED',
    })
    expect(await run(auth, 'makeRecoveryCodes', { viewer: here })).toMatchObject({
      __typename: 'RecoveryCodes',
    })
  })
})

describe('changePassword and requestEmailChange', () => {
  const change = { currentPassword: password, newPassword: 'battery staple 7' }
  const move = { newEmail: 'somewhere@example.net', password }

  it('need the second factor of who has one, beside the password', async () => {
    const person = await arriveWithApp(auth, platform, 'protected@example.org')
    const { viewer } = person
    platform.clock.advance(recentProof)
    const required = { code: 'STEP_UP_REQUIRED' }

    expect(await run(auth, 'changePassword', { viewer, input: change })).toMatchObject(required)
    expect(await run(auth, 'requestEmailChange', { viewer, input: move })).toMatchObject(required)
    await stepUp(viewer, { code: person.code() })

    expect(await run(auth, 'requestEmailChange', { viewer, input: move })).toMatchObject({
      __typename: 'EmailChangeSent',
    })
    expect(await run(auth, 'changePassword', { viewer, input: change })).toMatchObject({
      __typename: 'PasswordChanged',
    })
  })

  it('need the password only of who has none', async () => {
    const viewer = viewerOf(await arrive(auth, 'unprotected@example.org'))
    platform.clock.advance(recentProof)

    expect(await run(auth, 'changePassword', { viewer, input: change })).toMatchObject({
      __typename: 'PasswordChanged',
    })
  })
})

describe('administrators', () => {
  async function administrator(): Promise<Viewer> {
    const session = await login(auth, { email: 'admin@gravity.local', password: demoPassword })
    return {
      ...viewerOf(asOpened(session)),
      scopes: ['auth:read', 'auth:manage', 'auth:impersonate'],
    }
  }

  it('let in who has lost every factor: audited, told about, all sessions ended', async () => {
    const viewer = await administrator()
    const person = await arriveWithApp(auth, platform, 'locked-out@example.org')
    const begun = await beginLogin(auth, person.email)
    for (let guess = 0; guess < 6; guess += 1) {
      const input = { challenge: begun.challenge, code: '000000' }
      await run(auth, 'completeLogin', { input })
    }
    const { userId } = person.viewer
    const input = { userId: userId.toUpperCase() }

    for (const _twice of [1, 2]) {
      expect(await run(auth, 'resetSecondFactors', { viewer, input })).toMatchObject({
        account: { id: userId },
      })
    }

    expect(await refresh(auth, person.session.refreshToken)).toMatchObject({
      __typename: 'InvalidRefreshToken',
    })
    const answer = { challenge: begun.challenge, code: person.code() }
    expect(await run(auth, 'completeLogin', { input: answer })).toMatchObject({
      code: 'CHALLENGE_EXPIRED',
    })
    const session = viewerOf(asOpened(await login(auth, { email: person.email })))
    const { secret = '' } = await run(auth, 'enrollTotp', { viewer: session })
    const first = { code: codeOf(secret, platform.now()) }
    expect(await run(auth, 'confirmTotp', { viewer: session, input: first })).toMatchObject({
      __typename: 'TotpEnabled',
    })
    await mailAbout(auth, person.email, 'Your second factors were removed')
    const { auditLog } = await auth.answer<{ auditLog: { nodes: unknown } }>(
      'query ($userId: ID!) { auditLog(userId: $userId) { nodes { action actor { id } } } }',
      { viewer, variables: { userId } },
    )
    expect(auditLog.nodes).toEqual([
      { action: 'totp-enabled', actor: { id: userId } },
      { action: 'second-factors-reset', actor: { id: viewer.userId } },
      { action: 'totp-enabled', actor: { id: userId } },
    ])
  })

  it('only', async () => {
    const { viewer } = await arriveWithApp(auth, platform, 'no-admin@example.org')
    const input = { userId: viewer.userId }

    expect(await refusalOf(auth, 'resetSecondFactors', { viewer, input })).toBe('FORBIDDEN')
    const nobody = { viewer: await administrator(), input: { userId: platform.newId() } }
    expect(await refusalOf(auth, 'resetSecondFactors', nobody)).toBe('NOT_FOUND')
  })

  it('who have a second factor prove it before they change who can get in', async () => {
    const viewer = await administrator()
    const { userId } = viewerOf(await arrive(auth, 'promoted@example.org'))
    const { secret = '' } = await run(auth, 'enrollTotp', { viewer })
    const code = () => codeOf(secret, platform.now())
    await run(auth, 'confirmTotp', { viewer, input: { code: code() } })
    const reason = 'asked for it'
    const changes = [
      ['assignRole', { userId, role: 'admin' }],
      ['createAccount', { email: 'made@example.org', displayName: 'Made', roles: ['admin'] }],
      ['updateAccount', { userId, email: 'other@example.org' }],
      ['deleteAccount', { userId, reason }],
      ['impersonate', { userId, reason }],
      ['resetSecondFactors', { userId }],
    ] as const
    platform.clock.advance(recentProof)

    for (const [name, input] of changes) {
      expect(await run(auth, name, { viewer, input })).toMatchObject({ code: 'STEP_UP_REQUIRED' })
    }
    await stepUp(viewer, { code: code() })

    const [[name, input]] = changes
    expect(await run(auth, name, { viewer, input })).toMatchObject({
      __typename: 'AccountChanged',
    })
    await run(auth, 'disableTotp', { viewer })
  })
})
