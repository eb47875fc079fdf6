import type { TestSubgraph } from '@gravity/shared/testing/open-test-subgraph'
import type { TestPlatform } from '@gravity/shared/testing/test-platform'
import { withTestSubgraph } from '@gravity/shared/testing/with-test-subgraph'
import { describe, expect, it } from '@jest/globals'
import { createSubgraph } from '../src/subgraph.ts'
import {
  arriveWithPasskey,
  beginLogin,
  codeOf,
  loginWithPasskey,
  passkeyLoginOptions,
  refusalOf,
  registerPasskey,
  run,
} from './second-factor-stories.ts'
import { faults, SoftwareAuthenticator } from './software-authenticator.ts'
import { arrive, asOpened, login, mailAbout, viewerOf } from './stories.ts'

let platform: TestPlatform
let auth: TestSubgraph

withTestSubgraph(createSubgraph, (opened, on) => {
  auth = opened
  platform = on
})

const invalid = { code: 'INVALID_PASSKEY' }
const expired = { code: 'CHALLENGE_EXPIRED' }

describe('registerPasskey', () => {
  it('adds one that login asks for, with recovery codes at the first', async () => {
    const email = 'first-passkey@example.org'
    const viewer = viewerOf(await arrive(auth, email))

    const first = await registerPasskey(auth, viewer, new SoftwareAuthenticator())
    const second = await registerPasskey(auth, viewer, new SoftwareAuthenticator())

    expect(first).toMatchObject({
      passkey: { name: 'My phone', isSynced: false, lastUsedAt: null },
      recoveryCodes: expect.arrayContaining([expect.stringMatching(/^\w{4}(-\w{4}){3}$/)]),
    })
    expect(second).toMatchObject({ recoveryCodes: [] })
    expect(await login(auth, { email })).toMatchObject({ code: 'SECOND_FACTOR_REQUIRED' })
    await mailAbout(auth, email, 'A passkey was added to your account')
  })

  it('tells authenticators a random handle, the same for every passkey of the account', async () => {
    const { viewer } = await arriveWithPasskey(auth, 'handled@example.org')
    const begin = async () =>
      JSON.parse((await run(auth, 'beginPasskeyRegistration', { viewer })).options ?? '')

    const [first, second] = [await begin(), await begin()]

    expect(first.user.id).toBe(second.user.id)
    expect(Buffer.from(first.user.id, 'base64url')).toHaveLength(32)
    expect(first).toMatchObject({
      rp: { id: 'localhost', name: 'Gravity' },
      authenticatorSelection: { residentKey: 'required', userVerification: 'required' },
      excludeCredentials: [expect.objectContaining({ type: 'public-key' })],
    })
  })

  it.each(faults)('refuses an answer %s', async (name, fault) => {
    const viewer = viewerOf(
      await arrive(auth, `registers-${name.replaceAll(' ', '-')}@example.org`),
    )
    const { options = '' } = await run(auth, 'beginPasskeyRegistration', { viewer })
    const response = new SoftwareAuthenticator().create(options, fault)

    const input = { response, name: 'Faulty' }
    expect(await run(auth, 'registerPasskey', { viewer, input })).toMatchObject(invalid)
  })

  it('takes an answer once, in time, and from who was asked', async () => {
    const viewer = viewerOf(await arrive(auth, 'answers-once@example.org'))
    const thief = viewerOf(await arrive(auth, 'answers-for@example.org'))
    const { options = '' } = await run(auth, 'beginPasskeyRegistration', { viewer })
    const { options: late = '' } = await run(auth, 'beginPasskeyRegistration', { viewer })
    const response = new SoftwareAuthenticator().create(options)
    const input = { response, name: 'Key' }

    expect(await run(auth, 'registerPasskey', { viewer: thief, input })).toMatchObject(expired)
    expect(await run(auth, 'registerPasskey', { viewer, input })).toMatchObject({
      __typename: 'PasskeyAdded',
    })
    expect(await run(auth, 'registerPasskey', { viewer, input })).toMatchObject(expired)
    platform.clock.advance(10 * 60_000)
    const tooLate = { response: new SoftwareAuthenticator().create(late), name: 'Key' }
    expect(await run(auth, 'registerPasskey', { viewer, input: tooLate })).toMatchObject(expired)
  })

  it.each(['', 'nonsense', '{}', '[]', '{"id":1}', `{"id":"${'A'.repeat(100_000)}"}`])(
    'refuses the text %.20j',
    async (response) => {
      const viewer = viewerOf(await arrive(auth, `text-${platform.newId()}@example.org`))
      const input = { response, name: 'Key' }

      expect(await run(auth, 'registerPasskey', { viewer, input })).toMatchObject(invalid)
      expect(await loginWithPasskey(auth, response)).toMatchObject(invalid)
    },
  )
})

describe('the first factors of an account', () => {
  it('bring recovery codes once, also when two are added at the same moment', async () => {
    const viewer = viewerOf(await arrive(auth, 'two-at-once@example.org'))
    const { options = '' } = await run(auth, 'beginPasskeyRegistration', { viewer })
    const { secret = '' } = await run(auth, 'enrollTotp', { viewer })
    const passkey = { response: new SoftwareAuthenticator().create(options), name: 'Key' }
    const app = { code: codeOf(secret, platform.now()) }

    const added = await Promise.all([
      run(auth, 'registerPasskey', { viewer, input: passkey }),
      run(auth, 'confirmTotp', { viewer, input: app }),
    ])

    expect(added.map(({ recoveryCodes }) => recoveryCodes?.length).sort()).toEqual([0, 10])
    expect(
      await auth.answer('{ mySecondFactors { recoveryCodesLeft totpEnabledAt } }', { viewer }),
    ).toEqual({ mySecondFactors: { recoveryCodesLeft: 10, totpEnabledAt: expect.any(String) } })
  })

  it('are asked for by all sessions from then on, for what changes who can get in', async () => {
    const { email, viewer } = await arriveWithPasskey(auth, 'both-sessions@example.org')
    const { challenge } = await beginLogin(auth, email)
    const { codes = [] } = await run(auth, 'makeRecoveryCodes', { viewer })
    const input = { challenge, recoveryCode: codes[0] }
    const other = viewerOf(asOpened(await run(auth, 'completeLogin', { input })))

    expect(await run(auth, 'makeRecoveryCodes', { viewer: other })).toMatchObject({
      __typename: 'RecoveryCodes',
    })
    platform.clock.advance(600_000)
    for (const session of [viewer, other]) {
      expect(await run(auth, 'makeRecoveryCodes', { viewer: session })).toMatchObject({
        code: 'STEP_UP_REQUIRED',
      })
    }
  })
})

describe('renamePasskey and removePasskey', () => {
  it('change what its owner sees', async () => {
    const { device, email, passkeyId, viewer } = await arriveWithPasskey(auth, 'tidy@example.org')
    const input = { passkeyId: passkeyId.toUpperCase(), name: ' Blue key ' }

    expect(await run(auth, 'renamePasskey', { viewer, input })).toMatchObject({
      passkey: { id: passkeyId, name: 'Blue key' },
    })
    const wrong = { ...input, name: 'two\nlines' }
    expect(await run(auth, 'renamePasskey', { viewer, input: wrong })).toMatchObject({
      code: 'INVALID_INPUT',
    })
    for (const _twice of [1, 2]) {
      expect(await run(auth, 'removePasskey', { viewer, input: { passkeyId } })).toMatchObject({
        __typename: 'PasskeyRemoved',
      })
    }

    expect(await loginWithPasskey(auth, device.get(await passkeyLoginOptions(auth)))).toMatchObject(
      invalid,
    )
    asOpened(await login(auth, { email }))
    expect(
      await auth.answer('{ mySecondFactors { isRequired recoveryCodesLeft } }', { viewer }),
    ).toEqual({ mySecondFactors: { isRequired: false, recoveryCodesLeft: 0 } })
    await mailAbout(auth, email, 'A passkey was removed from your account')
    expect(await registerPasskey(auth, viewer, device)).toMatchObject({
      __typename: 'PasskeyAdded',
    })
  })

  it('need a recent proof to remove', async () => {
    const { passkeyId, viewer } = await arriveWithPasskey(auth, 'stale@example.org')
    platform.clock.advance(600_000)

    expect(await run(auth, 'removePasskey', { viewer, input: { passkeyId } })).toMatchObject({
      code: 'STEP_UP_REQUIRED',
      methods: ['PASSKEY', 'RECOVERY_CODE'],
    })
  })

  it.each([
    ['somebody else', async () => (await arriveWithPasskey(auth, 'owner@example.org')).passkeyId],
    ['nobody', async () => platform.newId()],
    ['no id at all', async () => 'nonsense'],
  ])('do not tell a passkey of %s from one that is not there', async (_name, find) => {
    const { viewer } = await arriveWithPasskey(auth, `meddles-${platform.newId()}@example.org`)
    const passkeyId = await find()

    expect(await refusalOf(auth, 'removePasskey', { viewer, input: { passkeyId } })).toBe(
      'NOT_FOUND',
    )
    const input = { passkeyId, name: 'Mine now' }
    expect(await refusalOf(auth, 'renamePasskey', { viewer, input })).toBe('NOT_FOUND')
  })
})
