import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import pg from 'pg'
import { readPlatformConfig } from '../src/platform/config.ts'
import { openPlatform } from '../src/platform/open-platform.ts'
import { provisionPlatform } from '../src/platform/provision-platform.ts'
import { eventually } from '../src/testing/eventually.ts'
import { silentLog } from '../src/testing/silent-log.ts'
import { createTestDatabase, type TestDatabase } from '../src/testing/test-database.ts'
import { type Implementation, redisFor } from './memory-and-redis.ts'

const log = silentLog
const redisUrl = redisFor('a platform')
const names: readonly Implementation<unknown>['name'][] = redisUrl
  ? ['memory', 'redis']
  : ['memory']

describe('openPlatform', () => {
  let queues: TestDatabase
  let places: Record<Implementation<unknown>['name'], NodeJS.ProcessEnv>

  beforeAll(async () => {
    queues = await createTestDatabase('queues')
    const env = { NODE_ENV: 'test', DATABASE_URL: 'postgres://db.example/postgres' }
    places = {
      memory: { ...env, DATABASE_URL_QUEUES: queues.url },
      redis: { ...env, REDIS_URL: redisUrl, GRAVITY_REDIS_PREFIX: `test-${process.pid}` },
    }
  })
  afterAll(() => queues.drop())

  describe.each(names)('on %s', (place) => {
    it('lends every part in working order', async () => {
      const platform = await openPlatform({ name: 'test', env: places[place], log })
      const received: unknown[] = []

      await platform.pubsub.subscribe('topic', (message) => received.push(message))
      await platform.pubsub.publish('topic', 'hello')
      await platform.cache.set('key', 1, { ttlSeconds: 60 })
      const limit = platform.rateLimits.define({ name: 'test', points: 9, windowSeconds: 1 })

      await eventually(() => expect(received).toEqual(['hello']))
      expect(await platform.cache.get('key')).toBe(1)
      expect((await limit.consume('key')).allowed).toBe(true)
      await Promise.all([platform.pubsub.ping(), platform.cache.ping(), platform.queues.ping()])
      expect(platform.queues.backend).toBe(place === 'redis' ? 'redis' : 'postgres')

      await platform.close()
    })

    it('closes everything, once or twice', async () => {
      const platform = await openPlatform({ name: 'test', env: places[place], log })

      await platform.close()
      await platform.close()

      await expect(platform.pubsub.publish('topic', 1)).rejects.toThrow()
      await expect(platform.cache.ping()).rejects.toThrow()
    })

    it('tells what the environment says', async () => {
      const platform = await openPlatform({ name: 'test', env: places[place], log })

      expect(platform).toMatchObject({ environment: 'test', seed: 'none', log })
      expect(platform.databaseUrl('chat')).toMatch(/^postgres:\/\/gravity_chat:.+@db\.example\//)
      expect(platform.secretFor('cursors')).toEqual(platform.secretFor('cursors'))
      expect(platform.secretFor('cursors')).not.toEqual(platform.secretFor('links'))
      await platform.close()
    })
  })

  it('makes ids that are UUIDs of version 7 and sort by the time of making', async () => {
    await using platform = await openMemoryPlatform()

    const ids = Array.from({ length: 1_000 }, () => platform.newId())

    expect(ids[0]).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/)
    expect(new Set(ids).size).toBe(1_000)
    expect(ids.toSorted()).toEqual(ids)
  })

  it('refuses to be one of several processes without Redis', async () => {
    const opening = openPlatform({ name: 'test', env: places.memory, log, distributed: true })

    await expect(opening).rejects.toMatchObject({
      name: 'StartError',
      message: expect.stringMatching(/^REDIS_URL is not set, but must be .* several processes\.$/),
    })
  })

  it('says where the queues would be when they cannot be opened', async () => {
    const url = new URL(queues.url)
    url.pathname = '/gravity_nowhere'

    const opening = openPlatform({
      name: 'test',
      env: { NODE_ENV: 'test', DATABASE_URL_QUEUES: url.href },
      log,
    })

    await expect(opening).rejects.toMatchObject({
      name: 'StartError',
      message: expect.stringMatching(
        /^The queues in the PostgreSQL database .* cannot be opened: /,
      ),
    })
  })

  async function openMemoryPlatform() {
    const platform = await openPlatform({ name: 'test', env: places.memory, log })
    return { ...platform, [Symbol.asyncDispose]: () => platform.close() }
  }
})

describe('provisionPlatform', () => {
  it('gives services databases that their derived addresses open, and can be repeated', async () => {
    const { GRAVITY_TEST_DATABASE_URL: cluster } = process.env
    const config = readPlatformConfig({
      DATABASE_URL: cluster,
      DATABASE_URL_ELSEWHERE: 'postgres://elsewhere/elsewhere',
    })

    await provisionPlatform(config, ['platform-test', 'elsewhere'])
    await provisionPlatform(config, ['platform-test', 'elsewhere'])

    const client = new pg.Client({ connectionString: config.databaseUrl('platform-test') })
    await client.connect()
    const { rows } = await client.query('select current_user as who, current_database() as place')
    const elsewhere = await client.query(
      `select 1 from pg_database where datname = 'gravity_elsewhere'`,
    )
    await client.end()
    expect(rows).toEqual([{ who: 'gravity_platform-test', place: 'gravity_platform-test' }])
    expect(elsewhere.rows).toEqual([])
  })

  it('leaves everything alone without a cluster', async () => {
    await expect(provisionPlatform(readPlatformConfig({}), ['chat'])).resolves.toBeUndefined()
  })
})
