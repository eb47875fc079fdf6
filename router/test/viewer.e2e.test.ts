import { createMemoryCache } from '@gravity/shared/cache/memory-cache'
import { createMemoryPubSub } from '@gravity/shared/pubsub/memory-pubsub'
import { TestClock } from '@gravity/shared/testing/test-clock'
import { createSessionDenyList } from '@gravity/shared/viewer/session-deny-list'
import { describe, expect, it } from '@jest/globals'
import { keysFromRoute, keysFromUrl } from '../src/viewer/key-source.ts'
import { type RunningRouter, type RunningRouterOptions, startRouter } from './running-router.ts'
import { createTestKey, TestKeySource } from './test-tokens.ts'

const query = '{ me { id requestId clientAddress } }'

async function askWith(router: RunningRouter, token: string, headers = {}): Promise<unknown> {
  const response = await router.post({ query }, { authorization: `Bearer ${token}`, ...headers })
  const body = JSON.parse(await response.text())
  return body.errors?.[0].message ?? body.data.me
}

async function startWithKeys(options: RunningRouterOptions = {}) {
  const [key, nextKey] = await Promise.all([createTestKey(), createTestKey()])
  const source = new TestKeySource(key)
  const clock = new TestClock()
  const router = await startRouter({
    keySource: source.read,
    now: () => clock.now(),
    ...options,
  })
  return { key, nextKey, source, clock, router }
}

const somebody = expect.objectContaining({ id: 'user-1' })

describe('the viewer of a request', () => {
  it('is nobody without a token', async () => {
    const { router } = await startWithKeys()
    await using _ = router

    const response = await router.post({ query })

    expect(await response.json()).toEqual({ data: { me: null } })
  })

  it('is who the token names, with the request id and the address', async () => {
    const { router, key } = await startWithKeys({ config: { trustedProxies: ['127.0.0.0/8'] } })
    await using _ = router

    const me = await askWith(router, await key.sign({ userId: 'user-7' }), {
      'x-request-id': 'mine-2',
      'x-forwarded-for': '203.0.113.7',
    })

    expect(me).toEqual({ id: 'user-7', requestId: 'mine-2', clientAddress: '203.0.113.7' })
  })

  it('is whom somebody else acts as, when the token says so', async () => {
    const { router, key } = await startWithKeys()
    await using _ = router
    const token = await key.sign({ userId: 'user-7', claims: { act: { sub: 'admin-1' } } })

    const response = await router.post(
      { query: '{ me { id impersonatedBy } }' },
      { authorization: `Bearer ${token}` },
    )

    expect(await response.json()).toEqual({
      data: { me: { id: 'user-7', impersonatedBy: 'admin-1' } },
    })
  })

  it('is told what is wrong with the token', async () => {
    const { router, key, nextKey } = await startWithKeys()
    await using _ = router
    const expired = await key.sign({ expiresAt: new Date(Date.now() - 1_000) })

    expect(await askWith(router, expired)).toMatch(/has expired/)
    expect(await askWith(router, await nextKey.sign())).toMatch(/unknown key/)
    expect(await askWith(router, 'a.b.c')).toMatch(/malformed/)
    expect(await askWith(router, 'a b')).toMatch(/malformed/)
    expect(await askWith(router, await key.sign({ audience: 'other' }))).toMatch(/not valid here/)
    expect(await askWith(router, await key.sign({ issuer: 'other' }))).toMatch(/not valid here/)
    expect(await askWith(router, await key.sign({ typ: 'JWT' }))).toMatch(/not valid here/)
    expect(await askWith(router, await key.sign({ claims: { sid: 5 } }))).toMatch(/not valid here/)
  })

  it('is challenged for a better token', async () => {
    const { router } = await startWithKeys()
    await using _ = router

    const response = await router.post({ query }, { authorization: 'Bearer nonsense' })

    expect(response.status).toBe(401)
    expect(response.headers.get('www-authenticate')).toBe('Bearer error="invalid_token"')
  })

  it('stops being believed when a remembered token expires', async () => {
    const { router, key, clock } = await startWithKeys()
    await using _ = router
    const token = await key.sign()

    expect(await askWith(router, token)).toEqual(somebody)
    clock.advance(601_000)

    expect(await askWith(router, token)).toMatch(/has expired/)
  })

  it('stops being believed when the session is denied', async () => {
    const sessions = createSessionDenyList({
      cache: createMemoryCache(),
      pubsub: createMemoryPubSub(),
    })
    const { router, key } = await startWithKeys({ sessions })
    await using _ = router
    const token = await key.sign({ sessionId: 'session-9' })

    expect(await askWith(router, token)).toEqual(somebody)
    await sessions.deny('session-9', 600)

    expect(await askWith(router, token)).toMatch(/session has ended/)
    await sessions.close()
  })

  it('has no token to give to a router without keys', async () => {
    await using router = await startRouter()
    const key = await createTestKey()

    expect(await askWith(router, await key.sign())).toMatch(/verifies no access tokens/)
  })
})

describe('the key set', () => {
  it('is asked once for many tokens, and again for a new key', async () => {
    const { router, key, nextKey, source, clock } = await startWithKeys()
    await using _ = router
    await Promise.all(
      [key.sign(), key.sign({ userId: 'user-2' })].map(async (token) =>
        askWith(router, await token),
      ),
    )
    expect(source.asked).toBe(1)

    source.keys = [key, nextKey]
    clock.advance(11_000)

    expect(await askWith(router, await nextKey.sign())).toEqual(somebody)
    expect(source.asked).toBe(2)
  })

  it('is not asked for every unknown key of a stranger', async () => {
    const { router, key, nextKey, source } = await startWithKeys()
    await using _ = router
    await askWith(router, await key.sign())

    for (let attempt = 0; attempt < 5; attempt += 1) await askWith(router, await nextKey.sign())

    expect(source.asked).toBe(1)
  })

  it('takes the tokens of a withdrawn key with it', async () => {
    const { router, key, nextKey, source, clock } = await startWithKeys()
    await using _ = router
    const token = await key.sign()
    await askWith(router, token)

    source.keys = [nextKey]
    clock.advance(11_000)
    await askWith(router, await nextKey.sign())

    expect(await askWith(router, token)).toMatch(/unknown key/)
  })

  it('goes on being used while its source is away', async () => {
    const { router, key, source, clock } = await startWithKeys()
    await using _ = router
    await askWith(router, await key.sign())

    source.away = true
    clock.advance(400_000)

    const later = await key.sign({ expiresAt: new Date(clock.now().getTime() + 60_000) })
    expect(await askWith(router, later)).toEqual(somebody)
  })

  it('answers 503 when it was never had', async () => {
    const { router, key, source } = await startWithKeys()
    await using _ = router
    source.away = true

    const response = await router.post({ query }, { authorization: `Bearer ${await key.sign()}` })

    expect(response.status).toBe(503)
    expect(await response.json()).toMatchObject({
      errors: [{ extensions: { code: 'SUBGRAPH_UNAVAILABLE' } }],
    })
  })

  it('is read from a route in the process, and over HTTP from where the router publishes it', async () => {
    const key = await createTestKey()
    const route = new TestKeySource(key).route()
    await using owner = await startRouter({ keySource: keysFromRoute(route), routes: [route] })
    await using other = await startRouter({ keySource: keysFromUrl(`${owner.url}${route.path}`) })

    const token = await key.sign()

    expect(await askWith(owner, token)).toEqual(somebody)
    expect(await askWith(other, token)).toEqual(somebody)
  })
})

describe('the rate of requests', () => {
  it('is limited by address without a viewer, and says when to try again', async () => {
    await using router = await startRouter({
      config: { requestRates: { perViewer: 0, perAddress: 2 } },
    })
    await router.post({ query })
    await router.post({ query })

    const response = await router.post({ query })

    expect(response.status).toBe(429)
    expect(Number(response.headers.get('retry-after'))).toBeGreaterThan(0)
    expect(await response.json()).toMatchObject({
      errors: [{ extensions: { code: 'RATE_LIMITED', retryAfterSeconds: expect.any(Number) } }],
    })
  })

  it('is counted for each viewer by itself', async () => {
    const { router, key } = await startWithKeys({
      config: { requestRates: { perViewer: 1, perAddress: 0 } },
    })
    await using _ = router
    const [one, other] = await Promise.all([key.sign({ userId: '1' }), key.sign({ userId: '2' })])

    expect(await askWith(router, one)).toMatchObject({ id: '1' })
    expect(await askWith(router, one)).toMatch(/Too many requests/)
    expect(await askWith(router, other)).toMatchObject({ id: '2' })
  })

  it('limits the guessing of tokens by address', async () => {
    const { router } = await startWithKeys({
      config: { requestRates: { perViewer: 0, perAddress: 1 } },
    })
    await using _ = router

    expect(await askWith(router, 'guess-1')).toMatch(/malformed/)
    expect(await askWith(router, 'guess-2')).toMatch(/Too many requests/)
  })
})
