import { aViewer } from '@gravity/shared/testing/a-viewer'
import { createSessionDenyList } from '@gravity/shared/viewer/session-deny-list'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { decodeJwt } from 'jose'
import * as openid from 'openid-client'
import { discovered, password } from './oauth-client.ts'
import {
  administrator,
  type ClientFacts,
  type RegisteredClient,
  registerClient,
  type ServedAuth,
  serveAuth,
} from './served-auth.ts'
import { arrive } from './stories.ts'

let served: ServedAuth
beforeAll(async () => {
  served = await serveAuth({ GRAVITY_AUTH_PASSWORD_GRANT: 'on' })
})
afterAll(() => served[Symbol.asyncDispose]())

const service: ClientFacts = {
  name: 'Night job',
  kind: 'SERVICE',
  redirectUris: [],
  scopes: ['auth:read', 'chat:read'],
}

async function rotateSecret(clientId: string): Promise<string> {
  const data = await served.auth.answer<{ rotateOAuthClientSecret: { secret: string } }>(
    `mutation ($clientId: ID!) { rotateOAuthClientSecret(input: { clientId: $clientId }) {
      ... on OAuthClientRegistered { secret } } }`,
    { viewer: administrator, variables: { clientId } },
  )
  return data.rotateOAuthClientSecret.secret
}

function remove(clientId: string) {
  return served.auth.answer(
    'mutation ($clientId: ID!) { removeOAuthClient(input: { clientId: $clientId }) { __typename } }',
    { viewer: administrator, variables: { clientId } },
  )
}

describe('registerOAuthClient', () => {
  it.each([
    [{ redirectUris: [] }, 'Name 1 to 20 addresses.'],
    [{ redirectUris: ['http://shop.example/'] }, 'must begin with https:'],
    [{ redirectUris: ['https://shop.example/#x'] }, 'must not have a fragment'],
    [{ redirectUris: ['https://*.shop.example/'] }, 'must not have a fragment, credentials or wil'],
    [{ redirectUris: ['myapp:/callback'] }, 'a scheme such as com.example.app:'],
    [{ redirectUris: ['nonsense'] }, 'is not an address'],
    [{ scopes: ['moon:walk'] }, 'There is no scope moon:walk.'],
    [{ scopes: [] }, 'at least one scope'],
    [{ name: '' }, '80 characters'],
    [{ ...service, scopes: ['openid'] }, 'are for people'],
    [{ ...service, redirectUris: ['https://shop.example/'] }, 'sends no browser anywhere'],
  ])('refuses %j', async (facts, message) => {
    await expect(registerClient(served.auth, facts)).rejects.toThrow(message)
  })

  it.each(['http://127.0.0.1:7000/back', 'http://[::1]/back', 'com.example.app:/back'])(
    'takes %s',
    async (redirectUri) => {
      await registerClient(served.auth, { kind: 'PUBLIC', redirectUris: [redirectUri] })
    },
  )

  it('shows the secret once, lists the client, and writes down who did it', async () => {
    const { id, secret = '' } = await registerClient(served.auth)

    const { auditLog, oauthClients } = await served.auth.answer<{
      oauthClients: unknown
      auditLog: { nodes: { action: string; detail: string }[] }
    }>(
      '{ oauthClients(first: 1) { nodes { id kind redirectUris } } auditLog(first: 1) { nodes { action detail } } }',
      { viewer: administrator },
    )
    expect(oauthClients).toEqual({
      nodes: [{ id, kind: 'CONFIDENTIAL', redirectUris: ['https://shop.example/callback'] }],
    })
    expect(auditLog.nodes).toEqual([
      { action: 'oauth-client-registered', detail: `Shop window (${id})` },
    ])
    const rows = await served.auth.sql('select * from oauth_clients')
    expect(JSON.stringify(rows)).not.toContain(secret)
  })

  it('is for administrators', async () => {
    const { errors } = await served.auth.ask('{ oauthClients { nodes { id } } }', {
      viewer: aViewer(),
    })
    expect(errors).toMatchObject([{ extensions: { code: 'FORBIDDEN' } }])
  })
})

describe('client credentials', () => {
  it('give a service tokens of its own account, no wider than it asks for', async () => {
    const config = await discovered(served.url, await registerClient(served.auth, service))

    const wide = await openid.clientCredentialsGrant(config)
    const narrow = await openid.clientCredentialsGrant(config, { scope: 'chat:read' })

    expect(wide).toMatchObject({ scope: 'auth:read chat:read' })
    expect(wide.refresh_token).toBeUndefined()
    expect(decodeJwt(narrow.access_token)).toMatchObject({ scope: 'chat:read', roles: [] })
    expect(decodeJwt(narrow.access_token).sub).toBe(decodeJwt(wide.access_token).sub)
  })

  it('are refused with a wrong secret, and for a program that acts for people', async () => {
    const client = await registerClient(served.auth, service)
    const wrong = await discovered(served.url, { ...client, secret: 'a wrong guess' })
    await expect(openid.clientCredentialsGrant(wrong)).rejects.toMatchObject({
      error: 'invalid_client',
    })
    const shop = await discovered(served.url, await registerClient(served.auth))
    await expect(openid.clientCredentialsGrant(shop)).rejects.toMatchObject({
      error: 'unauthorized_client',
    })
  })

  it('may be sent in the form or in the header, but not in both', async () => {
    const { id, secret = '' } = await registerClient(served.auth, service)
    const credentials = { client_id: id, client_secret: secret }
    const basic = `Basic ${Buffer.from(`${id}:${secret}`).toString('base64')}`
    const send = async (form: Record<string, string>, headers: Record<string, string> = {}) => {
      const response = await fetch(`${served.url}/oauth/token`, {
        method: 'POST',
        body: new URLSearchParams({ grant_type: 'client_credentials', ...form }),
        headers,
      })
      return response.status
    }

    expect(await send(credentials)).toBe(200)
    expect(await send({}, { authorization: basic })).toBe(200)
    expect(await send(credentials, { authorization: basic })).toBe(400)
    expect(await send({})).toBe(400)
    const wrong = `Basic ${Buffer.from(`${id}:wrong`).toString('base64')}`
    expect(await send({}, { authorization: wrong })).toBe(401)
  })

  it('end with their secret, at once', async () => {
    const client = await registerClient(served.auth, service)
    const config = await discovered(served.url, client)
    const { access_token: before } = await openid.clientCredentialsGrant(config)
    const denials = createSessionDenyList(served.auth.platform)

    const secret = await rotateSecret(client.id)

    expect(await denials.isDenied(String(decodeJwt(before)['sid']))).toBe(true)
    await denials.close()
    await expect(openid.clientCredentialsGrant(config)).rejects.toMatchObject({
      error: 'invalid_client',
    })
    const renewed = await discovered(served.url, { ...client, secret })
    const { access_token: after } = await openid.clientCredentialsGrant(renewed)
    expect(await openid.tokenIntrospection(renewed, before)).toEqual({ active: false })
    expect(await openid.tokenIntrospection(renewed, after)).toMatchObject({ active: true })

    await remove(client.id)
    await remove(client.id)
    await expect(openid.clientCredentialsGrant(renewed)).rejects.toMatchObject({
      error: 'invalid_client',
    })
  })

  it('go on after a suspension when the service is restored', async () => {
    const config = await discovered(served.url, await registerClient(served.auth, service))
    const { access_token: before } = await openid.clientCredentialsGrant(config)
    const variables = { userId: decodeJwt(before).sub }
    const viewer = administrator

    await served.auth.answer(
      'mutation ($userId: ID!) { suspendAccount(input: { userId: $userId, reason: "x" }) { __typename } }',
      { viewer, variables },
    )
    await expect(openid.clientCredentialsGrant(config)).rejects.toMatchObject({
      error: 'unauthorized_client',
    })
    await served.auth.answer(
      'mutation ($userId: ID!) { restoreAccount(input: { userId: $userId }) { __typename } }',
      { viewer, variables },
    )

    const { access_token: after } = await openid.clientCredentialsGrant(config)
    expect(await openid.tokenIntrospection(config, before)).toEqual({ active: false })
    expect(await openid.tokenIntrospection(config, after)).toMatchObject({ active: true })
  })
})

describe('the password grant', () => {
  const credentials = { username: 'old@example.org', password, scope: 'openid chat:read' }
  const grant = (config: openid.Configuration) =>
    openid.genericGrantRequest(config, 'password', credentials)
  let legacy: RegisteredClient

  beforeAll(async () => {
    await arrive(served.auth, credentials.username)
    legacy = await registerClient(served.auth, { allowsPassword: true })
  })

  it('works where it is switched on, for the clients that it was allowed for', async () => {
    expect(await grant(await discovered(served.url, legacy))).toMatchObject({
      scope: 'openid chat:read',
    })
    const other = await discovered(served.url, await registerClient(served.auth))
    await expect(grant(other)).rejects.toMatchObject({ error: 'unauthorized_client' })
  })

  it('is off by default', async () => {
    await using usual = await serveAuth()
    const client = await registerClient(usual.auth, { allowsPassword: true })

    await expect(grant(await discovered(usual.url, client))).rejects.toMatchObject({
      error: 'unsupported_grant_type',
    })
  })
})

describe('guesses at secrets', () => {
  it('are refused after some hundreds, and the address may ask again later', async () => {
    await using guessed = await serveAuth()
    const guess = () =>
      fetch(`${guessed.url}/oauth/token`, {
        method: 'POST',
        body: new URLSearchParams({ grant_type: 'client_credentials', client_id: 'x' }),
      })
    for (let tries = 0; tries < 300; tries += 1) expect((await guess()).status).toBe(400)

    const refused = await guess()
    expect(refused.status).toBe(429)
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(800)
  })
})
