import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { createMemoryRateLimits } from '../src/rate-limit/memory-rate-limits.ts'
import type { RateLimits } from '../src/rate-limit/rate-limit.ts'
import { createRedisRateLimits } from '../src/rate-limit/redis-rate-limits.ts'
import { eventually } from '../src/testing/eventually.ts'
import { silentLog } from '../src/testing/silent-log.ts'
import { memoryAndRedis, RedisConnections } from './memory-and-redis.ts'

/** The same store seen by two processes; in memory there is only one. */
interface TwoProcesses extends AsyncDisposable {
  readonly here: RateLimits
  readonly there: RateLimits
}

const implementations = memoryAndRedis<TwoProcesses>('rate limits', {
  async memory() {
    const limits = createMemoryRateLimits()
    return { here: limits, there: limits, [Symbol.asyncDispose]: async () => undefined }
  },
  async redis(url) {
    const connections = new RedisConnections(url)
    const { prefix } = connections
    const open = async () =>
      createRedisRateLimits({ client: await connections.connect(), prefix, log: silentLog })
    return {
      here: await open(),
      there: await open(),
      [Symbol.asyncDispose]: () => connections[Symbol.asyncDispose](),
    }
  },
})

describe.each(implementations)('rate limits over $name', ({ open }) => {
  const rule = { name: 'test.login', points: 3, windowSeconds: 60 }
  let processes: TwoProcesses
  let here: RateLimits

  beforeEach(async () => {
    processes = await open()
    here = processes.here
  })
  afterEach(async () => {
    await processes[Symbol.asyncDispose]()
  })

  it('allows as many points as the rule has and refuses the next', async () => {
    const limit = here.define(rule)

    const decisions = []
    for (let attempt = 0; attempt < 4; attempt += 1) decisions.push(await limit.consume('alice'))

    expect(decisions).toEqual([
      { allowed: true, remaining: 2, retryAfterSeconds: 0 },
      { allowed: true, remaining: 1, retryAfterSeconds: 0 },
      { allowed: true, remaining: 0, retryAfterSeconds: 0 },
      { allowed: false, remaining: 0, retryAfterSeconds: expect.any(Number) },
    ])
  })

  it('says when to try again', async () => {
    const limit = here.define(rule)

    const { allowed, retryAfterSeconds } = await limit.consume('alice', 4)

    expect(allowed).toBe(false)
    expect(retryAfterSeconds).toBeGreaterThanOrEqual(1)
    expect(retryAfterSeconds).toBeLessThanOrEqual(60)
    expect(Number.isInteger(retryAfterSeconds)).toBe(true)
  })

  it('counts every key and every rule apart', async () => {
    const limit = here.define(rule)
    const other = here.define({ ...rule, name: 'test.other' })
    await limit.consume('alice', 3)

    expect((await limit.consume('alice')).allowed).toBe(false)
    expect((await limit.consume('bob')).allowed).toBe(true)
    expect((await other.consume('alice')).allowed).toBe(true)
  })

  it('counts attempts at the same time once each', async () => {
    const limit = here.define({ ...rule, points: 10 })

    const decisions = await Promise.all(Array.from({ length: 30 }, () => limit.consume('alice')))

    expect(decisions.filter(({ allowed }) => allowed)).toHaveLength(10)
  })

  it('counts for all processes together', async () => {
    await here.define(rule).consume('alice', 3)

    expect((await processes.there.define(rule).consume('alice')).allowed).toBe(false)
  })

  it('gives the points back when the window ends', async () => {
    const limit = here.define({ ...rule, name: 'test.short', points: 1, windowSeconds: 1 })
    await limit.consume('alice')

    await eventually(async () => expect((await limit.consume('alice')).allowed).toBe(true))
  })

  it('forgets what a key consumed', async () => {
    const limit = here.define(rule)
    await limit.consume('alice', 3)

    await limit.reset('alice')
    await limit.reset('nobody')

    expect(await limit.consume('alice')).toMatchObject({ allowed: true, remaining: 2 })
  })

  it('tells apart keys of any length and content', async () => {
    const limit = here.define({ ...rule, points: 1 })
    const keys = ['', ' ', '😀\u0000', 'x'.repeat(100_000), `${'x'.repeat(100_000)}y`]

    for (const key of keys) expect((await limit.consume(key)).allowed).toBe(true)
    for (const key of keys) expect((await limit.consume(key)).allowed).toBe(false)
  })

  it('gives the same limit to who defines a rule again, and refuses other numbers', () => {
    expect(here.define(rule)).toBe(here.define({ ...rule }))
    expect(() => here.define({ ...rule, points: 4 })).toThrow('different numbers')
  })

  it.each([
    { ...rule, name: '' },
    { ...rule, points: 0 },
    { ...rule, points: 1.5 },
    { ...rule, windowSeconds: 0.5 },
  ])('refuses the rule %j', (broken) => {
    expect(() => here.define(broken)).toThrow('Invariant')
  })

  it.each([0, -1, 1.5, Number.NaN])('refuses to consume %p points', async (points) => {
    await expect(here.define(rule).consume('alice', points)).rejects.toThrow('whole number')
  })
})
