import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import { createMemoryRateLimits } from '@gravity/shared/rate-limit/memory-rate-limits'
import { openTestSubgraph, type TestSubgraph } from '@gravity/shared/testing/open-test-subgraph'
import { silentLog } from '@gravity/shared/testing/silent-log'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { GrowingLimit } from '../src/defence/growing-limit.ts'
import { createBreachedPasswords } from '../src/passwords/breached-passwords.ts'
import { createSubgraph } from '../src/subgraph.ts'
import { mutate, register } from './stories.ts'

describe('register', () => {
  let auth: TestSubgraph

  beforeAll(async () => {
    process.env['GRAVITY_AUTH_REGISTRATIONS_PER_ADDRESS'] = '3'
    auth = await openTestSubgraph(createSubgraph)
    delete process.env['GRAVITY_AUTH_REGISTRATIONS_PER_ADDRESS']
  })

  afterAll(() => auth[Symbol.asyncDispose]())

  it('asks an address that registers many to wait, and no other one', async () => {
    for (let person = 0; person < 3; person += 1) {
      expect(await register(auth)).toMatchObject({ __typename: 'Session' })
    }

    expect(await register(auth)).toMatchObject({ code: 'TOO_MANY_ATTEMPTS' })
    const input = { email: 'far-away@example.org', password: 'correct horse', displayName: 'Far' }
    expect(
      await mutate(auth, ['register', input], { clientAddress: '198.51.100.1' }),
    ).toMatchObject({ __typename: 'Session' })
  })

  it.each(['password', 'Password', '1qaz2wsx', 'common@example.org'])(
    'refuses the password %s, which somebody would try first',
    async (password) => {
      const input = { email: 'common@example.org', password, displayName: 'Common' }

      expect(
        await mutate(auth, ['register', input], {
          clientAddress: `198.51.100.1${password.length}`,
        }),
      ).toMatchObject({ code: 'INVALID_INPUT' })
    },
  )
})

describe('requestPasswordReset', () => {
  it('asks one address to wait that wants mails for many, and mails one recipient five times', async () => {
    await using auth = await openTestSubgraph(createSubgraph)
    const request = (email: string, clientAddress: string) =>
      mutate(auth, ['requestPasswordReset', { email }], { clientAddress })

    for (let mail = 0; mail < 5; mail += 1) {
      expect(await request('bombed@example.org', `198.51.100.${mail}`)).toMatchObject({
        __typename: 'PasswordResetSent',
      })
    }
    expect(await request('bombed@example.org', '198.51.100.9')).toMatchObject({
      __typename: 'TooManyAttempts',
    })
    for (let person = 0; person < 50; person += 1) {
      await request(`harvested${person}@example.org`, '203.0.113.1')
    }
    expect(await request('one-more@example.org', '203.0.113.1')).toMatchObject({
      __typename: 'TooManyAttempts',
    })
  })
})

describe('GrowingLimit', () => {
  it('lets a key wait longer with every round of attempts', async () => {
    const limits = createMemoryRateLimits()
    const limit = new GrowingLimit(limits, { name: 'test', points: 2, windowSeconds: 900 })
    const firstWindow = limits.define({ name: 'test', points: 2, windowSeconds: 900 })
    for (let round = 0; round < 2; round += 1) {
      await limit.refusal('guesser')
      await limit.refusal('guesser')
      await firstWindow.reset('guesser')
    }
    const refusal = await limit.refusal('guesser')

    expect(refusal?.retryAfterSeconds).toBeGreaterThan(900)
    expect(await limit.refusal('another')).toBeUndefined()
    await limit.reset('guesser')
    expect(await limit.refusal('guesser')).toBeUndefined()
  })
})

describe('createBreachedPasswords', () => {
  const digest = createHash('sha1').update('hunter2-breached').digest('hex').toUpperCase()
  const padded = createHash('sha1').update('only padding').digest('hex').toUpperCase()
  const asked: string[] = []
  let server: Server
  let url: string
  let status = 200

  beforeAll(async () => {
    server = createServer((request, response) => {
      asked.push(request.url ?? '')
      response.statusCode = status
      response.end(`0000\r\n${digest.slice(5)}:42\r\n${padded.slice(5)}:0\r\n`)
    }).listen(0, '127.0.0.1')
    await once(server, 'listening')
    const address = server.address()
    url = `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}/range/`
  })

  afterAll(() => {
    server.close()
    server.closeAllConnections()
  })

  it('finds a breached password and tells the service five digits of forty', async () => {
    const breached = createBreachedPasswords({ url, log: silentLog })

    expect(await breached.has('hunter2-breached')).toBe(true)
    expect(await breached.has('nobody has this one')).toBe(false)
    expect(await breached.has('only padding')).toBe(false)
    expect(asked[0]).toBe(`/range/${digest.slice(0, 5)}`)
  })

  it('refuses nobody while the service is away', async () => {
    status = 503
    expect(await createBreachedPasswords({ url, log: silentLog }).has('hunter2-breached')).toBe(
      false,
    )
    const nowhere = createBreachedPasswords({ url: 'http://127.0.0.1:1/', log: silentLog })
    expect(await nowhere.has('hunter2-breached')).toBe(false)
  })

  it('is asked when it is switched on', async () => {
    status = 200
    process.env['GRAVITY_AUTH_BREACHED_PASSWORDS_URL'] = url
    await using auth = await openTestSubgraph(createSubgraph)
    delete process.env['GRAVITY_AUTH_BREACHED_PASSWORDS_URL']

    expect(await register(auth, { password: 'hunter2-breached' })).toMatchObject({
      __typename: 'InvalidInput',
      field: 'password',
    })
    expect(await register(auth)).toMatchObject({ __typename: 'Session' })
  })
})
