import type { TestSubgraph } from '@gravity/shared/testing/open-test-subgraph'
import type { TestPlatform } from '@gravity/shared/testing/test-platform'
import { withTestSubgraph } from '@gravity/shared/testing/with-test-subgraph'
import { describe, expect, it } from '@jest/globals'
import { createSubgraph } from '../src/subgraph.ts'
import {
  arriveWithApp,
  arriveWithPasskey,
  beginLogin,
  loginWithPasskey,
  methodsOf,
  passkeyLoginOptions,
  registerPasskey,
  run,
} from './second-factor-stories.ts'
import { faults, SoftwareAuthenticator } from './software-authenticator.ts'
import { asOpened, mailAbout, mailsTo } from './stories.ts'

let platform: TestPlatform
let auth: TestSubgraph

withTestSubgraph(createSubgraph, (opened, on) => {
  auth = opened
  platform = on
})

const invalid = { code: 'INVALID_PASSKEY' }
const expired = { code: 'CHALLENGE_EXPIRED' }

describe('loginWithPasskey', () => {
  it('signs in without a name and without the password, as two factors', async () => {
    const { device, viewer } = await arriveWithPasskey(auth, 'passwordless@example.org')
    const options = await passkeyLoginOptions(auth)
    expect(JSON.parse(options)).toMatchObject({ rpId: 'localhost', userVerification: 'required' })
    expect(JSON.parse(options).allowCredentials ?? []).toEqual([])

    const session = asOpened(await loginWithPasskey(auth, device.get(options)))

    expect(session.user.id).toBe(viewer.userId)
    expect(methodsOf(session.accessToken)).toEqual(['hwk', 'user', 'mfa'])
    const { mySecondFactors } = await auth.answer<{ mySecondFactors: unknown }>(
      '{ mySecondFactors { passkeys { name lastUsedAt } } }',
      { viewer },
    )
    expect(mySecondFactors).toEqual({
      passkeys: [{ name: 'My phone', lastUsedAt: expect.any(String) }],
    })
  })

  it('takes an answer once, also from many at the same time', async () => {
    const { device } = await arriveWithPasskey(auth, 'replays@example.org')
    const response = device.get(await passkeyLoginOptions(auth))

    const answers = await Promise.all([1, 2, 3, 4].map(() => loginWithPasskey(auth, response)))

    expect(answers.filter(({ __typename }) => __typename === 'Session')).toHaveLength(1)
    expect(await loginWithPasskey(auth, response)).toMatchObject(expired)
  })

  it.each([
    ...faults,
    ['with the key of somebody else', { isForged: true }],
    ['with the name of somebody else', { userHandle: Buffer.alloc(32).toString('base64url') }],
    ['without a name', { userHandle: null }],
  ] as const)('refuses an answer %s', async (name, fault) => {
    const { device } = await arriveWithPasskey(
      auth,
      `logs-in-${name.replaceAll(' ', '-')}@example.org`,
    )

    expect(
      await loginWithPasskey(auth, device.get(await passkeyLoginOptions(auth), fault)),
    ).toMatchObject(invalid)
  })

  it('refuses a challenge that it never gave, and one that is too old', async () => {
    const { device } = await arriveWithPasskey(auth, 'challenged@example.org')
    const made = device.get(await passkeyLoginOptions(auth), { challenge: 'AAAA' })
    const old = device.get(await passkeyLoginOptions(auth))
    platform.clock.advance(10 * 60_000)

    expect(await loginWithPasskey(auth, made)).toMatchObject(expired)
    expect(await loginWithPasskey(auth, old)).toMatchObject(expired)
  })

  it('refuses a count that does not grow, and warns of a copy', async () => {
    const { device, email } = await arriveWithPasskey(auth, 'copied@example.org')
    asOpened(
      await loginWithPasskey(auth, device.get(await passkeyLoginOptions(auth), { counter: 7 })),
    )

    expect(
      await loginWithPasskey(auth, device.get(await passkeyLoginOptions(auth), { counter: 7 })),
    ).toMatchObject(invalid)

    await mailAbout(auth, email, 'A passkey of your account may have been copied')
    asOpened(
      await loginWithPasskey(auth, device.get(await passkeyLoginOptions(auth), { counter: 8 })),
    )
  })

  it('warns nobody because of a count that was not signed', async () => {
    const { device, email } = await arriveWithPasskey(auth, 'not-copied@example.org')
    asOpened(
      await loginWithPasskey(auth, device.get(await passkeyLoginOptions(auth), { counter: 7 })),
    )

    const forged = device.get(await passkeyLoginOptions(auth), { counter: 1, isForged: true })
    expect(await loginWithPasskey(auth, forged)).toMatchObject(invalid)

    const [row] = await auth.sql<{ told: number }>(
      `select count(*)::integer as told from outbox
       where payload->>'email' = $1 and payload->>'change' = 'passkey-copied'`,
      [email],
    )
    expect(row).toEqual({ told: 0 })
    expect((await mailsTo(auth, email)).map(({ subject }) => subject)).not.toContain(
      'A passkey of your account may have been copied',
    )
  })

  it('serves authenticators that do not count', async () => {
    const { device } = await arriveWithPasskey(auth, 'countless@example.org')

    for (const _login of [1, 2]) {
      asOpened(
        await loginWithPasskey(auth, device.get(await passkeyLoginOptions(auth), { counter: 0 })),
      )
    }
  })

  it('keeps out who is suspended', async () => {
    const { device, viewer } = await arriveWithPasskey(auth, 'suspended-passkey@example.org')
    await auth.sql(
      `update accounts set suspended_at = now(), suspension_reason = 'spam' where id = $1`,
      [viewer.userId],
    )

    expect(await loginWithPasskey(auth, device.get(await passkeyLoginOptions(auth)))).toMatchObject(
      {
        code: 'ACCOUNT_SUSPENDED',
      },
    )
  })
})

describe('a passkey as second factor', () => {
  it('completes a login with a password, by the challenge of that login only', async () => {
    const { device, email } = await arriveWithPasskey(auth, 'second@example.org')
    const { challenge, passkeyOptions } = await beginLogin(auth, email)
    const complete = (passkey: string) =>
      run(auth, 'completeLogin', { input: { challenge, passkey } })

    expect(await complete(device.get(await passkeyLoginOptions(auth)))).toMatchObject(invalid)
    const session = asOpened(await complete(device.get(passkeyOptions)))

    expect(methodsOf(session.accessToken)).toEqual(['pwd', 'hwk', 'user', 'mfa'])
    expect(await complete(device.get(passkeyOptions))).toMatchObject(expired)
  })

  it('is not one of somebody else', async () => {
    const { email } = await arriveWithPasskey(auth, 'victim@example.org')
    const { device } = await arriveWithPasskey(auth, 'attacker@example.org')
    const { challenge, passkeyOptions } = await beginLogin(auth, email)

    const input = { challenge, passkey: device.get(passkeyOptions) }
    expect(await run(auth, 'completeLogin', { input })).toMatchObject(invalid)
  })

  it('stands beside an authenticator app', async () => {
    const person = await arriveWithApp(auth, platform, 'has-both@example.org')
    const device = new SoftwareAuthenticator()
    await registerPasskey(auth, person.viewer, device)
    const { challenge } = await beginLogin(auth, person.email)

    asOpened(await run(auth, 'completeLogin', { input: { challenge, code: person.code() } }))

    expect(await run(auth, 'disableTotp', { viewer: person.viewer })).toMatchObject({
      wasEnabled: true,
    })
    const { passkeyOptions, ...next } = await beginLogin(auth, person.email)
    const input = { ...next, recoveryCode: person.recoveryCodes[0] }
    asOpened(await run(auth, 'completeLogin', { input }))
  })
})
