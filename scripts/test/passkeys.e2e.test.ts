import { findTestBrowser, launchTestBrowser } from '@gravity/shared/testing/test-browser'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals'
import type { Browser, CDPSession, Page } from 'playwright-core'
import { type RunningGravity, startAsOneProcess } from './running-gravity.ts'

const describeBrowser = findTestBrowser() === undefined ? describe.skip : describe
if (findTestBrowser() === undefined) {
  console.warn('THERE IS NO CHROMIUM: PASSKEYS ARE NOT TRIED IN A BROWSER.')
}

/** What a front end would do, in the page: asks the graph of its own origin, and the browser for passkeys. */
const frontEnd = `
  window.ask = async (name, selection, input, token) => {
    const type = name[0].toUpperCase() + name.slice(1) + 'Input!'
    const [variables, given] = input ? ['($input: ' + type + ')', '(input: $input)'] : ['', '']
    const response = await fetch('/graphql', {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...(token && { authorization: 'Bearer ' + token }) },
      body: JSON.stringify({
        query: 'mutation ' + variables + ' { ' + name + given + ' { __typename ' + selection + ' } }',
        variables: { input },
      }),
    })
    const { data, errors } = await response.json()
    if (errors) throw new Error(JSON.stringify(errors))
    return data[name]
  }
  const { parseCreationOptionsFromJSON: creation, parseRequestOptionsFromJSON: request } = PublicKeyCredential
  window.createPasskey = async (options) =>
    JSON.stringify(await navigator.credentials.create({ publicKey: creation.call(PublicKeyCredential, JSON.parse(options)) }))
  window.usePasskey = async (options) =>
    JSON.stringify(await navigator.credentials.get({ publicKey: request.call(PublicKeyCredential, JSON.parse(options)) }))
  const problem = '... on Problem { code message } '
  const session = problem + '... on Session { accessToken user { id } }'
  window.signUp = (email) =>
    ask('register', session, { email, password: 'correct horse battery', displayName: 'Passkey' })
  window.addPasskey = async (token) => {
    const { options } = await ask('beginPasskeyRegistration', problem + '... on PasskeyRegistrationBegun { options }', undefined, token)
    const response = await createPasskey(options)
    return ask('registerPasskey', problem + '... on PasskeyAdded { passkey { name isSynced } recoveryCodes }', { response, name: 'Browser' }, token)
  }
  window.signInWithPasskey = async () => {
    const { options } = await ask('beginPasskeyLogin', problem + '... on PasskeyLoginBegun { options }')
    return ask('loginWithPasskey', session, { response: await usePasskey(options) })
  }
  window.signInWithBoth = async (email) => {
    const begun = await ask('login', problem + '... on SecondFactorRequired { challenge methods passkeyOptions }', { email, password: 'correct horse battery' })
    const passkey = await usePasskey(begun.passkeyOptions)
    return ask('completeLogin', session, { challenge: begun.challenge, passkey })
  }
  window.stepUpWithPasskey = async (token) => {
    const { passkeyOptions } = await ask('beginStepUp', '... on StepUpBegun { passkeyOptions }', undefined, token)
    return ask('stepUp', problem + '... on SteppedUp { accessToken }', { passkey: await usePasskey(passkeyOptions) }, token)
  }
  undefined`

interface Answer {
  readonly __typename: string
  readonly accessToken: string
  readonly user: { readonly id: string }
  readonly recoveryCodes: readonly string[]
}

function claimsOf({ accessToken }: Answer): unknown {
  const [, claims = ''] = accessToken.split('.')
  return JSON.parse(Buffer.from(claims, 'base64url').toString())
}

describeBrowser('passkeys in a browser', () => {
  let gravity: RunningGravity
  let browser: Browser
  let page: Page
  let cdp: CDPSession
  let authenticatorId: string

  beforeAll(async () => {
    gravity = await startAsOneProcess()
    browser = await launchTestBrowser()
  }, 120_000)
  afterAll(async () => {
    await browser?.close()
    await gravity?.stop()
  }, 60_000)

  beforeEach(async () => {
    page = await browser.newPage()
    // A page of the platform itself, by the only name of this machine that passkeys are made for.
    await page.goto(`${gravity.url.replace('127.0.0.1', 'localhost')}/graphiql`)
    await page.evaluate(frontEnd)
    cdp = await page.context().newCDPSession(page)
    await cdp.send('WebAuthn.enable')
    const added = await cdp.send('WebAuthn.addVirtualAuthenticator', {
      options: {
        protocol: 'ctap2',
        transport: 'internal',
        hasResidentKey: true,
        hasUserVerification: true,
        isUserVerified: true,
        automaticPresenceSimulation: true,
      },
    })
    authenticatorId = added.authenticatorId
  }, 60_000)
  afterEach(() => page.close())

  /** Calls a function of the front end. */
  const inPage = (name: string, ...args: readonly string[]) =>
    page.evaluate<Answer>(`${name}(${args.map((arg) => JSON.stringify(arg)).join(', ')})`)

  async function signsUpWithPasskey(email: string): Promise<Answer> {
    const session = await inPage('signUp', email)
    const added = await inPage('addPasskey', session.accessToken)
    expect(added).toMatchObject({ __typename: 'PasskeyAdded', passkey: { name: 'Browser' } })
    expect(added.recoveryCodes).toHaveLength(10)
    return session
  }

  it('are registered, kept by the authenticator, and sign in without a name and a password', async () => {
    const { user } = await signsUpWithPasskey('passwordless@example.org')
    const { credentials } = await cdp.send('WebAuthn.getCredentials', { authenticatorId })
    expect(credentials).toMatchObject([{ isResidentCredential: true, rpId: 'localhost' }])

    const session = await inPage('signInWithPasskey')

    expect(session).toMatchObject({ __typename: 'Session', user })
    expect(claimsOf(session)).toMatchObject({ sub: user.id, amr: ['hwk', 'user', 'mfa'] })
  }, 60_000)

  it('are the second factor after a password', async () => {
    const { user } = await signsUpWithPasskey('two-factors@example.org')

    const session = await inPage('signInWithBoth', 'two-factors@example.org')

    expect(session).toMatchObject({ __typename: 'Session', user })
    expect(claimsOf(session)).toMatchObject({ amr: ['pwd', 'hwk', 'user', 'mfa'] })
  }, 60_000)

  it('step up a session', async () => {
    const { accessToken } = await signsUpWithPasskey('steps-up@example.org')

    const stepped = await inPage('stepUpWithPasskey', accessToken)

    expect(stepped).toMatchObject({ __typename: 'SteppedUp' })
    expect(claimsOf(stepped)).toMatchObject({ amr: ['hwk', 'mfa', 'pwd', 'user'] })
  }, 60_000)

  it('are of no use to who cannot unlock the device', async () => {
    await signsUpWithPasskey('locked@example.org')
    await cdp.send('WebAuthn.setUserVerified', { authenticatorId, isUserVerified: false })

    await expect(inPage('signInWithPasskey')).rejects.toThrow('NotAllowedError')
  }, 60_000)

  it('are not registered twice on one authenticator', async () => {
    const { accessToken } = await signsUpWithPasskey('once@example.org')

    await expect(inPage('addPasskey', accessToken)).rejects.toThrow('InvalidStateError')
  }, 60_000)
})
