import { FormBrowser } from '@gravity/shared/testing/form-browser'
import { testRedisUrl } from '@gravity/shared/testing/test-database'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { createClient } from 'graphql-ws'
import * as openid from 'openid-client'
import WebSocket from 'ws'
import { arrives, listens, type Person, post } from './person.ts'
import { type RunningGravity, startAsManyProcesses, startAsOneProcess } from './running-gravity.ts'

const redirectUri = 'https://shop.example/callback'
const demo = { email: 'alice@gravity.local', password: 'gravity-demo' }

/** Asks the graph with a token; the data, or the code of the first error. */
async function ask(url: string, token: string, query: string): Promise<unknown> {
  const { data, errors } = await post(url, { query }, { authorization: `Bearer ${token}` })
  return errors?.[0]?.extensions.code ?? data
}

async function signIn(url: string, credentials: typeof demo): Promise<string> {
  const { data } = await post<{ login: { accessToken: string } }>(url, {
    query: `mutation ($input: LoginInput!) { login(input: $input) { ... on Session { accessToken } } }`,
    variables: { input: credentials },
  })
  return data.login.accessToken
}

/** An administrator registers a program, which finds everything else out by itself. */
async function register(url: string, facts: string): Promise<openid.Configuration> {
  const admin = await signIn(url, { ...demo, email: 'admin@gravity.local' })
  const { data } = await post<{
    registerOAuthClient: { client: { id: string }; secret: string }
  }>(
    url,
    {
      query: `mutation { registerOAuthClient(input: { ${facts} }) {
        ... on OAuthClientRegistered { client { id } secret } } }`,
    },
    { authorization: `Bearer ${admin}` },
  )
  const { client, secret } = data.registerOAuthClient
  return openid.discovery(new URL(url), client.id, secret, undefined, {
    execute: [openid.allowInsecureRequests],
  })
}

/** Alice lets the program in, with a browser, at the pages of the platform. */
async function letIn(config: openid.Configuration, scope: string) {
  const verifier = openid.randomPKCECodeVerifier()
  const expectedState = openid.randomState()
  const { href } = openid.buildAuthorizationUrl(config, {
    redirect_uri: redirectUri,
    scope,
    code_challenge: await openid.calculatePKCECodeChallenge(verifier),
    code_challenge_method: 'S256',
    state: expectedState,
  })
  const browser = new FormBrowser()
  await browser.open(href)
  await browser.submit({ step: 'sign-in', ...demo })
  if (!browser.url.startsWith(redirectUri)) await browser.submit({ step: 'allow' })
  const checks = { pkceCodeVerifier: verifier, expectedState }
  return openid.authorizationCodeGrant(config, new URL(browser.url), checks)
}

function programs(start: () => Promise<RunningGravity | undefined>): void {
  let gravity: RunningGravity
  beforeAll(async () => {
    const started = await start()
    if (!started) throw new Error('There is no Redis.')
    gravity = started
  }, 120_000)
  afterAll(() => gravity?.stop(), 60_000)

  it('act for people as far as these have allowed it, and no further', async () => {
    const scopes = '["openid", "email", "offline_access", "users:read", "chat:read"]'
    const facts = `name: "Shop window", kind: CONFIDENTIAL, redirectUris: ["${redirectUri}"], scopes: ${scopes}`
    const config = await register(gravity.url, facts)
    const granted = await letIn(config, 'openid email offline_access users:read chat:read')
    const { access_token: token, refresh_token: refreshToken = '' } = granted
    const userId = granted.claims()?.sub ?? ''
    const read = (query: string, by = token) => ask(gravity.url, by, query)

    expect(await read('{ me { id email } }')).toEqual({ me: { id: userId, email: demo.email } })
    expect(await read('{ rooms(first: 1) { nodes { id } } }')).toHaveProperty('rooms')
    expect(await read('mutation { updateProfile(input: {}) { __typename } }')).toBe('FORBIDDEN')
    expect(await read('mutation { logoutEverywhere { __typename } }')).toBe('FORBIDDEN')
    expect(await read('{ sessions { id } }')).toBe('FORBIDDEN')
    expect(await read('{ accounts { nodes { id } } }')).toBe('FORBIDDEN')

    const narrow = await openid.refreshTokenGrant(config, refreshToken, { scope: 'chat:read' })
    expect(await read('{ me { id } }', narrow.access_token)).toEqual({ me: null })
    expect(await openid.fetchUserInfo(config, token, userId)).toMatchObject({ email: demo.email })
    expect(await openid.tokenIntrospection(config, token)).toMatchObject({ active: true })

    await openid.tokenRevocation(config, narrow.refresh_token ?? '')
    expect(await read('{ me { id } }')).toBe('UNAUTHENTICATED')
  })

  it('act for themselves as services', async () => {
    const facts = 'name: "Night job", kind: SERVICE, scopes: ["auth:read"]'
    const config = await register(gravity.url, facts)
    const { access_token: token } = await openid.clientCredentialsGrant(config)

    expect(await ask(gravity.url, token, '{ accounts(first: 1) { nodes { email } } }')).toEqual({
      accounts: { nodes: [expect.anything()] },
    })
    expect(
      await ask(gravity.url, token, '{ auditLog { nodes { id } } rooms { nodes { id } } }'),
    ).toBe('FORBIDDEN')
  })

  it('act by a key until it is revoked, sockets included', async () => {
    const ada = await arrives(gravity.url, 'Ada Key')
    const { key, id } = await createKey(ada)
    const { data } = await ada.ask<{ createRoom: { id: string } }>(
      `mutation { createRoom(input: { name: "Robots", memberIds: [] }) { ... on Room { id } } }`,
    )
    const socket = createClient({
      url: `${gravity.url.replace('http', 'ws')}/graphql`,
      webSocketImpl: WebSocket,
      connectionParams: { authorization: `Bearer ${key}` },
      retryAttempts: 0,
    })
    const listening = listens(
      socket,
      'subscription ($roomId: ID!) { messageAdded(roomId: $roomId) { body } }',
      { roomId: data.createRoom.id },
    )
    const rooms = '{ rooms { nodes { name } } }'
    expect(await ask(gravity.url, key, rooms)).toEqual({ rooms: { nodes: [{ name: 'Robots' }] } })

    await ada.ask(
      `mutation { revokeApiKey(input: { apiKeyId: "${id}" }) { ... on ApiKeyRevoked { apiKeyId } } }`,
    )

    expect(await ask(gravity.url, key, rooms)).toBe('UNAUTHENTICATED')
    await listening.ended
    await socket.dispose()
  })
}

async function createKey(person: Person): Promise<{ readonly key: string; readonly id: string }> {
  const { data } = await person.ask<{ createApiKey: { key: string; apiKey: { id: string } } }>(
    `mutation { createApiKey(input: { name: "Robot", scopes: ["chat:read"] }) {
      ... on ApiKeyCreated { key apiKey { id } } ... on Problem { message } } }`,
  )
  const { apiKey, key } = data.createApiKey
  return { key, id: apiKey.id }
}

const env = { GRAVITY_SEED: 'demo' }

describe('programs, in one process', () => programs(() => startAsOneProcess({ env })))
if (testRedisUrl() !== undefined) {
  describe('programs, in many processes', () => programs(() => startAsManyProcesses({ env })))
}
