import { FormBrowser } from '@gravity/shared/testing/form-browser'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { decodeJwt } from 'jose'
import * as openid from 'openid-client'
import { allow, ask, discovered, exchange, password } from './oauth-client.ts'
import {
  administrator,
  type RegisteredClient,
  redirectUri,
  registerClient,
  type ServedAuth,
  serveAuth,
} from './served-auth.ts'
import { arrive, type Opened, refresh, viewerOf } from './stories.ts'

let served: ServedAuth
let shop: RegisteredClient
let config: openid.Configuration
let ada: Opened
const email = 'ada@example.org'

beforeAll(async () => {
  served = await serveAuth()
  shop = await registerClient(served.auth)
  config = await discovered(served.url, shop)
  ada = await arrive(served.auth, email)
})

afterAll(() => served[Symbol.asyncDispose]())

/** What openid-client gets when Ada lets the shop in. */
async function tokensFor(browser = new FormBrowser(), from = config) {
  const asking = await ask(from)
  return exchange(from, asking, await allow(browser, asking, email))
}

function errorAt(url: string): unknown {
  const { searchParams } = new URL(url)
  return [searchParams.get('error'), searchParams.get('state'), searchParams.get('iss')]
}

describe('authorization code with PKCE, by openid-client', () => {
  it('gives tokens that say who it is and no more than was allowed', async () => {
    const tokens = await tokensFor()

    expect(tokens.claims()).toMatchObject({
      iss: served.url,
      aud: shop.id,
      sub: ada.user.id,
      email,
      email_verified: false,
      amr: ['pwd'],
      auth_time: expect.any(Number),
    })
    expect(tokens).toMatchObject({ scope: 'openid email offline_access chat:read' })
    expect(decodeJwt(tokens.access_token)).toMatchObject({
      sub: ada.user.id,
      client_id: shop.id,
      scope: 'openid email offline_access chat:read',
      roles: [],
      sid: expect.any(String),
    })
  })

  it('renews, introspects, reads the person and ends', async () => {
    const tokens = await tokensFor()
    const { access_token: first, refresh_token: spent = '' } = tokens
    const renewed = await openid.refreshTokenGrant(config, spent)
    const { access_token: token, refresh_token: next = '' } = renewed

    expect(next).not.toBe(spent)
    expect(await openid.tokenIntrospection(config, token)).toMatchObject({
      active: true,
      sub: ada.user.id,
      client_id: shop.id,
      scope: 'openid email offline_access chat:read',
      token_type: 'Bearer',
    })
    expect(await openid.tokenIntrospection(config, next)).toMatchObject({ active: true })
    expect(await openid.fetchUserInfo(config, token, ada.user.id)).toEqual({
      sub: ada.user.id,
      email,
      email_verified: false,
    })

    await openid.tokenRevocation(config, next)

    for (const ended of [first, token, next]) {
      expect(await openid.tokenIntrospection(config, ended)).toEqual({ active: false })
    }
    await expect(openid.fetchUserInfo(config, token, ada.user.id)).rejects.toThrow()
    await expect(openid.refreshTokenGrant(config, next)).rejects.toMatchObject({
      error: 'invalid_grant',
    })
  })

  it('narrows the scopes of an access token on request', async () => {
    const { refresh_token: token = '' } = await tokensFor()

    expect(await openid.refreshTokenGrant(config, token, { scope: 'chat:read' })).toMatchObject({
      scope: 'chat:read',
    })
  })

  it('works for a public client, which has no secret', async () => {
    const app = await registerClient(served.auth, { name: 'App', kind: 'PUBLIC' })
    const own = await discovered(served.url, app)
    const tokens = await tokensFor(new FormBrowser(), own)

    await openid.refreshTokenGrant(own, tokens.refresh_token ?? '')
    expect(app.secret).toBeUndefined()
    await expect(openid.tokenIntrospection(own, tokens.access_token)).rejects.toMatchObject({
      error: 'unauthorized_client',
    })
  })

  it('gives no refresh token to who does not ask to stay, and nothing that the client may not have', async () => {
    const asking = await ask(config, { scope: 'openid chat:write users:read' })
    const tokens = await exchange(config, asking, await allow(new FormBrowser(), asking, email))

    expect(tokens).toMatchObject({ scope: 'openid' })
    expect(tokens.refresh_token).toBeUndefined()
    expect(tokens.claims()).not.toHaveProperty('email')
  })
})

describe('a code', () => {
  it('works once; used again it takes what it gave', async () => {
    const asking = await ask(config)
    const backAt = await allow(new FormBrowser(), asking, email)
    const tokens = await exchange(config, asking, backAt)

    await expect(exchange(config, asking, backAt)).rejects.toMatchObject({ error: 'invalid_grant' })
    expect(await openid.tokenIntrospection(config, tokens.access_token)).toEqual({ active: false })
  })

  it('gives at most one of many callers something', async () => {
    const asking = await ask(config)
    const backAt = await allow(new FormBrowser(), asking, email)

    const outcomes = await Promise.allSettled(
      Array.from({ length: 10 }, () => exchange(config, asking, backAt)),
    )

    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
  })

  it('is worth nothing without its verifier, to another client, after a sign-out everywhere, or after a minute', async () => {
    const other = await discovered(served.url, await registerClient(served.auth))
    const asking = await ask(config)
    const backAt = await allow(new FormBrowser(), asking, email)
    const refused = { error: 'invalid_grant' }

    await expect(exchange(other, asking, backAt)).rejects.toMatchObject(refused)
    await expect(
      exchange(config, { ...asking, verifier: openid.randomPKCECodeVerifier() }, backAt),
    ).rejects.toMatchObject(refused)
    await expect(exchange(config, asking, backAt)).rejects.toMatchObject(refused)

    const elsewhere = await ask(config)
    const elsewhereAt = await allow(new FormBrowser(), elsewhere, email)
    await served.auth.answer('mutation { endOtherSessions { __typename } }', {
      viewer: viewerOf(ada),
    })
    await expect(exchange(config, elsewhere, elsewhereAt)).rejects.toMatchObject(refused)

    const late = await ask(config)
    const lateAt = await allow(new FormBrowser(), late, email)
    await served.auth.sql(`update authorization_codes set expires_at = now() where used_at is null`)
    await expect(exchange(config, late, lateAt)).rejects.toMatchObject(refused)
  })

  it('is stored as a hash only', async () => {
    const asking = await ask(config)
    const code = new URL(await allow(new FormBrowser(), asking, email)).searchParams.get('code')

    const rows = await served.auth.sql('select * from authorization_codes')
    expect(JSON.stringify(rows)).not.toContain(code)
  })
})

describe('a refresh token', () => {
  it('that is used again later ends its grant, and no other', async () => {
    const [one, two] = [await tokensFor(), await tokensFor()]
    const { refresh_token: stolen = '' } = one
    await openid.refreshTokenGrant(config, stolen)
    await served.auth.sql(
      `update refresh_tokens set rotated_at = rotated_at - interval '1 hour' where rotated_at is not null`,
    )

    await expect(openid.refreshTokenGrant(config, stolen)).rejects.toMatchObject({
      error: 'invalid_grant',
    })
    expect(await openid.tokenIntrospection(config, one.access_token)).toEqual({ active: false })
    expect(await openid.tokenIntrospection(config, two.access_token)).toMatchObject({
      active: true,
    })
  })

  it('that is used by many at once has one successor', async () => {
    const { refresh_token: token = '' } = await tokensFor()

    const renewed = await Promise.all(
      Array.from({ length: 20 }, () => openid.refreshTokenGrant(config, token)),
    )

    expect(new Set(renewed.map(({ refresh_token: next }) => next)).size).toBe(1)
  })

  it('is good for its own client and for nothing else', async () => {
    const { refresh_token: token = '' } = await tokensFor()
    const other = await discovered(served.url, await registerClient(served.auth))

    await expect(openid.refreshTokenGrant(other, token)).rejects.toMatchObject({
      error: 'invalid_grant',
    })
    expect(await refresh(served.auth, token)).toMatchObject({
      __typename: 'InvalidRefreshToken',
    })
    await openid.refreshTokenGrant(config, token)
  })
})

describe('the pages', () => {
  it('remember who is signed in and what was allowed', async () => {
    const browser = new FormBrowser()
    await tokensFor(browser)
    const asking = await ask(config)

    await browser.open(asking.url)
    expect(browser.url).toContain('code=')

    const more = await ask(config, { scope: 'openid', prompt: 'consent' })
    await browser.open(more.url)
    expect(browser.text).toContain('Let Shop window in?')
  })

  it('ask for the password again when the program wants that', async () => {
    const browser = new FormBrowser()
    await tokensFor(browser)

    await browser.open((await ask(config, { prompt: 'login' })).url)
    expect(browser.text).toContain('name="password"')
    await browser.submit({ step: 'sign-in', email, password })
    expect(browser.url).toContain('code=')
  })

  it('say no to who does not want, and to who must not be asked', async () => {
    const browser = new FormBrowser()
    const silent = await ask(config, { prompt: 'none' })
    await browser.open(silent.url)
    expect(errorAt(browser.url)).toEqual(['login_required', silent.state, served.url])

    const asking = await ask(config, { prompt: 'consent' })
    await browser.open(asking.url)
    await browser.submit({ step: 'sign-in', email, password })
    await browser.submit({ step: 'deny' })
    expect(errorAt(browser.url)).toEqual(['access_denied', asking.state, served.url])
  })

  it('let nobody in by a wrong password, and let nobody guess without end', async () => {
    await arrive(served.auth, 'guessed@example.org')
    const browser = new FormBrowser()
    await browser.open((await ask(config)).url)
    const guess = { step: 'sign-in', email: 'guessed@example.org', password: 'a wrong guess' }

    await browser.submit(guess)
    expect(browser.text).toContain('The address or the password is wrong.')
    for (let tries = 1; tries < 11; tries += 1) await browser.submit(guess)
    expect(browser.text).toContain('Too many attempts.')
  })

  it('can be framed by nobody, and their forms reach nothing but the client', async () => {
    const browser = new FormBrowser()
    await browser.open((await ask(config)).url)

    expect(browser.headers.get('content-security-policy')).toMatch(
      /^default-src 'none';.*form-action 'self' https:\/\/shop\.example;.*frame-ancestors 'none'$/,
    )
    expect(browser.headers.get('x-frame-options')).toBe('DENY')
    expect(browser.headers.get('set-cookie')).toMatch(/; HttpOnly; SameSite=Lax$/)
  })

  it('take no form that another page has made', async () => {
    const browser = new FormBrowser()
    await tokensFor(browser)
    const { url } = await ask(config, { prompt: 'consent' })
    await browser.open(url)
    const stranger = new FormBrowser()
    await stranger.open(url)
    const theirs = /name="form" value="([^"]*)"/.exec(stranger.text)?.[1] ?? ''

    for (const form of ['', theirs]) {
      await browser.open(url)
      await browser.submit({ form, step: 'allow' })
      expect(browser.status).toBe(400)
      expect(browser.text).toContain('did not come from our page')
    }
  })

  it('stay here when the client or its address is unknown', async () => {
    const browser = new FormBrowser()
    const wrong = [
      { redirect_uri: `${redirectUri}/` },
      { redirect_uri: `${redirectUri}?a=b` },
      { redirect_uri: 'https://thief.example/callback' },
      { client_id: '01890a5d-ac96-774b-bcce-b302099a8057' },
      { client_id: 'nonsense' },
    ]
    for (const parameters of wrong) {
      await browser.open((await ask(config, parameters)).url)
      expect(browser.status).toBe(400)
      expect(browser.text).toContain('You stay here.')
    }
  })

  it.each([
    [{ code_challenge_method: 'plain' }, 'invalid_request'],
    [{ code_challenge: 'short' }, 'invalid_request'],
    [{ response_type: 'token' }, 'unsupported_response_type'],
    [{ response_mode: 'fragment' }, 'invalid_request'],
    [{ scope: 'auth:manage' }, 'invalid_scope'],
    [{ prompt: 'none login' }, 'invalid_request'],
    [{ max_age: 'old' }, 'invalid_request'],
    [{ request: 'x' }, 'request_not_supported'],
  ])('answer %j with %s', async (parameters, error) => {
    const browser = new FormBrowser()
    const asking = await ask(config, parameters)
    await browser.open(asking.url)

    expect(errorAt(browser.url)).toEqual([error, asking.state, served.url])
  })
})

describe('whatever ends sessions', () => {
  it('ends what programs have: disconnecting', async () => {
    const browser = new FormBrowser()
    const tokens = await tokensFor(browser)
    const viewer = viewerOf(ada)
    const connected = '{ connectedApplications { id name scopes } }'
    expect(await served.auth.answer(connected, { viewer })).toMatchObject({
      connectedApplications: expect.arrayContaining([
        {
          id: shop.id,
          name: 'Shop window',
          scopes: ['chat:read', 'email', 'offline_access', 'openid'],
        },
      ]),
    })

    const disconnect = `mutation ($id: ID!) { disconnectApplication(input: { applicationId: $id }) {
      ... on ApplicationDisconnected { applicationId } } }`
    for (const id of [shop.id.toUpperCase(), shop.id]) {
      await served.auth.answer(disconnect, { viewer, variables: { id } })
    }

    expect(await openid.tokenIntrospection(config, tokens.access_token)).toEqual({ active: false })
    const { connectedApplications } = await served.auth.answer<{
      connectedApplications: { id: string }[]
    }>(connected, { viewer })
    expect(connectedApplications.map(({ id }) => id)).not.toContain(shop.id)
    await browser.open((await ask(config)).url)
    expect(browser.text).toContain('Let Shop window in?')
  })

  it('ends what programs have: a suspension, which the sign-in page says', async () => {
    const { user } = await arrive(served.auth, 'suspended@example.org')
    const browser = new FormBrowser()
    const asking = await ask(config)
    const backAt = await allow(browser, asking, 'suspended@example.org')
    const tokens = await exchange(config, asking, backAt)

    await served.auth.answer(
      `mutation ($userId: ID!) { suspendAccount(input: { userId: $userId, reason: "x" }) { __typename } }`,
      { viewer: administrator, variables: { userId: user.id } },
    )

    expect(await openid.tokenIntrospection(config, tokens.access_token)).toEqual({ active: false })
    await browser.open((await ask(config)).url)
    await browser.submit({ step: 'sign-in', email: 'suspended@example.org', password })
    expect(browser.text).toContain('This account is suspended.')
  })

  it('does not show them among the places where the person is signed in', async () => {
    const { user, ...session } = await arrive(served.auth, 'listed@example.org')
    const asking = await ask(config)
    await exchange(config, asking, await allow(new FormBrowser(), asking, 'listed@example.org'))

    const { sessions } = await served.auth.answer<{ sessions: unknown[] }>('{ sessions { id } }', {
      viewer: viewerOf({ user, ...session }),
    })
    // The one of the test and that of the browser.
    expect(sessions).toHaveLength(2)
  })
})
