import { createSubgraph as createAuth } from '@gravity/auth/subgraph'
import { readRouterConfig } from '@gravity/router/config'
import { openRouter } from '@gravity/router/open-router'
import { createMemoryClient } from '@gravity/router/subgraphs/memory-client'
import { composedSource } from '@gravity/router/supergraph/composed-source'
import { KEY_SET_PATH, keysFromUrl } from '@gravity/router/viewer/key-source'
import { invariant } from '@gravity/shared/errors/invariant'
import type { Subgraph } from '@gravity/shared/server/subgraph'
import { createTestPlatform, type TestPlatform } from '@gravity/shared/testing/test-platform'
import { createSubgraph as createUsers } from '@gravity/users/subgraph'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { decodeProtectedHeader } from 'jose'
import { post, type Tokens } from './person.ts'

const minuteMs = 60_000
const keyLifeMs = 7 * 24 * 60 * minuteMs
const announcementMs = 15 * minuteMs

let platform: TestPlatform
let subgraphs: Subgraph[]
let url: string
const closing = new AsyncDisposableStack()

/** Opens one router in front of subgraphs of this process; it fetches the keys where everybody else finds them. */
async function serve(): Promise<string> {
  const [auth] = subgraphs
  const clients = new Map(
    subgraphs.map((one) => [one.name, createMemoryClient(one, { log: platform.log })]),
  )
  let own = ''
  const router = await openRouter({
    config: readRouterConfig({ NODE_ENV: 'test', PORT: '0' }),
    source: composedSource(subgraphs),
    openClient(name) {
      const client = clients.get(name)
      invariant(client, `the subgraph ${name} is open`)
      return client
    },
    rateLimits: platform.rateLimits,
    keySource: () => keysFromUrl(`${own}${KEY_SET_PATH}`)(),
    routes: auth?.routes ?? [],
    now: () => platform.now(),
    log: platform.log,
  })
  closing.defer(() => router.stop())
  own = await router.start()
  return own
}

beforeAll(async () => {
  platform = closing.use(await createTestPlatform())
  subgraphs = await Promise.all([createAuth(platform), createUsers(platform)])
  for (const subgraph of subgraphs) {
    await subgraph.start()
    closing.defer(() => subgraph.stop())
  }
  url = await serve()
}, 60_000)

afterAll(() => closing.disposeAsync())

/** As when another process of auth starts: it announces the next key when that is due, and takes spent ones away. */
async function anotherAuthStarts(): Promise<void> {
  const other = await createAuth(platform)
  await other.stop()
}

async function publishedKeys(): Promise<string[]> {
  const response = await fetch(`${url}${KEY_SET_PATH}`)
  const { keys } = JSON.parse(await response.text())
  return keys.map(({ kid }: { kid: string }) => kid)
}

async function opened(document: string, input: object): Promise<Tokens & { readonly kid: string }> {
  const { data } = await post<{ opened: Tokens }>(url, { query: document, variables: { input } })
  const { accessToken, refreshToken } = data.opened
  return { accessToken, refreshToken, kid: String(decodeProtectedHeader(accessToken).kid) }
}

function arrive(): Promise<Tokens & { readonly kid: string }> {
  return opened(
    'mutation ($input: RegisterInput!) { opened: register(input: $input) { ... on Session { accessToken refreshToken } } }',
    { email: 'keys@example.org', password: 'correct horse battery', displayName: 'Ada Keys' },
  )
}

function renew({ refreshToken }: Tokens): Promise<Tokens & { readonly kid: string }> {
  return opened(
    'mutation ($input: RefreshSessionInput!) { opened: refreshSession(input: $input) { ... on Session { accessToken refreshToken } } }',
    { refreshToken },
  )
}

/** The code with which a token is refused; undefined when it is good. */
async function refusalOf({ accessToken }: Tokens): Promise<string | undefined> {
  const headers = { authorization: `Bearer ${accessToken}` }
  const { errors } = await post(url, { query: '{ sessions { id } }' }, headers)
  return errors?.[0]?.extensions.code
}

describe('a rotation of the signing keys', () => {
  it('refuses no token before its time', async () => {
    const first = await arrive()
    expect(await refusalOf(first)).toBeUndefined()

    // The next key is published before it signs.
    platform.clock.advance(keyLifeMs - announcementMs)
    await anotherAuthStarts()
    platform.clock.advance(2 * minuteMs)
    const announced = await renew(first)
    const keys = await publishedKeys()
    expect(keys).toHaveLength(2)
    expect(announced.kid).toBe(first.kid)
    expect(await refusalOf(announced)).toBeUndefined()

    // Just before the new key takes over, and just after.
    platform.clock.advance(announcementMs - 4 * minuteMs)
    const last = await renew(announced)
    expect(last.kid).toBe(first.kid)
    platform.clock.advance(3 * minuteMs)
    const next = await renew(last)
    expect(next.kid).not.toBe(first.kid)
    expect(keys).toContain(next.kid)
    expect(await refusalOf(next)).toBeUndefined()
    expect(await refusalOf(last)).toBeUndefined()

    // The old key is withdrawn when its last token has ended, and no sooner.
    platform.clock.advance(8 * minuteMs)
    await anotherAuthStarts()
    expect(await publishedKeys()).toContain(first.kid)
    expect(await refusalOf(last)).toBe('UNAUTHENTICATED')
    platform.clock.advance(30 * minuteMs)
    await anotherAuthStarts()
    const later = await renew(next)
    platform.clock.advance(2 * minuteMs)
    expect(await publishedKeys()).toEqual([next.kid])
    expect(await refusalOf(later)).toBeUndefined()
  }, 60_000)
})
