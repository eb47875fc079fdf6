import { describe, expect, it } from '@jest/globals'
import { GravityClientError } from './client-error.ts'
import { SessionKeeper } from './session-keeper.ts'
import {
  type ClientSession,
  createMemorySessionStorage,
  type SessionStorage,
} from './session-storage.ts'

const startedAt = Date.parse('2026-01-01T00:00:00Z')
let issued = 0

function aSession(livesMs = 600_000): ClientSession {
  issued += 1
  return {
    accessToken: `access-${issued}`,
    accessTokenExpiresAt: new Date(startedAt + livesMs).toISOString(),
    refreshToken: `refresh-${issued}`,
  }
}

interface Setting {
  readonly storage: SessionStorage
  readonly clock: { now: number }
  readonly used: string[]
  answer(): Promise<ClientSession | undefined>
}

function aSetting(session?: ClientSession): Setting {
  return {
    storage: createMemorySessionStorage(session),
    clock: { now: startedAt },
    used: [],
    answer: async () => aSession(),
  }
}

function keeperIn(setting: Setting): SessionKeeper {
  return new SessionKeeper({
    storage: setting.storage,
    refresh: (refreshToken) => {
      setting.used.push(refreshToken)
      return setting.answer()
    },
    now: () => setting.clock.now,
    renewBeforeMs: 30_000,
  })
}

describe('fresh', () => {
  it('returns the stored session until it is about to expire, then its successor', async () => {
    const first = aSession(600_000)
    const setting = aSetting(first)
    const keeper = keeperIn(setting)
    expect(await keeper.fresh()).toBe(first)

    setting.clock.now += 570_000
    setting.answer = async () => aSession(1_200_000)
    const second = await keeper.fresh()

    expect(second?.accessToken).not.toBe(first.accessToken)
    expect(await keeper.fresh()).toBe(second)
    expect(setting.used).toEqual([first.refreshToken])
  })

  it('is undefined when signed out, and refreshes nothing', async () => {
    const setting = aSetting()

    expect(await keeperIn(setting).fresh()).toBeUndefined()
    expect(setting.used).toEqual([])
  })

  it('never sends one refresh token twice, however many ask', async () => {
    const session = aSession(0)
    const setting = aSetting(session)
    const keepers = [keeperIn(setting), keeperIn(setting)]

    const all = await Promise.all(
      keepers.flatMap((keeper) => Array.from({ length: 10 }, () => keeper.fresh())),
    )

    expect(new Set(all.map((one) => one?.accessToken)).size).toBe(1)
    expect(setting.used).toEqual([session.refreshToken])
  })

  it('throws what keeps it from renewing a token that has expired', async () => {
    const setting = aSetting(aSession(0))
    setting.answer = async () => {
      throw new GravityClientError('NETWORK_ERROR', 'Away')
    }

    await expect(keeperIn(setting).fresh()).rejects.toMatchObject({ code: 'NETWORK_ERROR' })
  })

  it('reads its storage again when that has failed', async () => {
    const session = aSession()
    const setting = aSetting(session)
    let failures = 1
    const storage: SessionStorage = {
      ...setting.storage,
      load: async () => {
        failures -= 1
        if (failures >= 0) throw new Error('Locked')
        return session
      },
    }
    const keeper = keeperIn({ ...setting, storage })

    await expect(keeper.fresh()).rejects.toThrow('Locked')
    expect(await keeper.fresh()).toBe(session)
  })
})

describe('renew', () => {
  it('costs no refresh when the session was replaced meanwhile', async () => {
    const first = aSession()
    const setting = aSetting(first)
    const keeper = keeperIn(setting)
    await keeper.fresh()
    const second = await keeper.renew(first)

    expect(await keeper.renew(first)).toBe(second)
    expect(setting.used).toHaveLength(1)
  })

  it('signs out every holder of the storage when the session has ended', async () => {
    const session = aSession()
    const setting = aSetting(session)
    setting.answer = async () => undefined
    const [one, other] = [keeperIn(setting), keeperIn(setting)]
    await Promise.all([one.fresh(), other.fresh()])

    await expect(one.renew(session)).rejects.toMatchObject({ code: 'UNAUTHENTICATED' })

    expect(await one.current()).toBeUndefined()
    expect(await other.current()).toBeUndefined()
  })
})

describe('onChange', () => {
  it('tells of sign-in, renewal and sign-out, also by another holder of the storage', async () => {
    const setting = aSetting()
    const [one, other] = [keeperIn(setting), keeperIn(setting)]
    await Promise.all([one.current(), other.current()])
    const seen: (string | undefined)[] = []
    other.onChange((session) => seen.push(session?.accessToken))
    const session = aSession()

    await one.signIn(session)
    const renewed = await one.renew(session)
    await one.signOut()
    await other.current()

    expect(seen).toEqual([session.accessToken, renewed.accessToken, undefined])
  })
})
