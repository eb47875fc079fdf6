import { freePort } from '@gravity/shared/postgres/free-port'
import { FormBrowser } from '@gravity/shared/testing/form-browser'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals'
import { ask, discovered, exchange, password } from './oauth-client.ts'
import { redirectUri, registerClient, type ServedAuth, serveAuth } from './served-auth.ts'
import { arrive, viewerOf } from './stories.ts'

/** Where people have their accounts: a second Gravity, which knows nothing of the first. */
let provider: ServedAuth
let here: ServedAuth
let browser: FormBrowser
let config: Awaited<ReturnType<typeof discovered>>

beforeAll(async () => {
  provider = await serveAuth()
  const port = await freePort()
  const client = await registerClient(provider.auth, {
    name: 'Gravity here',
    redirectUris: [`http://127.0.0.1:${port}/oauth/outside-callback/home`],
    scopes: ['openid', 'email'],
  })
  const home = {
    name: 'home',
    label: 'Home',
    issuer: provider.url,
    clientId: client.id,
    clientSecret: client.secret,
  }
  const providers = [home, { ...home, name: 'away', label: 'Away', issuer: 'http://127.0.0.1:9' }]
  here = await serveAuth({ GRAVITY_AUTH_OUTSIDE_PROVIDERS: JSON.stringify(providers) }, { port })
  config = await discovered(here.url, await registerClient(here.auth))
})
afterAll(async () => {
  await here[Symbol.asyncDispose]()
  await provider[Symbol.asyncDispose]()
})
beforeEach(() => {
  browser = new FormBrowser()
})

/** Somebody with an account at the provider, whose address it has confirmed or not. */
async function knownAtHome(email: string, { verified = true } = {}): Promise<void> {
  await arrive(provider.auth, email)
  if (verified) {
    await provider.auth.sql('update accounts set email_verified_at = now() where email = $1', [
      email,
    ])
  }
}

function doorOn(page: string): string {
  const [, href = ''] = /<a href="(\/oauth\/outside\/home[^"]*)"/.exec(page) ?? []
  return `${here.url}${href.replaceAll('&amp;', '&')}`
}

/** From the sign-in page here to the provider and back, with its pages. */
async function comesFromHome(email: string): Promise<void> {
  await browser.open(doorOn(browser.text))
  if (browser.text.includes('name="password"')) {
    await browser.submit({ step: 'sign-in', email, password })
  }
  if (browser.text.includes('Let Gravity here in?')) await browser.submit({ step: 'allow' })
}

/** Allows the shop what it asks for, and says who it takes the person for. */
async function personAt(asking: Awaited<ReturnType<typeof ask>>): Promise<unknown> {
  if (!browser.url.startsWith(redirectUri)) await browser.submit({ step: 'allow' })
  const tokens = await exchange(config, asking, browser.url)
  const claims = tokens.claims()
  return { email: claims?.['email'], sub: claims?.sub }
}

async function accountsWith(email: string): Promise<string[]> {
  const rows = await here.auth.sql<{ id: string }>('select id from accounts where email = $1', [
    email,
  ])
  return rows.map(({ id }) => id)
}

describe('somebody whom an outside provider knows', () => {
  it('comes in with a new account, and finds the same one the next time', async () => {
    const email = 'new@example.org'
    await knownAtHome(email)
    const asking = await ask(config)
    await browser.open(asking.url)
    await comesFromHome(email)

    const person = await personAt(asking)
    const [id] = await accountsWith(email)
    expect(person).toEqual({ email, sub: id })

    browser = new FormBrowser()
    const again = await ask(config)
    await browser.open(again.url)
    await comesFromHome(email)
    expect(await personAt(again)).toEqual(person)
  })

  it('has an account here already: signs in to it first, and links the two', async () => {
    const email = 'both@example.org'
    await knownAtHome(email)
    const { user } = await arrive(here.auth, email)
    const asking = await ask(config)
    await browser.open(asking.url)
    await comesFromHome(email)
    expect(browser.text).toContain('There is an account with this address.')
    expect(
      await here.auth.sql('select from outside_identities where account_id = $1', [user.id]),
    ).toEqual([])

    await browser.submit({ step: 'sign-in', email, password })
    expect(browser.text).toContain('Link Home?')
    await browser.submit({ step: 'link' })
    expect(await personAt(asking)).toEqual({ email, sub: user.id })

    browser = new FormBrowser()
    const again = await ask(config)
    await browser.open(again.url)
    await comesFromHome(email)
    expect(await personAt(again)).toEqual({ email, sub: user.id })
  })

  it('closes that way in again, after a recent proof', async () => {
    const email = 'leaver@example.org'
    await knownAtHome(email)
    const viewer = viewerOf(await arrive(here.auth, email))
    await browser.open((await ask(config)).url)
    await comesFromHome(email)
    await browser.submit({ step: 'sign-in', email, password })
    await browser.submit({ step: 'link' })
    const linked = () =>
      here.auth.answer<{ outsideIdentities: { id: string; issuer: string }[] }>(
        '{ outsideIdentities { id issuer } }',
        { viewer },
      )
    const { outsideIdentities } = await linked()
    expect(outsideIdentities).toMatchObject([{ issuer: provider.url }])

    const unlink = (asks = viewer) =>
      here.auth.answer(
        'mutation ($id: ID!) { unlinkOutsideIdentity(input: { identityId: $id }) { __typename } }',
        { viewer: asks, variables: { id: outsideIdentities[0]?.id } },
      )
    const stale = { ...viewer, sessionId: here.auth.platform.newId() }
    expect(await unlink(stale)).toEqual({
      unlinkOutsideIdentity: { __typename: 'StepUpRequired' },
    })
    await unlink()
    await unlink()

    expect(await linked()).toEqual({ outsideIdentities: [] })
    browser = new FormBrowser()
    await browser.open((await ask(config)).url)
    await comesFromHome(email)
    expect(browser.text).toContain('There is an account with this address.')
  })

  it('gets no account by an address that nobody has confirmed', async () => {
    const email = 'claimed@example.org'
    await knownAtHome(email, { verified: false })
    await browser.open((await ask(config)).url)
    await comesFromHome(email)

    expect(browser.status).toBe(400)
    expect(browser.text).toContain('Home has not confirmed your address.')
    expect(await accountsWith(email)).toEqual([])
  })

  it('cannot be linked to two accounts', async () => {
    const email = 'first@example.org'
    await knownAtHome(email)
    await browser.open((await ask(config)).url)
    await comesFromHome(email)
    await arrive(here.auth, 'second@example.org')

    browser = new FormBrowser()
    await browser.open(`${here.url}/oauth/sign-in`)
    await browser.submit({ step: 'sign-in', email: 'second@example.org', password })
    await browser.open(`${here.url}/oauth/outside/home?to=${encodeURIComponent('/oauth/link')}`)
    await browser.submit({ step: 'sign-in', email, password })
    if (browser.text.includes('Let Gravity here in?')) await browser.submit({ step: 'allow' })
    await browser.submit({ step: 'link' })

    expect(browser.text).toContain('It opens the account of somebody else already.')
  })

  it('is kept out while the account here is suspended', async () => {
    const email = 'out@example.org'
    await knownAtHome(email)
    await browser.open((await ask(config)).url)
    await comesFromHome(email)
    await here.auth.sql(
      `update accounts set suspended_at = now(), suspension_reason = 'x' where email = $1`,
      [email],
    )

    browser = new FormBrowser()
    await browser.open((await ask(config)).url)
    await comesFromHome(email)
    expect(browser.text).toContain('This account is suspended.')
  })
})

describe('the way back', () => {
  it('is refused to who did not begin here', async () => {
    await knownAtHome('victim@example.org')
    await browser.open((await ask(config)).url)
    const callback = `${here.url}/oauth/outside-callback/home`
    await browser.open(doorOn(browser.text), { stopAt: callback })
    await browser.submit({ step: 'sign-in', email: 'victim@example.org', password })
    await browser.submit({ step: 'allow' }, { stopAt: callback })
    const stolen = browser.url
    expect(stolen).toContain('code=')

    const thief = new FormBrowser()
    await thief.open(stolen)
    expect(thief.text).toContain('This was not begun here')

    await thief.open((await ask(config)).url)
    await thief.open(doorOn(thief.text), { stopAt: provider.url })
    await thief.open(stolen)
    expect(thief.text).toContain('Home did not let you in.')
  })

  it('leads to no other site', async () => {
    await knownAtHome('wanderer@example.org')
    await browser.open(`${here.url}/oauth/outside/home?to=https://thief.example/`)
    await browser.submit({ step: 'sign-in', email: 'wanderer@example.org', password })
    await browser.submit({ step: 'allow' })

    expect(browser.url).toBe(`${here.url}/oauth/sign-in`)
    expect(browser.text).toContain('You are signed in as wanderer@example.org.')
  })
})

describe('a provider', () => {
  it('that is away, or unknown, is said to be so', async () => {
    await browser.open(`${here.url}/oauth/outside/away`)
    expect(browser.status).toBe(503)
    expect(browser.text).toContain('Away does not answer at the moment.')

    await browser.open(`${here.url}/oauth/outside/nobody`)
    expect(browser.status).toBe(404)
  })
})
