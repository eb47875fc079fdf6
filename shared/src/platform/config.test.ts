import { isAbsolute } from 'node:path'
import { describe, expect, it } from '@jest/globals'
import { readPlatformConfig } from './config.ts'

const secret = 'a-secret-of-the-operator-of-64-characters-or-so'
const cluster = 'postgres://admin:hunter2@db.example:5433/postgres?sslmode=require'

describe('readPlatformConfig', () => {
  it('needs nothing in development', () => {
    const config = readPlatformConfig({})

    expect(config).toMatchObject({
      environment: 'development',
      seed: 'demo',
      logLevel: 'info',
      redisUrl: undefined,
      redisPrefix: 'gravity',
    })
    expect(isAbsolute(config.dataDirectory)).toBe(true)
    expect(config.meshSecret.length).toBeGreaterThanOrEqual(32)
  })

  it.each([
    [{ NODE_ENV: 'test' }, 'none'],
    [{ NODE_ENV: 'production', GRAVITY_SECRET: secret }, 'none'],
    [{ GRAVITY_SEED: 'none' }, 'none'],
    [{ NODE_ENV: 'test', GRAVITY_SEED: 'demo' }, 'demo'],
  ])('decides on the demo data by %j', (env, seed) => {
    expect(readPlatformConfig(env).seed).toBe(seed)
  })

  it.each([
    [
      { NODE_ENV: 'staging' },
      'NODE_ENV is "staging", but must be one of development, test, production.',
    ],
    [
      { NODE_ENV: 'production' },
      'GRAVITY_SECRET is not set, but must be a secret of your own of at least 32 characters when NODE_ENV is production.',
    ],
    [
      { GRAVITY_SECRET: 'hunter2' },
      'GRAVITY_SECRET is ‹hidden›, but must be a text of at least 32 characters.',
    ],
    [
      { NODE_ENV: 'production', GRAVITY_SECRET: secret, GRAVITY_SEED: 'demo' },
      'GRAVITY_SEED is "demo", but must be none when NODE_ENV is production.',
    ],
    [
      { DATABASE_URL: 'mysql://root:hunter2@host' },
      'DATABASE_URL is "mysql://root:‹hidden›@host", but must be a PostgreSQL address such as postgres://user:password@host:5432/postgres.',
    ],
    [
      { REDIS_URL: 'localhost:6379' },
      'REDIS_URL is "localhost:6379", but must be a Redis address such as redis://host:6379.',
    ],
    [
      { GRAVITY_LOG_LEVEL: 'loud' },
      'GRAVITY_LOG_LEVEL is "loud", but must be one of trace, debug, info, warn, error, fatal, silent.',
    ],
    [
      { GRAVITY_REDIS_PREFIX: 'a b' },
      'GRAVITY_REDIS_PREFIX is "a b", but must be up to 64 letters, digits, dots, hyphens and underscores.',
    ],
  ])('refuses %j with a sentence', (env, sentence) => {
    expect(() => readPlatformConfig(env)).toThrow(
      expect.objectContaining({ name: 'StartError', message: sentence }),
    )
  })

  it('refuses the development secret in production', () => {
    const { secret: known } = readPlatformConfig({})

    expect(() => readPlatformConfig({ NODE_ENV: 'production', GRAVITY_SECRET: known })).toThrow(
      'GRAVITY_SECRET is ‹hidden›, but must be a secret of your own',
    )
  })

  it('derives the mesh secret from the root unless it is given', () => {
    const derived = readPlatformConfig({ GRAVITY_SECRET: secret }).meshSecret

    expect(readPlatformConfig({ GRAVITY_SECRET: secret }).meshSecret).toBe(derived)
    expect(readPlatformConfig({ GRAVITY_SECRET: `${secret}!` }).meshSecret).not.toBe(derived)
    expect(readPlatformConfig({ GRAVITY_MESH_SECRET: secret }).meshSecret).toBe(secret)
  })

  it("derives a service's database, role and password from the cluster's address", () => {
    const config = readPlatformConfig({ DATABASE_URL: cluster, GRAVITY_SECRET: secret })

    const url = new URL(config.databaseUrl('chat'))

    expect(url).toMatchObject({
      username: 'gravity_chat',
      host: 'db.example:5433',
      pathname: '/gravity_chat',
      search: '?sslmode=require',
    })
    expect(url.password).toMatch(/^[\w-]{43}$/)
    expect(new URL(config.databaseUrl('auth')).password).not.toBe(url.password)
    expect(config.databaseUrl('chat')).toBe(url.href)
  })

  it("prefers a service's own address", () => {
    const config = readPlatformConfig({
      DATABASE_URL: cluster,
      DATABASE_URL_CHAT: 'postgres://chat@elsewhere/chat',
      DATABASE_URL_BACK_OFFICE: 'postgres://office@elsewhere/office',
    })

    expect(config.databaseUrl('chat')).toBe('postgres://chat@elsewhere/chat')
    expect(config.databaseUrl('back-office')).toBe('postgres://office@elsewhere/office')
    expect(config.databaseUrl('auth')).toContain('db.example')
  })

  it('says which addresses are missing or wrong when a service asks', () => {
    expect(() => readPlatformConfig({}).databaseUrl('chat')).toThrow(
      'Neither DATABASE_URL_CHAT nor DATABASE_URL is set, but one of them must be a PostgreSQL address such as postgres://user:password@host:5432/postgres.',
    )
    expect(() => readPlatformConfig({ DATABASE_URL_CHAT: 'chat' }).databaseUrl('chat')).toThrow(
      'DATABASE_URL_CHAT is "chat", but must be a PostgreSQL address',
    )
  })
})
