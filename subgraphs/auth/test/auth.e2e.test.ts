import { demoPassword } from '@gravity/shared/demo/demo-people'
import { aViewer } from '@gravity/shared/testing/a-viewer'
import { openTestSubgraph, type TestSubgraph } from '@gravity/shared/testing/open-test-subgraph'
import { createTestPlatform } from '@gravity/shared/testing/test-platform'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { createLocalJWKSet, decodeProtectedHeader, type JSONWebKeySet, jwtVerify } from 'jose'
import { createSubgraph } from '../src/subgraph.ts'
import { login, type Opened, refresh, register } from './stories.ts'

let auth: TestSubgraph

beforeAll(async () => {
  auth = await openTestSubgraph(createSubgraph)
})

afterAll(() => auth[Symbol.asyncDispose]())

async function publishedKeys(): Promise<JSONWebKeySet> {
  const [route] = auth.subgraph.routes
  const response = await route?.handle({
    path: route.path,
    headers: {},
    query: new URLSearchParams(),
    body: '',
    identity: { viewer: null, requestId: 'test', traceparent: '', clientAddress: null },
  })
  return JSON.parse(response?.body ?? '')
}

async function verified(accessToken: string) {
  const keys = createLocalJWKSet(await publishedKeys())
  return jwtVerify(accessToken, keys, { issuer: 'gravity', audience: 'gravity', typ: 'at+jwt' })
}

async function opened(result: Promise<{ __typename: string }>): Promise<Opened> {
  const session = await result
  expect(session).toMatchObject({ __typename: 'Session' })
  return session as Opened
}

describe('register', () => {
  it('opens a session for the new account', async () => {
    const session = await opened(register(auth, { email: 'First@Example.org' }))

    const { payload, protectedHeader } = await verified(session.accessToken)
    expect(payload).toMatchObject({ sub: session.user.id, roles: ['customer'], scope: '' })
    expect(protectedHeader.alg).toBe('EdDSA')
    expect(Date.parse(session.accessTokenExpiresAt)).toBe((payload.exp ?? 0) * 1_000)
  })

  it('refuses an address that is taken, whatever its case', async () => {
    await opened(register(auth, { email: 'taken@example.org' }))

    await expect(register(auth, { email: 'TAKEN@example.org' })).resolves.toMatchObject({
      __typename: 'EmailTaken',
      code: 'EMAIL_TAKEN',
    })
  })

  it('makes one account of two registrations at once', async () => {
    const results = await Promise.all(
      Array.from({ length: 4 }, () => register(auth, { email: 'race@example.org' })),
    )

    expect(results.filter(({ __typename }) => __typename === 'Session')).toHaveLength(1)
  })

  it.each([
    ['email', { email: 'not an address' }],
    ['email', { email: `${'a'.repeat(250)}@example.org` }],
    ['password', { password: 'short' }],
    ['password', { password: 'x'.repeat(129) }],
    ['displayName', { displayName: ' ' }],
  ])('names the field %s when it is refused', async (field, input) => {
    await expect(register(auth, input)).resolves.toMatchObject({
      __typename: 'InvalidInput',
      code: 'INVALID_INPUT',
      field,
    })
  })

  it('tells the other services in the same transaction', async () => {
    const session = await opened(register(auth, { email: 'event@example.org', displayName: 'Eve' }))

    const events = await auth.sql<{ payload: object }>(
      `select payload from outbox where name = 'auth.user-registered.v1' and aggregate_id = $1`,
      [session.user.id],
    )
    expect(events).toMatchObject([{ payload: { email: 'event@example.org', displayName: 'Eve' } }])
  })
})

describe('login', () => {
  it('opens a session with the right password', async () => {
    const registered = await opened(register(auth, { email: 'login@example.org' }))

    const session = await opened(login(auth, { email: ' Login@example.org ' }))

    expect(session.user.id).toBe(registered.user.id)
    expect(session.refreshToken).not.toBe(registered.refreshToken)
  })

  it('gives one answer for a wrong password and an unknown address', async () => {
    await opened(register(auth, { email: 'wrong@example.org' }))

    const wrong = await login(auth, { email: 'wrong@example.org', password: 'not the password' })
    const unknown = await login(auth, { email: 'nobody@example.org' })

    expect(wrong).toMatchObject({ __typename: 'InvalidCredentials' })
    expect(unknown).toEqual(wrong)
  })

  it('asks to wait after ten failures, and forgets them when one succeeds', async () => {
    const email = 'guessed@example.org'
    await opened(register(auth, { email }))
    const guess = () => login(auth, { email, password: 'a wrong guess' })

    for (let failure = 0; failure < 9; failure += 1) await guess()
    await opened(login(auth, { email }))
    for (let failure = 0; failure < 10; failure += 1) {
      expect(await guess()).toMatchObject({ __typename: 'InvalidCredentials' })
    }

    expect(await guess()).toMatchObject({
      __typename: 'TooManyAttempts',
      code: 'TOO_MANY_ATTEMPTS',
    })
    expect(await login(auth, { email })).toMatchObject({ __typename: 'TooManyAttempts' })
  })
})

describe('refreshSession', () => {
  it('exchanges a refresh token for new tokens of the same session', async () => {
    const first = await opened(register(auth))

    const second = await opened(refresh(auth, first.refreshToken))

    const [before, after] = await Promise.all([first, second].map((s) => verified(s.accessToken)))
    expect(after?.payload['sid']).toBe(before?.payload['sid'])
    expect(second.refreshToken).not.toBe(first.refreshToken)
  })

  it('serves many at once although the view of the keys has grown old', async () => {
    await using platform = await createTestPlatform()
    await using other = await openTestSubgraph(createSubgraph, { platform })
    const sessions = await Promise.all(
      Array.from({ length: 40 }, (_, index) =>
        opened(register(other, { email: `rush${index}@example.org` })),
      ),
    )

    platform.clock.advance(5 * 60_000)
    const results = await Promise.all(
      sessions.map(({ refreshToken }) => refresh(other, refreshToken)),
    )

    expect(results.map(({ __typename }) => __typename)).toEqual(sessions.map(() => 'Session'))
  })

  it.each(['', 'nonsense', '🙈'])('refuses %j', async (token) => {
    expect(await refresh(auth, token)).toMatchObject({ __typename: 'InvalidRefreshToken' })
  })
})

describe('logout', () => {
  const logout = 'mutation { logout { __typename ... on LoggedOut { sessionId } } }'

  it('ends the session at once, for its tokens and its refresh token', async () => {
    const session = await opened(register(auth))
    const { payload } = await verified(session.accessToken)
    const viewer = aViewer({ userId: session.user.id, sessionId: String(payload['sid']) })

    const data = await auth.answer(logout, { viewer })

    expect(data).toEqual({ logout: { __typename: 'LoggedOut', sessionId: viewer.sessionId } })
    expect(await refresh(auth, session.refreshToken)).toMatchObject({
      __typename: 'InvalidRefreshToken',
    })
    expect(await auth.answer(logout, { viewer })).toEqual(data)
  })

  it('is not for the anonymous', async () => {
    const { errors } = await auth.ask(logout, { viewer: null })

    expect(errors?.[0]?.extensions?.['code']).toBe('UNAUTHENTICATED')
  })
})

describe('User', () => {
  const entity = `query ($id: ID!) {
    _entities(representations: [{ __typename: "User", id: $id }]) { ... on User { email roles } }
  }`

  it('shows the address to the person and to staff only', async () => {
    const { user } = await opened(register(auth, { email: 'private@example.org' }))
    const variables = { id: user.id }
    const seenBy = (viewer: ReturnType<typeof aViewer> | null) =>
      auth.answer(entity, { variables, viewer })

    const visible = { _entities: [{ email: 'private@example.org', roles: ['customer'] }] }
    const hidden = { _entities: [{ email: null, roles: null }] }
    expect(await seenBy(aViewer({ userId: user.id }))).toEqual(visible)
    expect(await seenBy(aViewer({ scopes: ['auth:read'] }))).toEqual(visible)
    expect(await seenBy(aViewer())).toEqual(hidden)
    expect(await seenBy(null)).toEqual(hidden)
  })
})

describe('the key set', () => {
  it('holds public keys only', async () => {
    const { keys } = await publishedKeys()

    expect(keys).toHaveLength(1)
    expect(keys[0]).toMatchObject({ kty: 'OKP', crv: 'Ed25519', alg: 'EdDSA', use: 'sig' })
    expect(keys[0]).not.toHaveProperty('d')
    const { accessToken } = await opened(register(auth))
    expect(decodeProtectedHeader(accessToken).kid).toBe(keys[0]?.kid)
  })
})

describe('the demo data', () => {
  it('lets the demo accounts sign in with their roles', async () => {
    await using demo = await openTestSubgraph(createSubgraph, { seed: 'demo' })

    const admin = await opened(
      login(demo, { email: 'admin@gravity.local', password: demoPassword }),
    )

    const [, claims = ''] = admin.accessToken.split('.')
    expect(JSON.parse(Buffer.from(claims, 'base64url').toString())).toMatchObject({
      roles: ['admin'],
      scope: expect.stringContaining('auth:manage'),
    })
  })
})
