import { aViewer } from '@gravity/shared/testing/a-viewer'
import { API_KEY_PATH } from '@gravity/shared/viewer/api-key'
import { createSessionDenyList } from '@gravity/shared/viewer/session-deny-list'
import { IDENTITY_HEADER } from '@gravity/shared/viewer/signed-identity'
import type { Viewer } from '@gravity/shared/viewer/viewer'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals'
import { administrator, registerClient, type ServedAuth, serveAuth } from './served-auth.ts'
import { arrive, asOpened, login, viewerOf } from './stories.ts'

let served: ServedAuth
let owner: Viewer
let people = 0

beforeAll(async () => {
  served = await serveAuth()
})
afterAll(() => served[Symbol.asyncDispose]())
beforeEach(async () => {
  people += 1
  owner = viewerOf(await arrive(served.auth, `owner${people}@example.org`))
})

interface Created {
  readonly __typename: string
  readonly key: string
  readonly apiKey: { readonly id: string; readonly visiblePart: string }
  readonly message?: string
}

async function create(
  input: Readonly<Record<string, unknown>> = {},
  viewer = owner,
): Promise<Created> {
  const data = await served.auth.answer<{ createApiKey: Created }>(
    `mutation ($input: CreateApiKeyInput!) { createApiKey(input: $input) {
      __typename ... on ApiKeyCreated { key apiKey { id visiblePart } } ... on Problem { message } } }`,
    { viewer, variables: { input: { name: 'Script', scopes: ['chat:read'], ...input } } },
  )
  return data.createApiKey
}

function revoke(apiKeyId: string, viewer = owner) {
  return served.auth.answer(
    'mutation ($input: RevokeApiKeyInput!) { revokeApiKey(input: $input) { __typename } }',
    { viewer, variables: { input: { apiKeyId } } },
  )
}

async function listOf(viewer = owner, clientId: string | null = null) {
  const data = await served.auth.answer<{ apiKeys: Record<string, unknown>[] }>(
    'query ($clientId: ID) { apiKeys(clientId: $clientId) { name visiblePart scopes expiresAt lastUsedAt } }',
    { viewer, variables: { clientId } },
  )
  return data.apiKeys
}

/** What the router is told. */
async function holderOf(key: string): Promise<Viewer | null> {
  const identity = { viewer: null, requestId: 'x', traceparent: '', clientAddress: null }
  const response = await fetch(`${served.url}${API_KEY_PATH}`, {
    method: 'POST',
    headers: { [IDENTITY_HEADER]: served.signer.sign(identity, 'auth') },
    body: key,
  })
  expect(response.status).toBe(200)
  const { viewer } = JSON.parse(await response.text())
  return viewer
}

describe('an API key', () => {
  it('stands for its owner, as far as its scopes go', async () => {
    const { apiKey, key } = await create()

    expect(key).toMatch(/^gravity_[a-z0-9]{8}_[A-Za-z0-9_-]{43}$/)
    expect(await holderOf(key)).toEqual({
      userId: owner.userId,
      sessionId: expect.any(String),
      scopes: ['chat:read'],
      expiresAt: expect.any(Number),
      clientId: apiKey.id,
    })
    expect(await holderOf(`${key.slice(0, -1)}${key.endsWith('A') ? 'B' : 'A'}`)).toBeNull()
    expect(await holderOf('nonsense')).toBeNull()
  })

  it('is listed without what makes it work, with its last use', async () => {
    const { apiKey, key } = await create({ expiresAt: '2100-01-01T00:00:00Z' })
    const listed = {
      name: 'Script',
      visiblePart: apiKey.visiblePart,
      scopes: ['chat:read'],
      expiresAt: '2100-01-01T00:00:00.000Z',
    }

    expect(await listOf()).toEqual([{ ...listed, lastUsedAt: null }])
    await holderOf(key)
    const [used] = await listOf()
    await holderOf(key)
    expect(used).toEqual({ ...listed, lastUsedAt: expect.any(String) })
    // Written at most once a minute.
    expect(await listOf()).toEqual([used])
    const rows = await served.auth.sql('select * from api_keys')
    expect(JSON.stringify(rows)).not.toContain(key.slice(-43))
  })

  it('is refused at once when it is revoked, and nobody else can do that', async () => {
    const { apiKey, key } = await create()
    const sessionId = (await holderOf(key))?.sessionId ?? ''

    await revoke(apiKey.id, aViewer())
    expect(await holderOf(key)).not.toBeNull()
    await revoke(apiKey.id.toUpperCase())
    await revoke(apiKey.id)

    expect(await holderOf(key)).toBeNull()
    expect(await isDenied(sessionId)).toBe(true)
    expect(await listOf()).toEqual([])
  })

  it('ends when its time is over', async () => {
    const { apiKey, key } = await create({ expiresAt: '2100-01-01T00:00:00Z' })
    await served.auth.sql('update api_keys set expires_at = now() where id = $1', [apiKey.id])

    expect(await holderOf(key)).toBeNull()
  })

  it('rests while its owner is suspended, and says afterwards what is true then', async () => {
    const { key } = await create()
    const before = await holderOf(key)
    const administer = (mutation: string) =>
      served.auth.answer(mutation, {
        viewer: administrator,
        variables: { userId: owner.userId },
      })

    await administer(
      'mutation ($userId: ID!) { suspendAccount(input: { userId: $userId, reason: "x" }) { __typename } }',
    )
    expect(await isDenied(before?.sessionId ?? '')).toBe(true)
    expect(await holderOf(key)).toBeNull()
    await administer(
      'mutation ($userId: ID!) { restoreAccount(input: { userId: $userId }) { __typename } }',
    )

    const after = await holderOf(key)
    expect(after).toMatchObject({ userId: owner.userId, scopes: ['chat:read'] })
    expect(after?.sessionId).not.toBe(before?.sessionId)
  })

  it('loses what its owner loses', async () => {
    const email = `owner${people}@example.org`
    const change = (mutation: string) =>
      served.auth.answer(
        `mutation ($userId: ID!) { ${mutation}(input: { userId: $userId, role: "admin" }) { __typename } }`,
        { viewer: administrator, variables: { userId: owner.userId } },
      )
    await change('assignRole')
    const promoted = viewerOf(asOpened(await login(served.auth, { email })))
    const { key } = await create({ scopes: ['auth:read', 'chat:read'] }, promoted)
    expect(await holderOf(key)).toMatchObject({ scopes: ['auth:read', 'chat:read'] })

    await change('removeRole')

    expect(await holderOf(key)).toMatchObject({ scopes: ['chat:read'] })
  })

  it('may belong to a service, for those who manage accounts', async () => {
    const { id: clientId } = await registerClient(served.auth, {
      kind: 'SERVICE',
      redirectUris: [],
      scopes: ['auth:read'],
    })
    const session = await login(served.auth, {
      email: 'admin@gravity.local',
      password: 'gravity-demo',
    })
    const admin = { ...viewerOf(asOpened(session)), scopes: ['auth:manage'] }

    const { apiKey, key } = await create({ clientId, scopes: ['auth:read'] }, admin)

    const holder = await holderOf(key)
    expect(holder).toMatchObject({ scopes: ['auth:read'], clientId: apiKey.id })
    expect(holder?.userId).not.toBe(admin.userId)
    expect(await listOf(admin, clientId)).toMatchObject([{ visiblePart: apiKey.visiblePart }])
    const { errors } = await served.auth.ask(
      'query ($clientId: ID) { apiKeys(clientId: $clientId) { id } }',
      { viewer: owner, variables: { clientId } },
    )
    expect(errors).toMatchObject([{ extensions: { code: 'FORBIDDEN' } }])
  })
})

describe('createApiKey', () => {
  it.each([
    [{ scopes: ['auth:manage'] }, 'The owner cannot give auth:manage to a key.'],
    [{ scopes: ['openid'] }, 'The owner cannot give openid to a key.'],
    [{ scopes: [] }, 'A key needs at least one scope.'],
    [{ name: ' ' }, '80 characters'],
    [{ expiresAt: '2001-01-01T00:00:00Z' }, 'This time is over already.'],
  ])('refuses %j', async (input, message) => {
    expect(await create(input)).toMatchObject({
      __typename: 'InvalidInput',
      message: expect.stringContaining(message),
    })
  })

  it('asks for a recent proof', async () => {
    await served.auth.sql(
      `update sessions set proved_at = proved_at - interval '1 day' where id = $1`,
      [owner.sessionId],
    )

    expect(await create()).toMatchObject({ __typename: 'StepUpRequired' })
  })

  it('is not for programs that act for the owner', async () => {
    const { errors } = await served.auth.ask(
      'mutation { createApiKey(input: { name: "x", scopes: ["chat:read"] }) { __typename } }',
      { viewer: { ...owner, clientId: 'program', scopes: ['auth:read', 'chat:write'] } },
    )
    expect(errors).toMatchObject([{ extensions: { code: 'FORBIDDEN' } }])
  })
})

describe('who a key stands for', () => {
  it('is told to routers only', async () => {
    const { key } = await create()
    const response = await fetch(`${served.url}${API_KEY_PATH}`, { method: 'POST', body: key })

    expect(response.status).toBe(401)
  })
})

async function isDenied(sessionId: string): Promise<boolean> {
  const denials = createSessionDenyList(served.auth.platform)
  const denied = await denials.isDenied(sessionId)
  await denials.close()
  return denied
}
