import { describe, expect, it } from '@jest/globals'
import { GravityError } from '../errors/gravity-error.ts'
import { redact } from './redact.ts'

describe('redact', () => {
  it('hides values by the name of their property at any depth', () => {
    const facts = {
      input: {
        email: 'a@b.c',
        password: 'x',
        profile: { apiKey: 'x', tags: [{ refresh_token: 'x' }] },
      },
      passwordHash: '$argon2id$…',
    }

    expect(redact(facts)).toEqual({
      input: {
        email: 'a@b.c',
        password: '‹hidden›',
        profile: { apiKey: '‹hidden›', tags: [{ refresh_token: '‹hidden›' }] },
      },
      passwordHash: '‹hidden›',
    })
  })

  it('keeps what only sounds like a secret', () => {
    const facts = {
      tokens: 120,
      hasPassword: true,
      accessTokenExpiresAt: '2026-01-01T00:00:00Z',
      tokenId: '17',
      passwordChangedAt: null,
      author: 'alice',
    }

    expect(redact(facts)).toEqual(facts)
  })

  it('hides a one-time code that is a number', () => {
    expect(redact({ otp: 123456, pin: '0000' })).toEqual({ otp: '‹hidden›', pin: '‹hidden›' })
  })

  it('hides headers in all their forms', () => {
    const headers = {
      Authorization: 'Bearer x',
      'set-cookie': ['a=b'],
      'gravity-identity': 'v1.x',
      accept: '*/*',
    }
    const shown = {
      Authorization: '‹hidden›',
      'set-cookie': '‹hidden›',
      'gravity-identity': '‹hidden›',
      accept: '*/*',
    }

    expect(redact(headers)).toEqual(shown)
    expect(redact(new Map(Object.entries(headers)))).toEqual(shown)
    expect(redact(new Headers({ authorization: 'Bearer x', accept: '*/*' }))).toEqual({
      authorization: '‹hidden›',
      accept: '*/*',
    })
    expect(redact(['Cookie', 'a=b', 'Accept', '*/*'])).toEqual([
      'Cookie',
      '‹hidden›',
      'Accept',
      '*/*',
    ])
    expect(redact([['Cookie', 'a=b']])).toEqual([['Cookie', '‹hidden›']])
  })

  it('hides secrets in texts, URLs and query strings', () => {
    expect(
      redact({
        database: 'postgres://user:secret@host/db',
        url: new URL('redis://:secret@host:6379/0'),
        query: new URLSearchParams({ token: 'abc', page: '2' }),
      }),
    ).toEqual({
      database: 'postgres://user:‹hidden›@host/db',
      url: 'redis://:‹hidden›@host:6379/0',
      query: { token: '‹hidden›', page: '2' },
    })
  })

  it('shows an error with its code, its cause and nothing secret', () => {
    const cause = Object.assign(new Error('connect postgres://user:secret@host'), {
      code: 'ECONNREFUSED',
      config: { password: 'secret' },
    })

    const shown = redact(
      new GravityError('SUBGRAPH_UNAVAILABLE', 'The database is away.', { cause }),
    )

    expect(shown).toMatchObject({
      type: 'GravityError',
      message: 'The database is away.',
      code: 'SUBGRAPH_UNAVAILABLE',
      stack: expect.stringContaining('The database is away.'),
      cause: {
        type: 'Error',
        message: 'connect postgres://user:‹hidden›@host',
        code: 'ECONNREFUSED',
        config: { password: '‹hidden›' },
      },
    })
    expect(JSON.stringify(shown)).not.toContain('user:secret')
  })

  it('shows the members of an aggregate error', () => {
    expect(redact(new AggregateError([new Error('one')], 'all failed'))).toMatchObject({
      message: 'all failed',
      errors: [{ message: 'one' }],
    })
  })

  it('ends at cycles, bytes, great depth and long lists', () => {
    const loop = { bytes: Buffer.from('abc'), when: new Date(0), self: {} }
    loop.self = loop
    let deep: object = {}
    for (let level = 0; level < 20; level += 1) deep = { deep }

    expect(redact(loop)).toEqual({
      bytes: '[3 bytes]',
      when: '1970-01-01T00:00:00.000Z',
      self: '[circular]',
    })
    expect(JSON.stringify(redact(deep))).toContain('[deeper]')
    expect(redact(Array.from({ length: 103 }, () => 1))).toHaveLength(101)
  })

  it('shows an object twice when it is met twice without a cycle', () => {
    const shared = { a: 1 }

    expect(redact([shared, shared])).toEqual([shared, shared])
  })

  it('survives an object whose getter throws', () => {
    const broken = {
      get value() {
        throw new Error('no')
      },
    }

    expect(redact({ broken })).toEqual({ broken: '[unreadable: no]' })
  })

  it('leaves the original untouched', () => {
    const facts = { password: 'x' }

    redact(facts)

    expect(facts).toEqual({ password: 'x' })
  })
})
