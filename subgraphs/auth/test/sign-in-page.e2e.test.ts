import { FormBrowser } from '@gravity/shared/testing/form-browser'
import { findTestBrowser, launchTestBrowser } from '@gravity/shared/testing/test-browser'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals'
import type { Browser, BrowserContext, Page } from 'playwright-core'
import { ask, discovered, exchange, password } from './oauth-client.ts'
import { codeOf, run } from './second-factor-stories.ts'
import { redirectUri, registerClient, type ServedAuth, serveAuth } from './served-auth.ts'
import { arrive, viewerOf } from './stories.ts'

const hasBrowser = findTestBrowser() !== undefined
if (!hasBrowser) {
  console.warn(`
  ****************************************************************************
  ** THERE IS NO CHROMIUM: THE SIGN-IN PAGES ARE NOT TRIED IN A BROWSER.     **
  ** Install Chromium, or set GRAVITY_TEST_BROWSER to the path of one.       **
  ****************************************************************************
`)
}

let served: ServedAuth
let config: Awaited<ReturnType<typeof discovered>>

beforeAll(async () => {
  // Browsers make passkeys for localhost, but not for an address in numbers.
  served = await serveAuth({}, { host: 'localhost' })
  config = await discovered(served.url, await registerClient(served.auth))
})
afterAll(() => served[Symbol.asyncDispose]())

describe('an account with a second factor', () => {
  it('is opened by a password and a code, and by the password alone never', async () => {
    const email = 'app@example.org'
    const viewer = viewerOf(await arrive(served.auth, email))
    const { secret = '' } = await run(served.auth, 'enrollTotp', { viewer })
    const code = codeOf(secret, served.auth.platform.now())
    const { recoveryCodes = [] } = await run(served.auth, 'confirmTotp', {
      viewer,
      input: { code },
    })
    const browser = new FormBrowser()
    const asking = await ask(config)
    await browser.open(asking.url)

    await browser.submit({ step: 'sign-in', email, password })
    expect(browser.text).toContain('Prove that it is you')
    await browser.submit({ step: 'allow' })
    expect(browser.text).not.toContain('code=')
    await browser.open(asking.url)
    await browser.submit({ step: 'sign-in', email, password })
    await browser.submit({ step: 'second-factor', code: '000000' })
    expect(browser.text).toContain('This code is wrong')
    await browser.submit({ step: 'second-factor', recoveryCode: recoveryCodes[0] ?? '' })
    await browser.submit({ step: 'allow' })

    const tokens = await exchange(config, asking, browser.url)
    expect(tokens.claims()?.['amr']).toEqual(expect.arrayContaining(['pwd', 'mfa']))
  })

  it('is not opened by a form that was tampered with', async () => {
    const browser = new FormBrowser()
    await browser.open((await ask(config)).url)
    for (const asked of [
      'nonsense',
      '{}',
      '{"challenge":"x","methods":[],"passkeyOptions":null}',
    ]) {
      await browser.submit({ step: 'second-factor', asked, code: '000000' })
      expect(browser.text).toContain('name="password"')
    }
  })
})

const withBrowser = hasBrowser ? describe : describe.skip

withBrowser('in Chromium', () => {
  let chrome: Browser
  let context: BrowserContext
  let page: Page

  beforeAll(async () => {
    chrome = await launchTestBrowser()
  }, 60_000)
  afterAll(() => chrome?.close())
  beforeEach(async () => {
    context = await chrome.newContext()
    page = await context.newPage()
    await page.route(`${redirectUri}**`, (route) => route.fulfill({ body: 'Welcome to the shop' }))
  })
  afterEach(() => context.close())

  async function signIn(email: string): Promise<void> {
    await page.getByLabel('E-mail').fill(email)
    await page.getByLabel('Password').fill(password)
    await page.getByRole('button', { name: 'Sign in' }).click()
  }

  it('a person signs in, reads what is asked for, allows it, and is back at the shop', async () => {
    await arrive(served.auth, 'chrome@example.org')
    const asking = await ask(config)
    await page.goto(asking.url)
    await signIn('chrome@example.org')

    expect(await page.getByRole('listitem').allTextContents()).toEqual([
      'know who you are',
      'see your e-mail address',
      'stay connected until you disconnect it',
      'read your conversations',
    ])
    await page.getByRole('button', { name: 'Allow', exact: true }).click()
    await page.getByText('Welcome to the shop').waitFor()
    const tokens = await exchange(config, asking, page.url())
    expect(tokens.claims()).toMatchObject({ email: 'chrome@example.org' })

    // What was allowed is remembered, so signing in again leads through two redirects to the shop.
    await page.goto((await ask(config, { prompt: 'login' })).url)
    await signIn('chrome@example.org')
    await page.getByText('Welcome to the shop').waitFor()
  })

  it('a passkey is the second factor', async () => {
    const email = 'passkey@example.org'
    const viewer = viewerOf(await arrive(served.auth, email))
    const cdp = await context.newCDPSession(page)
    await cdp.send('WebAuthn.enable')
    await cdp.send('WebAuthn.addVirtualAuthenticator', {
      options: {
        protocol: 'ctap2',
        transport: 'internal',
        hasResidentKey: true,
        hasUserVerification: true,
        isUserVerified: true,
      },
    })
    const { options = '' } = await run(served.auth, 'beginPasskeyRegistration', { viewer })
    await page.goto(`${served.url}/.well-known/jwks.json`)
    const response = await page.evaluate<string>(
      `navigator.credentials.create({
        publicKey: PublicKeyCredential.parseCreationOptionsFromJSON(${options}),
      }).then((credential) => JSON.stringify(credential))`,
    )
    expect(
      await run(served.auth, 'registerPasskey', { viewer, input: { response, name: 'Chrome' } }),
    ).toMatchObject({ __typename: 'PasskeyAdded' })

    const asking = await ask(config)
    await page.goto(asking.url)
    await signIn(email)
    await page.getByRole('button', { name: 'Use a passkey' }).click()
    await page.getByRole('button', { name: 'Allow', exact: true }).click()
    await page.getByText('Welcome to the shop').waitFor()

    const tokens = await exchange(config, asking, page.url())
    expect(tokens.claims()?.['amr']).toEqual(expect.arrayContaining(['pwd', 'mfa']))
  })
})
