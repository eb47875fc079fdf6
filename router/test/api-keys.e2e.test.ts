import { createMemoryCache } from '@gravity/shared/cache/memory-cache'
import { createMemoryPubSub } from '@gravity/shared/pubsub/memory-pubsub'
import { silentLog } from '@gravity/shared/testing/silent-log'
import {
  createSessionDenyList,
  type SessionDenyList,
} from '@gravity/shared/viewer/session-deny-list'
import type { Viewer } from '@gravity/shared/viewer/viewer'
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { type RunningRouter, startRouter } from './running-router.ts'

const key = `gravity_abcdefgh_${'x'.repeat(43)}`
const start = Date.parse('2026-01-01T00:00:00Z')

/** A holder of one key, who may change, and whom the router asks for. */
let holder: Viewer | null
let asked: number
let away: boolean
let nowMs: number
let router: RunningRouter
let sessions: SessionDenyList

beforeEach(async () => {
  holder = holderWith('session-1')
  asked = 0
  away = false
  nowMs = start
  sessions = createSessionDenyList({
    cache: createMemoryCache(),
    pubsub: createMemoryPubSub({ log: silentLog }),
  })
  router = await startRouter({
    sessions,
    now: () => new Date(nowMs),
    async apiKeys(given) {
      asked += 1
      if (away) throw new Error('auth is away')
      return given === key ? holder : null
    },
  })
})
afterEach(() => router.stop())

function holderWith(sessionId: string, expiresAt = start / 1_000 + 3_600): Viewer {
  return { userId: 'u1', sessionId, roles: [], scopes: ['chat:read'], expiresAt, clientId: 'k1' }
}

async function send(token = key): Promise<unknown> {
  const response = await router.post(
    { query: '{ __typename }' },
    { authorization: `Bearer ${token}` },
  )
  const { data, errors } = JSON.parse(await response.text())
  return errors?.[0].extensions.code ?? data
}

describe('an API key', () => {
  it('is asked for once in some seconds, also by many requests at once', async () => {
    expect(await Promise.all([send(), send(), send()])).toEqual(
      Array.from({ length: 3 }, () => ({ __typename: 'Query' })),
    )
    expect(asked).toBe(1)

    nowMs += 60_000
    await send()
    expect(asked).toBe(2)
  })

  it('is refused without being asked for when it is none', async () => {
    expect(await send('gravity_nonsense')).toBe('UNAUTHENTICATED')
    expect(asked).toBe(0)
    expect(await send(key.replace('abcdefgh', 'zzzzzzzz'))).toBe('UNAUTHENTICATED')
    expect(asked).toBe(1)
  })

  it('is refused at once when it was revoked', async () => {
    await send()
    await sessions.deny('session-1', 600)
    holder = null

    expect(await send()).toBe('UNAUTHENTICATED')
  })

  it('goes on with another session when its owner has changed', async () => {
    await send()
    await sessions.deny('session-1', 600)
    holder = holderWith('session-2')

    expect(await send()).toEqual({ __typename: 'Query' })
    expect(await send()).toEqual({ __typename: 'Query' })
    expect(asked).toBe(2)
  })

  it('ends with its time', async () => {
    holder = holderWith('session-1', start / 1_000 + 10)
    await send()
    nowMs += 10_000

    expect(await send()).toBe('UNAUTHENTICATED')
  })

  it('cannot be judged while nobody answers, and is asked for again afterwards', async () => {
    away = true
    expect(await send()).toBe('SUBGRAPH_UNAVAILABLE')
    away = false

    expect(await send()).toEqual({ __typename: 'Query' })
  })
})
